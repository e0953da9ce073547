using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Persistence;

public static class PersistenceRegistration
{
    /// <summary>
    /// Registers the database: <see cref="GourmetGramDbContext"/> and <see cref="IRepository{T}"/> and <see cref="IPhotoList"/> per scope, <see cref="DatabaseMigrator"/> and
    /// <see cref="DatabaseHealth"/>. Needs <see cref="GourmetGramOptions"/>. The engine is chosen when the settings are read, not here.
    /// </summary>
    public static IServiceCollection AddPersistence(this IServiceCollection services)
    {
        services.AddSettings<DatabaseOptions>();
        services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseOptionsValidator>();
        services.AddDataDirectory();
        services.AddSingleton<DatabaseLocation>();
        services.AddSingleton<SqliteConnectionSetup>();
        services.AddDbContext<SqliteDbContext>(
            (provider, options) =>
                LogQuietly(options)
                    .UseSqlite(LocationOf(provider).ConnectionString)
                    .AddInterceptors(provider.GetRequiredService<SqliteConnectionSetup>())
        );
        services.AddDbContext<PostgreSqlDbContext>(
            (provider, options) => LogQuietly(options).UseNpgsql(LocationOf(provider).ConnectionString)
        );
        services.AddScoped<GourmetGramDbContext>(provider =>
            LocationOf(provider).Provider == DatabaseProvider.PostgreSql
                ? provider.GetRequiredService<PostgreSqlDbContext>()
                : provider.GetRequiredService<SqliteDbContext>()
        );
        services.AddScoped(typeof(IRepository<>), typeof(Repository<>));
        services.AddScoped<IPhotoList, PhotoList>();
        services.AddScoped<IWindowMembers, WindowMembers>();
        services.AddScoped<ILoopStatistics, LoopStatisticsReader>();
        services.AddScoped<ITaskFinder, TaskFinder>();
        services.AddScoped<IDatasetReader, DatasetReader>();
        services.AddScoped<ILabelStudioWatch, LabelStudioWatch>();
        services.AddSingleton<IExclusiveWork, ExclusiveWork>();
        services.AddSingleton(provider => new DatabaseMigrator(
            provider.GetRequiredService<IServiceScopeFactory>(),
            LocationOf(provider),
            provider.GetRequiredService<ILogger<DatabaseMigrator>>()
        ));
        services.AddSingleton(provider => new DatabaseHealth(provider.GetRequiredService<IServiceScopeFactory>(), LocationOf(provider)));
        return services;
    }

    private static DatabaseLocation LocationOf(IServiceProvider provider) => provider.GetRequiredService<DatabaseLocation>();

    /// <summary>Statements are for debugging. What fails is thrown, so whoever handles the exception decides whether the log needs it.</summary>
    private static DbContextOptionsBuilder LogQuietly(DbContextOptionsBuilder options) =>
        options.ConfigureWarnings(warnings =>
            warnings.Log(
                (RelationalEventId.CommandExecuted, LogLevel.Debug),
                (RelationalEventId.CommandError, LogLevel.Debug),
                (RelationalEventId.ConnectionError, LogLevel.Debug),
                (CoreEventId.QueryIterationFailed, LogLevel.Debug),
                (CoreEventId.OptimisticConcurrencyException, LogLevel.Debug),
                (CoreEventId.SaveChangesFailed, LogLevel.Debug)
            )
        );
}
