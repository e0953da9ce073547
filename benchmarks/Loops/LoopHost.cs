using GourmetGram.Application;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Media;
using GourmetGram.Infrastructure.ObjectStorage;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Infrastructure.Spool;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Benchmarks.Loops;

/// <summary>Use cases on SQLite and files, in a directory that is gone afterwards.</summary>
internal sealed class LoopHost : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gourmetgram-loops-");
    private readonly ServiceProvider services;

    /// <param name="durability">How safe a commit is.</param>
    /// <param name="s3">Address, key and secret of an S3 server; null for files.</param>
    public LoopHost(Durability durability, string[]? s3 = null)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GourmetGram:DataDirectory"] = folder.FullName,
            ["GourmetGram:Durability"] = durability.ToString(),
        };
        if (s3 is [var address, var key, var secret])
        {
            settings["ObjectStore:Provider"] = "S3";
            settings["ObjectStore:Endpoint"] = address;
            settings["ObjectStore:AccessKey"] = key;
            settings["ObjectStore:SecretKey"] = secret;
            settings["ObjectStore:BucketPrefix"] =
                $"bench-{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4))}-";
        }

        var collection = new ServiceCollection();
        collection.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        collection.AddLogging().AddMetrics();
        collection.AddSingleton(TimeProvider.System).AddSingleton<ILinks, NoLinks>();
        collection.AddSettings<GourmetGramOptions>().AddSettings<LimitsOptions>();
        collection.AddApplication().AddPersistence().AddObjectStorage().AddSpool().AddMediaLinks();
        services = collection.BuildServiceProvider();
    }

    public IObjectStore Store => services.GetRequiredService<IObjectStore>();

    public async Task MigrateAsync()
    {
        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        await services.GetRequiredService<IServiceScopeFactory>().SeedAsync(CancellationToken.None);
    }

    public async Task<TResponse> SendAsync<TResponse>(IRequest<TResponse> message)
    {
        await using var scope = services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(message, CancellationToken.None);
    }

    public async Task SaveAsync<T>(IEnumerable<T> entities)
        where T : class
    {
        await using var scope = services.CreateAsyncScope();
        await scope
            .ServiceProvider.GetRequiredService<IUnitOfWork>()
            .RunStepAsync(
                (IRepository<T> repository) =>
                {
                    foreach (var entity in entities)
                        repository.Add(entity);
                    return Task.FromResult(true);
                }
            );
    }

    /// <summary>A statement of our own making.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<GourmetGramDbContext>().Database.ExecuteSqlRawAsync(sql);
    }

    /// <summary>The columns of a table.</summary>
    public async Task<IReadOnlyList<string>> ColumnsAsync(string table)
    {
        await using var scope = services.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<GourmetGramDbContext>()
            .Database.SqlQueryRaw<string>("SELECT name AS Value FROM pragma_table_info({0})", table)
            .ToListAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private sealed class NoLinks : ILinks
    {
        public string PredictionImage(Guid predictionId) => $"/image/{predictionId}";

        public string TaskImage(Guid taskId) => $"/task-image/{taskId}";

        public string Absolute(string path) => $"http://localhost/{path}";
    }
}
