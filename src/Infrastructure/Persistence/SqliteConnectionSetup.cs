using System.Data.Common;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// Applies the settings that SQLite needs on each connection: writers wait for each other instead of failing, foreign keys are enforced,
/// and commits are flushed as the durability setting requires. WAL is a property of the file, which <see cref="DatabaseMigrator"/> sets.
/// With WAL, <c>NORMAL</c> may lose the last commits in a power cut, but never the database.
/// </summary>
internal sealed class SqliteConnectionSetup(IOptions<GourmetGramOptions> options) : DbConnectionInterceptor
{
    private readonly string pragmas =
        "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA synchronous = "
        + (options.Value.Durability == Durability.Power ? "FULL;" : "NORMAL;");

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = CreateCommand(connection);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        await using var command = CreateCommand(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private DbCommand CreateCommand(DbConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = pragmas;
        return command;
    }
}
