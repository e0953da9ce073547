namespace GourmetGram.Application.Common;

/// <summary>The address of an object: <c>{bucket}/{key}</c>.</summary>
/// <param name="Bucket">Name of the bucket, e.g. <c>production</c>.</param>
/// <param name="Key">Path inside the bucket. The parts are separated by <c>/</c>; no part is empty, <c>.</c> or <c>..</c>.</param>
public sealed record ObjectAddress(string Bucket, string Key)
{
    public override string ToString() => $"{Bucket}/{Key}";
}

/// <summary>An object in a listing.</summary>
/// <param name="Key">Path inside the bucket.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="WrittenAt">Time of the last write, UTC, by the store's clock.</param>
/// <param name="Version">Opaque value that changes with each write (an ETag).</param>
public sealed record StoredObject(string Key, long Size, DateTimeOffset WrittenAt, string Version);

/// <summary>Metadata of an object.</summary>
/// <param name="Size">Size in bytes.</param>
/// <param name="MediaType">Media type that the object was written with.</param>
/// <param name="Version">Opaque value that changes with each write.</param>
/// <param name="WrittenAt">Time of the last write, UTC, by the store's clock.</param>
public sealed record ObjectDetails(long Size, string MediaType, string Version, DateTimeOffset WrittenAt);

/// <summary>The result of checking one ability that a store must have.</summary>
/// <param name="Ability">Name of the ability, e.g. <c>write</c>.</param>
/// <param name="Fault">Null when the store has the ability; otherwise what is wrong and what to do, in one sentence without
/// secrets.</param>
public sealed record StoreCheck(string Ability, string? Fault);

/// <summary>
/// Stores photos and other objects. When a write returns, the object is as durable as the store can make it; in the file system,
/// <c>GourmetGram:Durability</c> decides. Every method may throw <see cref="StoreUnavailableException"/> (the store does not answer,
/// something else answers in its place, or it cannot do the operation now) or one of its subclasses <see cref="StorageFullException"/> and
/// <see cref="StoreDeniedException"/>. <see cref="NotFoundException"/>, null and an empty list mean that the store itself gave this answer.
/// </summary>
public interface IObjectStore
{
    /// <summary>
    /// Whether only this process writes to the store. Objects that existed when the process started are then not in use.
    /// </summary>
    bool IsExclusive => false;

    /// <summary>Whether the store has tags. Some S3 servers do not support them, and the operator switches them off.</summary>
    bool KeepsTags => true;

    /// <summary>
    /// Returns the address of an object for programs with their own rights on the store; null when the store has no such addresses.
    /// </summary>
    string? LinkTo(ObjectAddress address) => null;

    /// <summary>
    /// Writes an object atomically: a reader sees all of it or none of it. Replaces an existing object together with its tags.
    /// </summary>
    /// <exception cref="ObjectTooLargeException">The store does not accept objects of this size.</exception>
    Task PutAsync(ObjectAddress address, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken);

    /// <summary>
    /// Writes an object atomically from a stream. The stream must know its length and is read from its current position to its end.
    /// </summary>
    /// <exception cref="ObjectTooLargeException">The store does not accept objects of this size.</exception>
    Task PutAsync(ObjectAddress address, Stream content, string mediaType, CancellationToken cancellationToken);

    /// <summary>Writes an object unless it exists already. If several callers try at the same time, one of them succeeds.</summary>
    /// <returns>False when the object exists already; it is left unchanged.</returns>
    /// <exception cref="ObjectTooLargeException">The store does not accept objects of this size.</exception>
    Task<bool> TryPutAsync(ObjectAddress address, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken);

    /// <summary>Opens an object for reading from its start. The stream is seekable and fetches only the parts that are read.</summary>
    /// <exception cref="NotFoundException">The object does not exist.</exception>
    Task<Stream> OpenReadAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <returns>The object's metadata; null when the object does not exist.</returns>
    Task<ObjectDetails?> FindAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the objects whose key starts with the prefix (end it with <c>/</c> for a folder). The order depends on the store. A bucket
    /// that does not exist yields no objects.
    /// </summary>
    IAsyncEnumerable<StoredObject> ListAsync(string bucket, string prefix, CancellationToken cancellationToken);

    /// <summary>Copies an object with its media type and tags, inside the store.</summary>
    /// <exception cref="NotFoundException">The object does not exist.</exception>
    Task CopyAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken);

    /// <summary>
    /// Moves an object: copies it, then deletes the source. An interruption can leave the object in both places, but never in neither.
    /// </summary>
    /// <exception cref="NotFoundException">The object does not exist.</exception>
    Task MoveAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken);

    /// <summary>Deletes an object with its tags. Does nothing when the object does not exist.</summary>
    Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <returns>The object's tags; an empty dictionary when it has none.</returns>
    /// <exception cref="NotFoundException">The object does not exist.</exception>
    Task<IReadOnlyDictionary<string, string>> ReadTagsAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <summary>Replaces all tags of an object. <see cref="ObjectTags"/> defines which tags are allowed.</summary>
    /// <exception cref="NotFoundException">The object does not exist.</exception>
    /// <exception cref="TagsRefusedException">The tags are not allowed.</exception>
    Task WriteTagsAsync(ObjectAddress address, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken);

    /// <summary>Checks the abilities that the store must have, one after another, and stops after the first one that is missing.</summary>
    Task<IReadOnlyList<StoreCheck>> CheckAsync(CancellationToken cancellationToken);

    /// <returns>Null when the store has all abilities now; otherwise what is wrong and what to do, in one sentence.</returns>
    async Task<string?> FindFaultAsync(CancellationToken cancellationToken) =>
        (await CheckAsync(cancellationToken)).FirstOrDefault(check => check.Fault is not null)?.Fault;
}
