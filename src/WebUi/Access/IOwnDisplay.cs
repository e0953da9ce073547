using GourmetGram.Application.Access;
using GourmetGram.Application.Common;

namespace GourmetGram.WebUi.Access;

/// <summary>How pages name the person who sent the request, and look to the person. The host implements it.</summary>
public interface IOwnDisplay
{
    /// <summary>Returns the stored settings; the defaults where nothing is stored.</summary>
    /// <exception cref="IdentityNeededException">The caller is not a signed-in person.</exception>
    Task<DisplaySettings> FindAsync(CancellationToken cancellationToken);

    /// <summary>Stores the settings. This browser shows them with the next page, the person's other browsers within seconds.</summary>
    /// <exception cref="FluentValidation.ValidationException">The name or the time zone is not acceptable.</exception>
    /// <exception cref="ConflictException">Another person has this name.</exception>
    /// <exception cref="IdentityNeededException">The caller is not a signed-in person.</exception>
    Task SaveAsync(DisplaySettings settings, CancellationToken cancellationToken);
}
