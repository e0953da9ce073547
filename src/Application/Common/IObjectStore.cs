namespace GourmetGram.Application.Common;

/// <summary>Where an object is: <c>{bucket}/{key}</c>.</summary>
/// <param name="Bucket">Name of the bucket, e.g. <c>production</c>.</param>
/// <param name="Key">Path inside the bucket, parts separated by <c>/</c>, none of them empty, <c>.</c> or <c>..</c>.</param>
public sealed record ObjectAddress(string Bucket, string Key)
{
    public override string ToString() => $"{Bucket}/{Key}";
}

/// <summary>An object as a listing shows it.</summary>
/// <param name="Key">Its path inside the bucket.</param>
/// <param name="Size">In bytes.</param>
/// <param name="WrittenAt">When it was last written, UTC, by the store's clock.</param>
/// <param name="Version">Another one after each write, without meaning otherwise: an ETag.</param>
public sealed record StoredObject(string Key, long Size, DateTimeOffset WrittenAt, string Version);

/// <summary>What is known of one object without its bytes.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="MediaType">What it was written as.</param>
/// <param name="Version">Another one after each write; without meaning otherwise.</param>
/// <param name="WrittenAt">When it was last written, UTC, by the store's clock.</param>
public sealed record ObjectDetails(long Size, string MediaType, string Version, DateTimeOffset WrittenAt);

/// <summary>One thing that a store must be able to do.</summary>
/// <param name="Ability">What it is, e.g. <c>write</c>.</param>
/// <param name="Fault">Null when it can; else what is wrong and what to do, in one sentence without secrets.</param>
public sealed record StoreCheck(string Ability, string? Fault);

/// <summary>
/// Keeps photos and other objects. When a write has returned, the object is as safe as the store makes it: in the file system as <c>GourmetGram:Durability</c> says.
/// Every method may throw <see cref="StoreUnavailableException"/> (the store does not answer or cannot do it now) and, as kinds of it, <see cref="StorageFullException"/> and
/// <see cref="StoreDeniedException"/>.
/// </summary>
public interface IObjectStore
{
    /// <summary>Whether this process alone writes here, so that what was there when it started is in nobody's hands.</summary>
    bool IsExclusive => false;

    /// <summary>Whether tags are kept: some S3 servers have none, and the operator switched them off.</summary>
    bool KeepsTags => true;

    /// <summary>The address of an object for programs that have rights on the store themselves; null when the store has none.</summary>
    string? LinkTo(ObjectAddress address) => null;

    /// <summary>Writes an object whole: a reader sees all of it or none of it. An object that is there already is replaced, with its tags.</summary>
    /// <exception cref="ObjectTooLargeException">The store takes no object of this size.</exception>
    Task PutAsync(ObjectAddress address, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken);

    /// <summary>Writes an object whole from a stream, which is read from its position to its end and must know its length.</summary>
    /// <exception cref="ObjectTooLargeException">The store takes no object of this size.</exception>
    Task PutAsync(ObjectAddress address, Stream content, string mediaType, CancellationToken cancellationToken);

    /// <summary>Writes an object if there is none; of several who try at once, one wins.</summary>
    /// <returns>False when there is one already: it stays as it is.</returns>
    /// <exception cref="ObjectTooLargeException">The store takes no object of this size.</exception>
    Task<bool> TryPutAsync(ObjectAddress address, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken);

    /// <summary>Opens an object for reading from its start. The stream can seek, and only what is read is fetched.</summary>
    /// <exception cref="NotFoundException">There is no such object.</exception>
    Task<Stream> OpenReadAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <returns>What is known of an object; null when there is none.</returns>
    Task<ObjectDetails?> FindAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <summary>Objects whose key starts with the prefix (end it with <c>/</c> for a folder), in no order that holds for every store. A bucket that does not exist is empty.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string bucket, string prefix, CancellationToken cancellationToken);

    /// <summary>Copies an object with its media type and tags, inside the store.</summary>
    /// <exception cref="NotFoundException">There is no such object.</exception>
    Task CopyAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken);

    /// <summary>Copies, then deletes: when this is interrupted the object is at both places, never at none.</summary>
    /// <exception cref="NotFoundException">There is no such object.</exception>
    Task MoveAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken);

    /// <summary>Removes an object with its tags; one that is not there is no error.</summary>
    Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <returns>The tags of an object; none is an empty set.</returns>
    /// <exception cref="NotFoundException">There is no such object.</exception>
    Task<IReadOnlyDictionary<string, string>> ReadTagsAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <summary>Gives an object these tags, and no others.</summary>
    /// <exception cref="NotFoundException">There is no such object.</exception>
    Task WriteTagsAsync(ObjectAddress address, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken);

    /// <summary>Tries out, in this order, what the store must be able to do, and ends with the first thing that it cannot.</summary>
    Task<IReadOnlyList<StoreCheck>> CheckAsync(CancellationToken cancellationToken);

    /// <returns>Null when everything can be done now; else what is wrong and what to do, in one sentence.</returns>
    async Task<string?> FindFaultAsync(CancellationToken cancellationToken) =>
        (await CheckAsync(cancellationToken)).FirstOrDefault(check => check.Fault is not null)?.Fault;
}
