using GourmetGram.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>An SQLite database with all tables and no rows. Copying it is faster than making the tables.</summary>
internal static class MigratedFile
{
    private static readonly Lazy<byte[]> Template = new(() => Task.Run(MakeAsync).GetAwaiter().GetResult());

    /// <summary>Writes the database where a server with this data directory looks for it, unless there is one.</summary>
    public static void PlaceIn(string dataDirectory)
    {
        var file = Path.Combine(dataDirectory, "gourmetgram.db");
        if (File.Exists(file))
            return;
        Directory.CreateDirectory(dataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllBytes(file, Template.Value);
    }

    private static async Task<byte[]> MakeAsync()
    {
        var folder = Directory.CreateTempSubdirectory("gourmetgram-template-");
        try
        {
            await using var host = new PersistenceHost(DatabaseProvider.Sqlite, folder.FullName);
            await host.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
            // The file itself may lack what is in its journal still.
            var copy = Path.Combine(folder.FullName, "copy.db");
            await host.ExecuteAsync($"VACUUM INTO '{copy}'");
            return await File.ReadAllBytesAsync(copy);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
