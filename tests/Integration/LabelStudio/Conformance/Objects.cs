using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.ObjectStorage.S3;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.ObjectStorage;
using Microsoft.Extensions.DependencyInjection;
using Minio.DataModel.Args;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

/// <summary>Buckets of one run; their names are those of the recording behind a prefix.</summary>
internal sealed class Objects : IAsyncDisposable
{
    private readonly ServiceProvider container;

    public Objects()
    {
        var settings = S3Server.NewStore();
        Prefix = settings["ObjectStore__BucketPrefix"];
        container = ObjectStores.Build(settings);
    }

    public string Prefix { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IObjectStore Store => container.GetRequiredService<IObjectStore>();

    public Task PutAsync(string bucket, string key, ReadOnlyMemory<byte> content, string type = "application/json") =>
        Store.PutAsync(new ObjectAddress(bucket, key), content, type, Cancel);

    public Task DeleteAsync(string bucket, string key) => Store.DeleteAsync(new ObjectAddress(bucket, key), Cancel);

    public async Task<byte[]> ReadAsync(string bucket, string key) =>
        await (await Store.OpenReadAsync(new ObjectAddress(bucket, key), Cancel)).ReadAllAsync();

    public async Task<string?> TypeOfAsync(string bucket, string key) =>
        (await Store.FindAsync(new ObjectAddress(bucket, key), Cancel))?.MediaType;

    /// <summary>In the order in which S3 lists them.</summary>
    public async Task<List<string>> KeysAsync(string bucket, string prefix)
    {
        var keys = new List<string>();
        await foreach (var found in Store.ListAsync(bucket, prefix, Cancel))
            keys.Add(found.Key);
        keys.Sort(StringComparer.Ordinal);
        return keys;
    }

    public Task MakeBucketAsync(string bucket)
    {
        var connection = container.GetRequiredService<S3Connection>();
        return connection.Client.MakeBucketAsync(new MakeBucketArgs().WithBucket(Prefix + bucket), Cancel);
    }

    public Task RemoveBucketAsync(string bucket) => ObjectStores.RemoveBucketAsync(container, bucket);

    public ValueTask DisposeAsync() => container.DisposeAsync();
}
