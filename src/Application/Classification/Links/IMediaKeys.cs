namespace GourmetGram.Application.Classification;

/// <summary>A key that signs links to photos. The secret never leaves the server.</summary>
/// <param name="Id">The id that links contain.</param>
/// <param name="CreatedAt">When the key was created, UTC.</param>
/// <param name="RetiredAt">When the key stopped signing new links, UTC; its existing links still work. Null for the current key.</param>
/// <param name="RevokedAt">When the key's links stopped working, UTC; null while they work.</param>
public sealed record MediaKeyView(string Id, DateTimeOffset CreatedAt, DateTimeOffset? RetiredAt, DateTimeOffset? RevokedAt);

/// <summary>Manages the keys that sign links to photos. Other nodes see a change within seconds.</summary>
public interface IMediaKeys
{
    /// <summary>All keys, newest first.</summary>
    Task<IReadOnlyList<MediaKeyView>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Creates a new current key. Links signed with earlier keys work until those keys are revoked.</summary>
    /// <param name="by">The person who rotates the key, for the log.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task<MediaKeyView> RotateAsync(string by, CancellationToken cancellationToken);

    /// <summary>
    /// Permanently invalidates all links of a key. Copies in caches or made by people cannot be recalled. If the key is the current one, a
    /// new key is created.
    /// </summary>
    /// <param name="id">The key.</param>
    /// <param name="by">The person who revokes the key, for the log.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="Common.NotFoundException">There is no such key.</exception>
    Task<MediaKeyView> RevokeAsync(string id, string by, CancellationToken cancellationToken);
}
