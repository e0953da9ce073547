namespace GourmetGram.Application.Classification;

/// <summary>What a link to a photo opens. Whoever has the link may see it, without cookie or key.</summary>
/// <param name="PredictionId">Whose photo.</param>
/// <param name="Width">Most pixels of the longer side: 160, 480 or 1280; null for the photo as it is kept.</param>
/// <param name="ExpiresAt">Until when, in whole seconds; null for as long as its key is valid.</param>
public sealed record MediaLink(Guid PredictionId, int? Width = null, DateTimeOffset? ExpiresAt = null);

/// <summary>Signs links to photos with keys of their own, and checks them.</summary>
public interface IMediaLinks
{
    /// <summary>The absolute address of a link, signed with the current key; the first link of an installation makes the first key.</summary>
    /// <exception cref="Common.StoreUnavailableException">The keys cannot be read.</exception>
    Task<string> AddressOfAsync(MediaLink link, CancellationToken cancellationToken);

    /// <summary>Lets a link pass that was signed by a key that is not revoked, and has not expired.</summary>
    /// <param name="link">What is asked for.</param>
    /// <param name="keyId">The key that the link names.</param>
    /// <param name="signature">As it stands in the link.</param>
    /// <param name="cancellationToken">Ends the reading of keys.</param>
    /// <exception cref="Common.LinkRefusedException">The signature is not of this link, its key is unknown or revoked, or it has expired.</exception>
    /// <exception cref="Common.StoreUnavailableException">The keys cannot be read.</exception>
    Task RequireAsync(MediaLink link, string? keyId, string? signature, CancellationToken cancellationToken);
}
