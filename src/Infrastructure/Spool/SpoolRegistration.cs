using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Spool;

public static class SpoolRegistration
{
    /// <summary>
    /// Registers the spool that matches the database: a folder with SQLite, a table with PostgreSQL. Needs the persistence services and
    /// <see cref="LimitsOptions"/>.
    /// </summary>
    public static IServiceCollection AddSpool(this IServiceCollection services)
    {
        services.AddSingleton<FolderSpool>();
        services.AddScoped<TableSpool>();
        services.AddScoped<IPhotoSpool>(provider =>
            provider.GetRequiredService<DatabaseLocation>().Provider == DatabaseProvider.PostgreSql
                ? provider.GetRequiredService<TableSpool>()
                : provider.GetRequiredService<FolderSpool>()
        );
        return services;
    }
}
