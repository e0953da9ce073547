using GourmetGram.Application;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.LabelStudio;
using GourmetGram.Infrastructure.Media;
using GourmetGram.Infrastructure.ObjectStorage;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Infrastructure.Spool;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Retraining;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>The services of persistence and the use cases on top, as a host registers them, on a data directory of their own.</summary>
internal sealed class PersistenceHost : IAsyncDisposable
{
    private readonly ServiceProvider services;

    public PersistenceHost(
        DatabaseProvider provider,
        string folder,
        string connectionString = "",
        Durability durability = Durability.Power,
        Action<IServiceCollection>? more = null,
        IReadOnlyDictionary<string, string>? moreSettings = null
    )
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GourmetGram:DataDirectory"] = folder,
            ["GourmetGram:Durability"] = durability.ToString(),
            ["Database:Provider"] = provider.ToString(),
            ["Database:ConnectionString"] = connectionString,
        };
        foreach (var (name, value) in moreSettings ?? new Dictionary<string, string>(StringComparer.Ordinal))
            settings[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        var collection = new ServiceCollection();
        collection.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        collection.AddLogging();
        collection.AddSingleton(TimeProvider.System);
        collection.AddSingleton<ILinks, NoLinks>();
        collection.AddMetrics();
        collection.AddSettings<GourmetGramOptions>().AddSettings<LimitsOptions>().AddSettings<AlertOptions>();
        collection.AddApplication();
        collection.AddPersistence();
        collection.AddObjectStorage();
        collection.AddSpool();
        collection.AddMediaLinks();
        collection.AddLabelStudio();
        collection.AddSettings<LabelingOptions>();
        more?.Invoke(collection);
        // What a host with a loaded model has. Nothing is classified, trained or imported unless a test brings its own.
        collection.TryAddSingleton<IModelSwitch, ThreeClassSwitch>();
        collection.TryAddSingleton<INetworks, NoNetworks>();
        collection.TryAddSingleton<IModelFiles, NoFiles>();
        collection.TryAddSingleton<IHeadFiles, NoHeadFiles>();
        collection.TryAddSingleton<IModelTrainer, NoTrainer>();
        collection.TryAddSingleton<IModelInspector, NoInspector>();
        collection.TryAddSingleton<IReferenceReader, NoReference>();
        collection.TryAddSingleton<IPhotoReader, NoPhotoReader>();
        collection.TryAddSingleton<IInferenceGate, NoGate>();
        services = collection.BuildServiceProvider(validateScopes: true);
        Folder = folder;
    }

    public string Folder { get; }

    public string DatabaseFile => Path.Combine(Folder, "gourmetgram.db");

    public IServiceProvider Services => services;

    public DatabaseHealth Health => services.GetRequiredService<DatabaseHealth>();

    /// <summary>Prepares the database as each start does.</summary>
    public async Task MigrateAsync()
    {
        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(TestContext.Current.CancellationToken);
        await services.GetRequiredService<IServiceScopeFactory>().SeedAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>One request: services of one scope.</summary>
    public async Task<TResult> InScopeAsync<TResult>(Func<IServiceProvider, Task<TResult>> work)
    {
        await using var scope = services.CreateAsyncScope();
        return await work(scope.ServiceProvider);
    }

    /// <summary>One request: services of one scope.</summary>
    public async Task InScopeAsync(Func<IServiceProvider, Task> work)
    {
        await using var scope = services.CreateAsyncScope();
        await work(scope.ServiceProvider);
    }

    public Task<TResponse> SendAsync<TResponse>(IRequest<TResponse> message) =>
        InScopeAsync(scope => scope.GetRequiredService<IMediator>().Send(message, TestContext.Current.CancellationToken));

    /// <summary>One step: services of one scope, committed after the work.</summary>
    public Task<TResult> InStepAsync<TResult>(Func<IServiceProvider, Task<TResult>> work) =>
        InScopeAsync(scope => scope.GetRequiredService<IUnitOfWork>().RunStepAsync(work));

    /// <summary>One step: services of one scope, committed after the work.</summary>
    public Task InStepAsync(Func<IServiceProvider, Task> work) =>
        InStepAsync(async scope =>
        {
            await work(scope);
            return true;
        });

    /// <summary>Adds entities in one step.</summary>
    public Task SaveAsync<T>(params T[] entities)
        where T : class =>
        InStepAsync(scope =>
        {
            var repository = scope.GetRequiredService<IRepository<T>>();
            foreach (var entity in entities)
                repository.Add(entity);
            return Task.CompletedTask;
        });

    /// <summary>All rows of a kind.</summary>
    public Task<List<T>> RowsAsync<T>()
        where T : class =>
        InScopeAsync(scope =>
            scope.GetRequiredService<GourmetGramDbContext>().Set<T>().AsNoTracking().ToListAsync(TestContext.Current.CancellationToken)
        );

    /// <summary>The values of a query's only column, as the engine gives them.</summary>
    public Task<List<TValue>> ValuesAsync<TValue>(string sql) =>
        InScopeAsync(scope =>
            scope
                .GetRequiredService<GourmetGramDbContext>()
                .Database.SqlQueryRaw<TValue>(sql)
                .ToListAsync(TestContext.Current.CancellationToken)
        );

    public Task ExecuteAsync(string sql) =>
        InScopeAsync(scope =>
            (Task)scope.GetRequiredService<GourmetGramDbContext>().Database.ExecuteSqlRawAsync(sql, TestContext.Current.CancellationToken)
        );

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private sealed class NoLinks : ILinks
    {
        public string PredictionImage(Guid predictionId) => $"/image/{predictionId}";

        public string TaskImage(Guid taskId) => $"/task-image/{taskId}";

        public string Absolute(string path) => $"https://food.example/{path}";
    }
}

/// <summary>
/// Tests that hold on both engines: derive an abstract class with the tests, and one sealed class for each engine from that.
/// </summary>
public abstract class PersistenceTests(DatabaseProvider provider) : IAsyncLifetime
{
    private readonly List<PersistenceHost> hosts = [];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gourmetgram-persistence-");
    private string? connectionString;

    protected DatabaseProvider Provider { get; } = provider;

    /// <summary>
    /// A host on the test's own database, which has no rows. It has its tables already, unless <see cref="HasNoTables"/>.
    /// </summary>
    private protected PersistenceHost Host => hosts[0];

    /// <summary>Whether the test is about making the tables.</summary>
    protected virtual bool HasNoTables => false;

    public virtual async ValueTask InitializeAsync()
    {
        connectionString =
            Provider != DatabaseProvider.PostgreSql ? ""
            : HasNoTables ? await PostgresServer.CreateDatabaseAsync()
            : await MigratedDatabase.TakeAsync();
        AddHost();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
            await host.DisposeAsync();
        if (Provider == DatabaseProvider.PostgreSql && connectionString is not null)
        {
            if (HasNoTables)
                await PostgresServer.DropDatabaseAsync(connectionString);
            else
                MigratedDatabase.Return(connectionString);
        }

        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// One more host on the same database, with its own data directory on PostgreSQL; the one before must have ended on SQLite.
    /// </summary>
    private protected PersistenceHost AddHost(
        string? otherConnectionString = null,
        Durability durability = Durability.Power,
        Action<IServiceCollection>? more = null
    )
    {
        var data = Path.Combine(folder.FullName, Provider == DatabaseProvider.PostgreSql ? $"node{hosts.Count}" : "data");
        if (Provider == DatabaseProvider.Sqlite && otherConnectionString is null && !HasNoTables)
            MigratedFile.PlaceIn(data);
        var host = new PersistenceHost(Provider, data, otherConnectionString ?? connectionString!, durability, more);
        hosts.Add(host);
        return host;
    }
}
