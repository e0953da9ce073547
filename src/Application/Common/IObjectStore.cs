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
public sealed record StoredObject(string Key, long Size, DateTimeOffset WrittenAt);

/// <summary>Keeps photos and other objects. When a put has returned, the object is as safe as <c>GourmetGram:Durability</c> says.</summary>
public interface IObjectStore
{
    /// <summary>Whether this process alone writes here, so that what was there when it started is in nobody's hands.</summary>
    bool IsExclusive => false;

    /// <summary>Writes an object whole: a reader sees all of it or none of it. An object that is there already is replaced.</summary>
    /// <exception cref="StoreUnavailableException">The object could not be written; nothing of it is visible. <see cref="StorageFullException"/> when there is no room.</exception>
    Task PutAsync(ObjectAddress address, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken);

    /// <summary>Opens an object for reading from its start; the stream can seek.</summary>
    /// <exception cref="NotFoundException">There is no such object.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    Task<Stream> OpenReadAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <summary>Objects whose key starts with the prefix (end it with <c>/</c> for a folder), in no particular order, read as they are asked for. A bucket that does not exist is empty.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    IAsyncEnumerable<StoredObject> ListAsync(string bucket, string prefix, CancellationToken cancellationToken);

    /// <summary>Removes an object; one that is not there is no error.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be written.</exception>
    Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <summary>Whether objects can be written now: null, or what is wrong in one sentence.</summary>
    Task<string?> FindFaultAsync(CancellationToken cancellationToken);
}
