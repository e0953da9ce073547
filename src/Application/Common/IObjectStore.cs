namespace GourmetGram.Application.Common;

/// <summary>Where an object is: <c>{bucket}/{key}</c>.</summary>
/// <param name="Bucket">Name of the bucket, e.g. <c>production</c>.</param>
/// <param name="Key">Path inside the bucket, parts separated by <c>/</c>, none of them empty, <c>.</c> or <c>..</c>.</param>
public sealed record ObjectAddress(string Bucket, string Key)
{
    public override string ToString() => $"{Bucket}/{Key}";
}

/// <summary>Keeps photos and other objects. When a put has returned, the object is as safe as <c>GourmetGram:Durability</c> says.</summary>
public interface IObjectStore
{
    /// <summary>Writes an object whole: a reader sees all of it or none of it. An object that is there already is replaced.</summary>
    /// <exception cref="StoreUnavailableException">The object could not be written; nothing of it is visible.</exception>
    Task PutAsync(ObjectAddress address, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken);

    /// <summary>Opens an object for reading from its start; the stream can seek.</summary>
    /// <exception cref="NotFoundException">There is no such object.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    Task<Stream> OpenReadAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <summary>Removes an object; one that is not there is no error.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be written.</exception>
    Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken);

    /// <summary>Whether objects can be written now: null, or what is wrong in one sentence.</summary>
    Task<string?> FindFaultAsync(CancellationToken cancellationToken);
}
