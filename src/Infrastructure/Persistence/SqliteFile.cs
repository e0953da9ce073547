using System.Data.Common;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Data.Sqlite;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// Prepares a SQLite file before EF Core migrates it. Needs the data directory's lock, so no other process uses the file.
/// </summary>
internal sealed class SqliteFile(string path, string connectionString)
{
    /// <summary>Whether the file exists and is not empty.</summary>
    public bool Exists => File.Exists(path) && new FileInfo(path).Length > 0;

    /// <summary>Checks for damage, enables write-ahead logging, and deletes a migration lock that a killed process left.</summary>
    /// <exception cref="DatabaseException">The file is damaged, or is not a database.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        var verdict = (string)(await ScalarAsync(connection, "PRAGMA quick_check(1)", cancellationToken))!;
        if (verdict != "ok")
            throw Damaged(verdict, cause: null);
        await ScalarAsync(connection, "PRAGMA journal_mode = WAL", cancellationToken);
        // EF Core waits forever for a lock whose holder is dead: https://github.com/dotnet/efcore/issues/38958
        const string LockTable = "__EFMigrationsLock";
        const string FindTable = $"SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{LockTable}'";
        if (await ScalarAsync(connection, FindTable, cancellationToken) is not null)
            await ScalarAsync(connection, $"DELETE FROM \"{LockTable}\"", cancellationToken);
    }

    /// <summary>Copies the database to a file beside it, completely or not at all.</summary>
    /// <param name="migration">The next migration; part of the copy's name.</param>
    /// <returns>Path of the copy.</returns>
    public string CopyBefore(string migration)
    {
        var copy = Path.ChangeExtension(path, $".before-{migration}{Path.GetExtension(path)}");
        var unfinished = copy + ".unfinished";
        File.Delete(unfinished);
        using (var source = new SqliteConnection(connectionString))
        using (
            var target = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = unfinished, Pooling = false }.ConnectionString
            )
        )
        {
            source.Open();
            target.Open();
            source.BackupDatabase(target);
        }

        File.Move(unfinished, copy, overwrite: true);
        Disk.FlushFolder(Path.GetDirectoryName(path)!);
        return copy;
    }

    public DatabaseException Damaged(string finding, Exception? cause) =>
        new(
            $"The database {path} is damaged: {finding}. Stop GourmetGram, move the file and {Path.GetFileName(path)}-wal "
                + "and -shm away, "
                + $"and replace it with a backup ({Path.GetFileNameWithoutExtension(path)}.before-… beside it are copies made before "
                + "migrations). "
                + "Without a backup, `sqlite3 FILE .recover` may save rows.",
            cause
        );

    private static async Task<object?> ScalarAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The callers' texts are constants.
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
