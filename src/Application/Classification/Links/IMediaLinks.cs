namespace GourmetGram.Application.Classification;

/// <summary>The content of a link to a photo. Anyone who has the link may see the photo, without a cookie or key.</summary>
/// <param name="Id">Id of a prediction, or an id that stands for one without revealing it, see <see cref="IPhotoAliases"/>.</param>
/// <param name="Width">Longer side in pixels: 160, 480 or 1280; null for the stored photo itself.</param>
/// <param name="ExpiresAt">When the link expires, in whole seconds; null for as long as its key is valid.</param>
public sealed record MediaLink(Guid Id, int? Width = null, DateTimeOffset? ExpiresAt = null);

/// <summary>Signs and checks links to photos.</summary>
public interface IMediaLinks
{
    /// <summary>
    /// Returns the absolute address of a link, signed with the current key. The first link of an installation creates the first key.
    /// </summary>
    /// <exception cref="Common.StoreUnavailableException">The keys cannot be read.</exception>
    Task<string> AddressOfAsync(MediaLink link, CancellationToken cancellationToken);

    /// <summary>Throws unless the link was signed by a key that is not revoked, and has not expired.</summary>
    /// <param name="link">The link's content.</param>
    /// <param name="keyId">Id of the key in the link.</param>
    /// <param name="signature">The signature in the link.</param>
    /// <param name="cancellationToken">Cancels the reading of keys.</param>
    /// <exception cref="Common.LinkRefusedException">
    /// The signature does not match, the key is unknown or revoked, or the link has expired.
    /// </exception>
    /// <exception cref="Common.StoreUnavailableException">The keys cannot be read.</exception>
    Task RequireAsync(MediaLink link, string? keyId, string? signature, CancellationToken cancellationToken);
}
