using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>A PostgreSQL database with all tables and no rows. Copying it takes a third of the time that making the tables takes.</summary>
internal static class MigratedDatabase
{
    private static readonly SemaphoreSlim Gate = new(1);
    private static string? template;

    /// <summary>Creates a database like it; without a server the calling test is skipped.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> CopyAsync()
    {
        // Two copies of one database at the same time end each other's connections.
        await Gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            template ??= await MakeAsync();
            return await PostgresServer.CopyDatabaseAsync(template);
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task<string> MakeAsync()
    {
        var connectionString = await PostgresServer.CreateDatabaseAsync();
        var folder = Directory.CreateTempSubdirectory("gourmetgram-template-");
        try
        {
            await using var host = new PersistenceHost(DatabaseProvider.PostgreSql, folder.FullName, connectionString);
            await host.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return connectionString;
    }
}
