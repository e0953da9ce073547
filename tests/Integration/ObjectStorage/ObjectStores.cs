using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.ObjectStorage;
using GourmetGram.Infrastructure.ObjectStorage.S3;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Minio.DataModel.Args;

namespace GourmetGram.Tests.Integration.ObjectStorage;

public sealed class FileSystemObjectStoreContract : ObjectStoreContract
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gourmetgram-store-");
    private ServiceProvider? container;

    protected override IObjectStore Store => container!.GetRequiredService<IObjectStore>();

    public override ValueTask InitializeAsync()
    {
        container = ObjectStores.Build(new Dictionary<string, string> { ["GourmetGram__DataDirectory"] = folder.FullName });
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await container!.DisposeAsync();
        folder.Delete(recursive: true);
    }
}

public sealed class S3ObjectStoreContract : ObjectStoreContract
{
    private ServiceProvider? container;

    protected override IObjectStore Store => container!.GetRequiredService<IObjectStore>();

    public override ValueTask InitializeAsync()
    {
        container = ObjectStores.Build(S3Server.NewStore());
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync() => container?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>Object stores without a server around them.</summary>
internal static class ObjectStores
{
    /// <param name="settings">As environment variables are named.</param>
    public static ServiceProvider Build(Dictionary<string, string> settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create(s.Key.Replace("__", ":", StringComparison.Ordinal), (string?)s.Value))
        );
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(TimeProvider.System)
            .AddSettings<GourmetGramOptions>()
            .AddObjectStorage()
            .BuildServiceProvider(validateScopes: true);
    }

    /// <summary>Removes an empty bucket, as an operator would with a tool of the store.</summary>
    public static async Task RemoveBucketAsync(ServiceProvider container, string bucket)
    {
        var connection = container.GetRequiredService<S3Connection>();
        await connection.Client.RemoveBucketAsync(
            new RemoveBucketArgs().WithBucket(connection.Options.BucketPrefix + bucket),
            TestContext.Current.CancellationToken
        );
    }
}
