using GourmetGram.Application.Common;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>A real store with a fault that a test puts between: override what is to fail.</summary>
internal abstract class ForwardingStore(IObjectStore store) : IObjectStore
{
    public bool IsExclusive => store.IsExclusive;

    public bool KeepsTags => store.KeepsTags;

    public string? LinkTo(ObjectAddress address) => store.LinkTo(address);

    public virtual Task PutAsync(
        ObjectAddress address,
        ReadOnlyMemory<byte> content,
        string mediaType,
        CancellationToken cancellationToken
    ) => store.PutAsync(address, content, mediaType, cancellationToken);

    public virtual Task PutAsync(ObjectAddress address, Stream content, string mediaType, CancellationToken cancellationToken) =>
        store.PutAsync(address, content, mediaType, cancellationToken);

    public virtual Task<bool> TryPutAsync(
        ObjectAddress address,
        ReadOnlyMemory<byte> content,
        string mediaType,
        CancellationToken cancellationToken
    ) => store.TryPutAsync(address, content, mediaType, cancellationToken);

    public virtual Task<Stream> OpenReadAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        store.OpenReadAsync(address, cancellationToken);

    public virtual Task<ObjectDetails?> FindAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        store.FindAsync(address, cancellationToken);

    public virtual IAsyncEnumerable<StoredObject> ListAsync(string bucket, string prefix, CancellationToken cancellationToken) =>
        store.ListAsync(bucket, prefix, cancellationToken);

    public virtual Task CopyAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken) =>
        store.CopyAsync(source, target, cancellationToken);

    public virtual Task MoveAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken) =>
        store.MoveAsync(source, target, cancellationToken);

    public virtual Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        store.DeleteAsync(address, cancellationToken);

    public virtual Task<IReadOnlyDictionary<string, string>> ReadTagsAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        store.ReadTagsAsync(address, cancellationToken);

    public virtual Task WriteTagsAsync(
        ObjectAddress address,
        IReadOnlyDictionary<string, string> tags,
        CancellationToken cancellationToken
    ) => store.WriteTagsAsync(address, tags, cancellationToken);

    public virtual Task<IReadOnlyList<StoreCheck>> CheckAsync(CancellationToken cancellationToken) => store.CheckAsync(cancellationToken);
}
