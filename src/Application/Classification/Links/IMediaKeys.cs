namespace GourmetGram.Application.Classification;

/// <summary>A key that signs links to photos; its secret never leaves the server.</summary>
/// <param name="Id">As it stands in links.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="RetiredAt">Since when it signs nothing any more, UTC; its links still work. Null for the current key.</param>
/// <param name="RevokedAt">Since when none of its links works, UTC; null while they do.</param>
public sealed record MediaKeyView(string Id, DateTimeOffset CreatedAt, DateTimeOffset? RetiredAt, DateTimeOffset? RevokedAt);

/// <summary>The keys that sign links to photos. Other nodes notice a change within seconds.</summary>
public interface IMediaKeys
{
    /// <summary>All keys, newest first.</summary>
    Task<IReadOnlyList<MediaKeyView>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Makes a new current key. Links of the one before work until it is revoked.</summary>
    Task<MediaKeyView> RotateAsync(CancellationToken cancellationToken);

    /// <summary>Makes all links of a key invalid, for good. What caches and people have copied already is beyond reach.</summary>
    /// <exception cref="Common.NotFoundException">There is no such key.</exception>
    Task<MediaKeyView> RevokeAsync(string id, CancellationToken cancellationToken);
}
