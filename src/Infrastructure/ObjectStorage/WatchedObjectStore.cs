using System.Runtime.CompilerServices;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.ObjectStorage;

/// <summary>Reports the object store's failures and responses to <see cref="Outages"/>.</summary>
internal sealed class WatchedObjectStore(IObjectStore store, Outages outages) : IObjectStore
{
    public bool KeepsTags => store.KeepsTags;

    public bool IsExclusive => store.IsExclusive;

    public string? LinkTo(ObjectAddress address) => store.LinkTo(address);

    public Task PutAsync(ObjectAddress address, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken) =>
        WriteAsync(() => store.PutAsync(address, content, mediaType, cancellationToken));

    public Task PutAsync(ObjectAddress address, Stream content, string mediaType, CancellationToken cancellationToken) =>
        WriteAsync(() => store.PutAsync(address, content, mediaType, cancellationToken));

    public Task<bool> TryPutAsync(
        ObjectAddress address,
        ReadOnlyMemory<byte> content,
        string mediaType,
        CancellationToken cancellationToken
    ) => WriteAsync(() => store.TryPutAsync(address, content, mediaType, cancellationToken));

    public Task<Stream> OpenReadAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        ReadAsync(() => store.OpenReadAsync(address, cancellationToken));

    public Task<ObjectDetails?> FindAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        ReadAsync(() => store.FindAsync(address, cancellationToken));

    public async IAsyncEnumerable<StoredObject> ListAsync(
        string bucket,
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var objects = store.ListAsync(bucket, prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await ReadAsync(() => objects.MoveNextAsync().AsTask()))
            yield return objects.Current;
    }

    public Task CopyAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken) =>
        WriteAsync(() => store.CopyAsync(source, target, cancellationToken));

    public Task MoveAsync(ObjectAddress source, ObjectAddress target, CancellationToken cancellationToken) =>
        WriteAsync(() => store.MoveAsync(source, target, cancellationToken));

    public Task DeleteAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        WriteAsync(() => store.DeleteAsync(address, cancellationToken));

    public Task<IReadOnlyDictionary<string, string>> ReadTagsAsync(ObjectAddress address, CancellationToken cancellationToken) =>
        ReadAsync(() => store.ReadTagsAsync(address, cancellationToken));

    public Task WriteTagsAsync(ObjectAddress address, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        WriteAsync(() => store.WriteTagsAsync(address, tags, cancellationToken));

    /// <summary>Not reported to <see cref="Outages"/>, because a fault that the check finds is its result.</summary>
    public Task<IReadOnlyList<StoreCheck>> CheckAsync(CancellationToken cancellationToken) => store.CheckAsync(cancellationToken);

    private Task<TResult> ReadAsync<TResult>(Func<Task<TResult>> call) => WatchAsync(call, isWrite: false);

    private Task<bool> WriteAsync(Func<Task> call) =>
        WriteAsync(async () =>
        {
            await call();
            return true;
        });

    private Task<TResult> WriteAsync<TResult>(Func<Task<TResult>> call) => WatchAsync(call, isWrite: true);

    private async Task<TResult> WatchAsync<TResult>(Func<Task<TResult>> call, bool isWrite)
    {
        try
        {
            var result = await call();
            outages.Answered(Dependency.ObjectStore, isWrite);
            return result;
        }
        catch (StoreUnavailableException e)
        {
            outages.Failed(Dependency.ObjectStore, e.Message, writingOnly: isWrite && e is StorageFullException or StoreDeniedException);
            throw;
        }
    }
}
