using System.Collections.Concurrent;
using GourmetGram.Tests.Integration.Fixtures;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// The PostgreSQL that <c>test.sh</c> starts with <c>tests/run-postgres.sh</c>. Each caller gets an empty database
/// of its own; those that are left are dropped at the end.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>Environment variable with the connection string of a user who may create databases.</summary>
    public const string Variable = "GOURMETGRAM_TEST_POSTGRES";

    private static readonly ConcurrentDictionary<string, bool> Left = new(StringComparer.Ordinal);
    private static int count;

    private static string? Administrator => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? value : null;

    /// <summary>Null, or why there is no server.</summary>
    public static string? Missing =>
        Administrator is null ? $"PostgreSQL is not available: {Variable} is not set; tests/run-postgres.sh starts a server." : null;

    /// <summary>Creates an empty database; without a server the calling test is skipped.</summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> CreateDatabaseAsync()
    {
        var database = Name();
        await ExecuteAsync($"CREATE DATABASE {database}");
        return ConnectionStringOf(database);
    }

    /// <summary>
    /// Creates a database that holds what another one does. Connections to that one are ended: PostgreSQL copies no database in use.
    /// </summary>
    /// <returns>Its connection string.</returns>
    public static async Task<string> CopyDatabaseAsync(string connectionString)
    {
        var (source, database) = (new NpgsqlConnectionStringBuilder(connectionString).Database, Name());
        await ExecuteAsync($"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{source}'");
        await ExecuteAsync($"CREATE DATABASE {database} TEMPLATE {source}");
        return ConnectionStringOf(database);
    }

    /// <summary>Drops a database that no test needs any more: many databases make the creation of others slow.</summary>
    public static async Task DropDatabaseAsync(string connectionString)
    {
        await using (var connection = new NpgsqlConnection(connectionString))
            NpgsqlConnection.ClearPool(connection);
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await ExecuteAsync($"DROP DATABASE {database} WITH (FORCE)");
        Left.TryRemove(database, out _);
    }

    /// <summary>Connection string of a database that does not exist.</summary>
    public static string NameMissingDatabase() => ConnectionStringOf(Name());

    /// <summary>Runs a statement as administrator, by default outside the databases of the tests.</summary>
    /// <returns>The first value of the first row; null when there is none.</returns>
    public static async Task<object?> ExecuteAsync(string sql, string? connectionString = null)
    {
        await using var source = NpgsqlDataSource.Create(Unpooled(connectionString ?? RequireServer()));
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        foreach (var database in Left.Keys)
            await ExecuteAsync($"DROP DATABASE IF EXISTS {database} WITH (FORCE)");
    }

    private static string RequireServer()
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        return Administrator!;
    }

    private static string Name()
    {
        RequireServer();
        var database = $"gourmetgram_test_{Environment.ProcessId}_{Interlocked.Increment(ref count)}";
        Left[database] = true;
        return database;
    }

    /// <summary>
    /// Pools give up idle connections within seconds instead of minutes: each test has a pool of its own, and together they would keep
    /// more connections than the server has.
    /// </summary>
    private static string ConnectionStringOf(string database) =>
        new NpgsqlConnectionStringBuilder(RequireServer())
        {
            Database = database,
            ConnectionIdleLifetime = 4,
            ConnectionPruningInterval = 2,
        }.ConnectionString;

    private static string Unpooled(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
}
