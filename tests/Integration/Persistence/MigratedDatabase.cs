using System.Collections.Concurrent;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>A PostgreSQL database with all tables and no rows. Copying it takes a third of the time that making the tables takes.</summary>
internal static class MigratedDatabase
{
    private static readonly SemaphoreSlim Gate = new(1);
    private static readonly ConcurrentBag<string> Free = [];
    private static string? template;

    /// <summary>
    /// Gives a database like it to the caller, which may be one that an earlier test returned. Without a server, the calling test is
    /// skipped.
    /// </summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> TakeAsync()
    {
        while (Free.TryTake(out var used))
        {
            if (await DatabaseSnapshot.TryRestoreAsync(used))
                return used;
            await PostgresServer.DropDatabaseAsync(used);
        }

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

    /// <summary>Returns a database that its test needs no longer, and to which nothing is connected.</summary>
    public static void Return(string connectionString) => Free.Add(connectionString);

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

        await DatabaseSnapshot.TakeAsync(connectionString);
        return connectionString;
    }
}
