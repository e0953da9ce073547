using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// The migrations that were squashed into <c>Initial</c> before the first release, as one SQL script for each engine. A database that has
/// some of them gets the others, and then the row of <c>Initial</c> in place of theirs.
/// </summary>
internal sealed partial class FormerMigrations
{
    /// <summary>Names the advisory lock of PostgreSQL that nodes take turns by; any number that nothing else uses.</summary>
    private const long LockKey = 6_747_301_001;

    private readonly string script;

    private FormerMigrations(string script)
    {
        this.script = script;
        Ids = [.. HistoryRow().Matches(script).Select(match => match.Groups["id"].Value)];
    }

    /// <summary>Those of a database's engine.</summary>
    public static FormerMigrations Of(DatabaseFacade database)
    {
        var name = $"{typeof(FormerMigrations).Namespace}.Former.{(database.IsSqlite() ? "Sqlite" : "PostgreSql")}.sql";
        using var reader = new StreamReader(typeof(FormerMigrations).Assembly.GetManifestResourceStream(name)!);
        return new FormerMigrations(reader.ReadToEnd());
    }

    /// <summary>Ids, oldest first.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>The statements that apply all migrations up to one of them to an empty database.</summary>
    public string ScriptTo(string id) => script[..StartAfter(id)];

    /// <summary>
    /// Applies the migrations that follow the last one of a database, and replaces the rows of all of them with that of <c>Initial</c>.
    /// Nodes that start together take turns; the second one finds nothing to do.
    /// </summary>
    /// <param name="database">A database of the same engine.</param>
    /// <param name="initial">Id of <c>Initial</c>.</param>
    /// <param name="cancellationToken">Stops between two migrations.</param>
    public async Task FinishAsync(DatabaseFacade database, string initial, CancellationToken cancellationToken)
    {
        var history = database.GetService<IHistoryRepository>();
        var rows = Ids.Select(history.GetDeleteScript).Append(history.GetInsertScript(new HistoryRow(initial, ProductInfo.GetVersion())));
        await database.OpenConnectionAsync(cancellationToken);
        try
        {
            // On SQLite the lock of the data directory keeps other processes away.
            if (!database.IsSqlite())
                await ExecuteAsync($"SELECT pg_advisory_lock({LockKey})");
            if ((await database.GetAppliedMigrationsAsync(cancellationToken)).LastOrDefault(Ids.Contains) is not { } last)
                return;
            if (script[StartAfter(last)..] is { Length: > 0 } rest)
                await ExecuteAsync(rest);
            await ExecuteAsync($"BEGIN;\n{string.Concat(rows)}COMMIT;");
        }
        finally
        {
            // The pool releases the lock when it takes the connection back.
            await database.CloseConnectionAsync();
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = database.GetDbConnection().CreateCommand();
            command.CommandTimeout = 0;
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Where the statements of the next migration begin.</summary>
    private int StartAfter(string id)
    {
        var row = script.IndexOf($"VALUES ('{id}'", StringComparison.Ordinal);
        var next = MigrationStart().Match(script, row);
        return next.Success ? next.Index : script.Length;
    }

    [GeneratedRegex(
        @"^VALUES \('(?<id>\d{14}_\w+)'",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000
    )]
    private static partial Regex HistoryRow();

    [GeneratedRegex("^(BEGIN|START) TRANSACTION;", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex MigrationStart();
}
