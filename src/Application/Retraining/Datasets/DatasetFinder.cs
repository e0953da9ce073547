using System.Globalization;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>Finds a dataset version by what people and programs call it.</summary>
internal sealed class DatasetFinder(IRepository<DatasetVersion> versions)
{
    private const int ShortestPrefix = 6;

    private const int ContentIdLength = 64;

    /// <summary>Returns a version or a build. A build that repeated a version gives that version.</summary>
    /// <param name="name">
    /// The content id or at least its first 6 characters, the number of the version, the id of the build, or <c>latest</c>.
    /// </param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="ConflictException">Several content ids start like this.</exception>
    public async Task<DatasetVersion> FindAsync(string name, CancellationToken cancellationToken)
    {
        var found = await SearchAsync(name, cancellationToken) ?? throw new NotFoundException($"Dataset version {name}");
        return found.RepeatOf is { } original
            ? (await versions.FirstOrDefaultAsync(new VersionOfBuild(original), cancellationToken))!
            : found;
    }

    /// <summary>Returns a version that is ready.</summary>
    /// <inheritdoc cref="FindAsync"/>
    /// <exception cref="ConflictException">The version is not ready, or several content ids start like this.</exception>
    public async Task<DatasetVersion> FindReadyAsync(string name, CancellationToken cancellationToken)
    {
        var version = await FindAsync(name, cancellationToken);
        return version.State switch
        {
            DatasetState.Ready => version,
            DatasetState.Building => throw new ConflictException("This dataset version is still being built. Try again when it is ready."),
            _ => throw new ConflictException($"This dataset version could not be built: {version.Failure}"),
        };
    }

    private async Task<DatasetVersion?> SearchAsync(string name, CancellationToken cancellationToken)
    {
        if (name == "latest")
            return await versions.FirstOrDefaultAsync(new NewestVersion(), cancellationToken);
        if (Guid.TryParseExact(name, "D", out var build))
            return await versions.FirstOrDefaultAsync(new VersionOfBuild(build), cancellationToken);
        // A shorter text of digits is a number, because a prefix has at least six characters.
        if (name.Length < ShortestPrefix && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return await versions.FirstOrDefaultAsync(new VersionWithNumber(number), cancellationToken);
        if (name.Length is < ShortestPrefix or > ContentIdLength || !name.All(char.IsAsciiHexDigitLower))
            return null;
        var matches = await versions.ListAsync(new VersionsWithPrefix(name), cancellationToken);
        return matches.Count > 1
                ? throw new ConflictException($"The ids of several dataset versions start with {name}. Give more characters.")
            : matches is [var match] ? match
            : null;
    }
}
