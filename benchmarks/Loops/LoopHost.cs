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
using Npgsql;

namespace GourmetGram.Benchmarks.Loops;

/// <summary>Use cases on a database and files, in a directory that is gone afterwards unless it is given.</summary>
internal sealed class LoopHost : IAsyncDisposable
{
    private readonly DirectoryInfo? temporary;
    private readonly ServiceProvider services;

    /// <param name="durability">How safe a commit is.</param>
    /// <param name="s3">Address, key and secret of an S3 server; null for files.</param>
    /// <param name="directory">The data directory; null for one that is gone afterwards.</param>
    /// <param name="postgres">Connection string of a PostgreSQL database; null for SQLite in the data directory.</param>
    public LoopHost(Durability durability, string[]? s3 = null, string? directory = null, string? postgres = null)
    {
        temporary = directory is null ? Directory.CreateTempSubdirectory("gourmetgram-loops-") : null;
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GourmetGram:DataDirectory"] = directory ?? temporary!.FullName,
            ["GourmetGram:Durability"] = durability.ToString(),
        };
        IsPostgreSql = postgres is not null;
        if (IsPostgreSql)
            (settings["Database:Provider"], settings["Database:ConnectionString"]) = ("PostgreSql", postgres);
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

    public bool IsPostgreSql { get; }

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
        var database = scope.ServiceProvider.GetRequiredService<GourmetGramDbContext>().Database;
        database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await database.ExecuteSqlRawAsync(sql);
    }

    /// <summary>The columns of a table.</summary>
    public async Task<IReadOnlyList<string>> ColumnsAsync(string table)
    {
        await using var scope = services.CreateAsyncScope();
        return await scope
            .ServiceProvider.GetRequiredService<GourmetGramDbContext>()
            .Database.SqlQueryRaw<string>(
                IsPostgreSql
                    ? "SELECT column_name::text AS \"Value\" FROM information_schema.columns WHERE table_name = {0}"
                    : "SELECT name AS Value FROM pragma_table_info({0})",
                table
            )
            .ToListAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        temporary?.Delete(recursive: true);
    }

    /// <summary>Creates an empty PostgreSQL database, in place of one with this name.</summary>
    /// <param name="server">Connection string of a user who may create databases.</param>
    /// <param name="name">Name of the database.</param>
    /// <returns>Connection string of the database.</returns>
    public static async Task<string> CreateDatabaseAsync(string server, string name)
    {
        await using var source = NpgsqlDataSource.Create(server);
        await using (var drop = source.CreateCommand($"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            await drop.ExecuteNonQueryAsync();
        await using (var create = source.CreateCommand($"CREATE DATABASE {name}"))
            await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    private sealed class NoLinks : ILinks
    {
        public string PredictionImage(Guid predictionId) => $"/image/{predictionId}";

        public string TaskImage(Guid taskId) => $"/task-image/{taskId}";

        public string Absolute(string path) => $"http://localhost/{path}";
    }
}
