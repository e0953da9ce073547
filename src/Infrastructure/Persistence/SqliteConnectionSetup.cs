using System.Data.Common;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// Sets what SQLite keeps per connection: writers wait for each other instead of failing, foreign keys hold, and a commit is flushed as
/// durability asks. WAL is a property of the file, and <see cref="DatabaseMigrator"/> sets it. In WAL, <c>NORMAL</c> may lose the last commits
/// in a power cut, never the database.
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
