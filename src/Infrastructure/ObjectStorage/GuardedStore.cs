using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.ObjectStorage;

/// <summary>
/// Guards the object store of the product. Until the store is known to belong to the database, it can be read, but nothing is written,
/// moved or deleted. New photos wait in the spool, as if the store were unavailable.
/// </summary>
/// <param name="store">The store itself.</param>
/// <param name="guard">Knows whether the store belongs to the database.</param>
internal sealed class GuardedStore(IObjectStore store, StoreGuard guard) : IObjectStore
{
    private const string Unknown =
        "The object store has not answered since the start, so it is not yet known whether it belongs to this database.";

    public bool IsExclusive => store.IsExclusive;

    public bool KeepsTags => store.KeepsTags;

    public string? LinkTo(ObjectAddress address) => store.LinkTo(address);

    public Task PutAsync(ObjectAddress address, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken) =>
        Allowed(address).PutAsync(address, content, mediaType, cancellationToken);

    public Task PutAsync(ObjectAddress address, Stream content, string mediaType, CancellationToken cancellationToken) =>
        Allowed(address).PutAsync(address, content, mediaType, cancellationToken);

    public Task<bool> TryPutAsync(
        ObjectAddress address,
        ReadOnlyMemory<byte> content,
        string mediaType,
        CancellationToken cancellationToken
    ) => Allowed(address).TryPutAsync(address, content, mediaType, cancellationToken);

    public Task<Stream> OpenReadAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        store.OpenReadAsync(address, cancellationToken);

    public Task<ObjectDetails?> FindAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        store.FindAsync(address, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(string bucket, string prefix, CancellationToken cancellationToken) =>
        store.ListAsync(bucket, prefix, cancellationToken);

    public Task CopyAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken) =>
        Allowed(target).CopyAsync(source, target, cancellationToken);

    public Task MoveAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken) =>
        Allowed(source).MoveAsync(source, target, cancellationToken);

    public Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        Allowed(address).DeleteAsync(address, cancellationToken);

    public Task<IReadOnlyDictionary<string, string>> ReadTagsAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        store.ReadTagsAsync(address, cancellationToken);

    public Task WriteTagsAsync(ObjectAddress address, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        Allowed(address).WriteTagsAsync(address, tags, cancellationToken);

    public async Task<IReadOnlyList<StoreCheck>> CheckAsync(CancellationToken cancellationToken)
    {
        var checks = await store.CheckAsync(cancellationToken);
        return guard.IsConfirmed || checks.Any(check => check.Fault is not null)
            ? checks
            : [.. checks, new StoreCheck("ownership", Unknown)];
    }

    /// <summary>Returns the store for a write.</summary>
    /// <exception cref="StoreUnavailableException">Writing is not allowed yet.</exception>
    private IObjectStore Allowed(ObjectAddress address) =>
        guard.IsConfirmed || address.Equals(Buckets.Installation) ? store : throw new StoreUnavailableException(Unknown);
}
