using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Persistence.Access;
using GourmetGram.Infrastructure.Persistence.Feedback;
using GourmetGram.Infrastructure.Persistence.Labeling;
using GourmetGram.Infrastructure.Persistence.Monitoring;
using GourmetGram.Infrastructure.Persistence.Retraining;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Persistence;

public static class PersistenceRegistration
{
    /// <summary>
    /// Registers the database: <see cref="GourmetGramDbContext"/>, <see cref="IUnitOfWork"/>, <see cref="IRepository{T}"/> and read ports
    /// per scope, <see cref="DatabaseMigrator"/> and <see cref="DatabaseHealth"/>. Needs <see cref="GourmetGramOptions"/>. The engine is
    /// chosen when the settings are read, not here.
    /// </summary>
    public static IServiceCollection AddPersistence(this IServiceCollection services)
    {
        services.AddSettings<DatabaseOptions>();
        services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseOptionsValidator>();
        services.AddDataDirectory();
        services.AddSingleton<DatabaseLocation>();
        services.AddSingleton<SqliteConnectionSetup>();
        services.TryAddSingleton<Outages>();
        services.AddSingleton<SampleStamping>();
        services.AddSingleton<AuditStamping>();
        services.AddSingleton<OutageInterceptor>();
        // Each request and each step has its own scope, and an upload has two, so contexts are reused instead of built for each.
        services.AddDbContextPool<SqliteDbContext>(
            (provider, options) =>
                LogQuietly(options)
                    .UseSqlite(LocationOf(provider).ConnectionString)
                    .AddInterceptors(
                        provider.GetRequiredService<SqliteConnectionSetup>(),
                        provider.GetRequiredService<OutageInterceptor>(),
                        provider.GetRequiredService<SampleStamping>(),
                        provider.GetRequiredService<AuditStamping>()
                    )
        );
        services.AddDbContextPool<PostgreSqlDbContext>(
            (provider, options) =>
                LogQuietly(options)
                    .UseNpgsql(LocationOf(provider).ConnectionString)
                    .AddInterceptors(
                        provider.GetRequiredService<OutageInterceptor>(),
                        provider.GetRequiredService<SampleStamping>(),
                        provider.GetRequiredService<AuditStamping>()
                    )
        );
        services.AddScoped<GourmetGramDbContext>(provider =>
            LocationOf(provider).Provider == DatabaseProvider.PostgreSql
                ? provider.GetRequiredService<PostgreSqlDbContext>()
                : provider.GetRequiredService<SqliteDbContext>()
        );
        services.AddScoped<UnitOfWork>();
        services.AddScoped<IUnitOfWork>(provider => provider.GetRequiredService<UnitOfWork>());
        services.AddScoped(typeof(IRepository<>), typeof(Repository<>));
        services.AddScoped<IPhotoList, PhotoList>();
        services.AddScoped<ITrackingChanges, TrackingChanges>();
        services.AddScoped<IWindowMembers, WindowMembers>();
        services.AddScoped<IChangeStamp, ChangeStamp>();
        services.AddScoped<ILoopStatistics, LoopStatisticsReader>();
        services.AddScoped<IFloodCounts, FloodCounts>();
        services.AddScoped<ITaskFinder, TaskFinder>();
        services.AddScoped<IDatasetReader, DatasetReader>();
        services.AddScoped<ISampleReader, SampleReader>();
        services.AddScoped<IAgreementReader, AgreementReader>();
        services.AddScoped<ILabelReader, LabelReader>();
        services.AddScoped<IAnswerReader, AnswerReader>();
        services.AddScoped<IPersonReader, PersonReader>();
        services.AddScoped<IDailyCountReader, DailyCountReader>();
        services.AddScoped<IServedVersions, ServedVersions>();
        services.AddScoped<IPoolReader, PoolReader>();
        services.AddScoped<IShadowReader, ShadowReader>();
        services.AddScoped<IOldEmbeddings, OldEmbeddings>();
        services.AddScoped<IDatasetSource, DatasetSource>();
        services.AddScoped<IKnownAnswers, KnownAnswers>();
        services.AddScoped<ILabelStudioWatch, LabelStudioWatch>();
        services.AddSingleton<IExclusiveWork, ExclusiveWork>();
        services.AddSingleton(provider => new DatabaseMigrator(
            provider.GetRequiredService<IServiceScopeFactory>(),
            LocationOf(provider),
            provider.GetRequiredService<ILogger<DatabaseMigrator>>()
        ));
        services.AddSingleton(provider => new OpenFolders(provider.GetRequiredService<DataDirectory>(), LocationOf(provider)));
        services.AddSingleton(provider => new DatabaseHealth(provider.GetRequiredService<IServiceScopeFactory>(), LocationOf(provider)));
        return services;
    }

    private static DatabaseLocation LocationOf(IServiceProvider provider) => provider.GetRequiredService<DatabaseLocation>();

    /// <summary>
    /// Logs statements only for debugging. Failures are thrown, so the code that handles the exception decides whether to log it.
    /// </summary>
    private static DbContextOptionsBuilder LogQuietly(DbContextOptionsBuilder options) =>
        options.ConfigureWarnings(warnings =>
            warnings
                // A test makes this check. It builds two more models, which took a fifth of a first start.
                .Ignore(RelationalEventId.PendingModelChangesWarning)
                .Log(
                    // Safe, because DatabaseMigrator copies the file before it changes a table.
                    (RelationalEventId.NonTransactionalMigrationOperationWarning, LogLevel.Debug),
                    (RelationalEventId.CommandExecuted, LogLevel.Debug),
                    (RelationalEventId.CommandError, LogLevel.Debug),
                    (RelationalEventId.ConnectionError, LogLevel.Debug),
                    (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                    (CoreEventId.OptimisticConcurrencyException, LogLevel.Debug),
                    (CoreEventId.SaveChangesFailed, LogLevel.Debug)
                )
        );
}
