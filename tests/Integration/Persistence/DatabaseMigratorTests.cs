using System.Net;
using System.Net.Sockets;
using GourmetGram.Domain.Classification;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>What holds on both engines.</summary>
public abstract class DatabaseMigratorTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    protected override bool HasNoTables => true;

    [Fact]
    public async Task Migrating_makes_an_empty_database_usable_and_does_nothing_the_second_time()
    {
        Assert.Matches("^The database .* is not migrated: .*_Initial is missing\\.$", await FaultAsync(Host));

        await Host.MigrateAsync();
        await Host.SaveAsync(Some.Prediction(Some.Model()));
        await Host.MigrateAsync();

        Assert.Null(await FaultAsync(Host));
        Assert.Single(await Host.RowsAsync<Prediction>());
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused_untouched()
    {
        await Host.MigrateAsync();
        await Host.ExecuteAsync("""INSERT INTO "__EFMigrationsHistory" VALUES ('99991231235959_FromTheFuture', '99.0.0')""");

        var exception = await Assert.ThrowsAsync<DatabaseException>(Host.MigrateAsync);

        Assert.Matches(
            "is newer than this program: it has migration 99991231235959_FromTheFuture, but this program's last migration is "
                + "\\d+_\\w+\\. Start the newer",
            exception.Message
        );
    }

    [Theory]
    [InlineData(Durability.Power)]
    [InlineData(Durability.Process)]
    public async Task Commits_are_flushed_as_durability_says(Durability durability)
    {
        await Host.DisposeAsync();
        var host = AddHost(durability: durability);
        await host.MigrateAsync();

        if (Provider == DatabaseProvider.PostgreSql)
        {
            var setting = await host.ValuesAsync<string>("SELECT current_setting('synchronous_commit') AS \"Value\"");
            Assert.Equal([durability == Durability.Power ? "on" : "off"], setting);
            return;
        }

        const int Normal = 1;
        const int Full = 2;
        var synchronous = await host.ValuesAsync<int>("SELECT synchronous AS \"Value\" FROM pragma_synchronous");
        Assert.Equal([durability == Durability.Power ? Full : Normal], synchronous);
        Assert.Equal(["wal"], await host.ValuesAsync<string>("SELECT journal_mode AS \"Value\" FROM pragma_journal_mode"));
        Assert.Equal([5000], await host.ValuesAsync<int>("SELECT timeout AS \"Value\" FROM pragma_busy_timeout"));
        Assert.Equal([1], await host.ValuesAsync<int>("SELECT foreign_keys AS \"Value\" FROM pragma_foreign_keys"));
    }

    protected static Task<string?> FaultAsync(IServiceProvider services) =>
        services.GetRequiredService<DatabaseHealth>().FindFaultAsync(TestContext.Current.CancellationToken);

    private protected static Task<string?> FaultAsync(PersistenceHost host) => FaultAsync(host.Services);
}

public sealed class SqliteMigratorTests() : DatabaseMigratorTests(DatabaseProvider.Sqlite)
{
    private string[] Copies => Directory.GetFiles(Host.Folder, "*.before-*");

    [Fact]
    public async Task A_new_database_is_not_copied()
    {
        await Host.MigrateAsync();
        await Host.MigrateAsync();

        Assert.Empty(Copies);
    }

    [Fact]
    public async Task A_database_with_rows_is_copied_before_it_changes()
    {
        Execute("CREATE TABLE Recipes (Name TEXT); INSERT INTO Recipes VALUES ('Goulash')");

        await Host.MigrateAsync();

        var copy = Assert.Single(Copies);
        Assert.Matches("^gourmetgram\\.before-[0-9]+_Initial\\.db$", Path.GetFileName(copy));
        Assert.Equal("Goulash", Execute("SELECT Name FROM Recipes", copy));
        Assert.Null(Execute("SELECT name FROM sqlite_master WHERE name = 'Predictions'", copy));
        Assert.Equal("Goulash", Execute("SELECT Name FROM Recipes"));
        Assert.Equal("Predictions", Execute("SELECT name FROM sqlite_master WHERE name = 'Predictions'"));
    }

    [Fact]
    public async Task The_copy_has_what_was_committed_but_is_in_the_log_only()
    {
        using var open = new SqliteConnection(ConnectionStringOf(Host.DatabaseFile));
        Directory.CreateDirectory(Host.Folder);
        open.Open();
        using var command = open.CreateCommand();
        command.CommandText =
            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE Recipes (Name TEXT); INSERT INTO Recipes VALUES "
            + "('Goulash')";
        command.ExecuteNonQuery();

        await Host.MigrateAsync();

        Assert.Equal("Goulash", Execute("SELECT Name FROM Recipes", Assert.Single(Copies)));
    }

    [Fact]
    public async Task A_lock_that_a_killed_process_left_does_not_stop_the_next_start()
    {
        Execute(
            """
            CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
            INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-11-23 12:00:00')
            """
        );

        await Host.MigrateAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Null(await FaultAsync(Host));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_by_name_and_left_as_it_is()
    {
        Directory.CreateDirectory(Host.Folder);
        var text = string.Concat(Enumerable.Repeat("This is a shopping list, not a database. ", 200));
        await File.WriteAllTextAsync(Host.DatabaseFile, text, TestContext.Current.CancellationToken);

        var exception = await Assert.ThrowsAsync<DatabaseException>(Host.MigrateAsync);

        Assert.StartsWith($"The database {Host.DatabaseFile} is damaged: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("replace it with a backup (gourmetgram.before-…", exception.Message, StringComparison.Ordinal);
        Assert.Equal(text, await File.ReadAllTextAsync(Host.DatabaseFile, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_database_with_a_damaged_page_is_refused_before_it_is_used()
    {
        Execute(
            "CREATE TABLE Recipes (Name TEXT); WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
                + "INSERT INTO Recipes SELECT 'Goulash ' || i FROM n"
        );
        await using (var file = File.OpenWrite(Host.DatabaseFile))
        {
            file.Position = 3 * 4096;
            file.Write(Enumerable.Repeat((byte)0xA5, 4096).ToArray());
        }

        var exception = await Assert.ThrowsAsync<DatabaseException>(Host.MigrateAsync);

        Assert.StartsWith($"The database {Host.DatabaseFile} is damaged: ", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Copies);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_file_is_a_fault_that_names_it()
    {
        Directory.CreateDirectory(Host.DatabaseFile);

        var exception = await Assert.ThrowsAsync<DatabaseException>(Host.MigrateAsync);

        Assert.StartsWith($"The database {Host.DatabaseFile} cannot be used: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_told_and_not_made_anew()
    {
        await Host.MigrateAsync();
        File.Delete(Host.DatabaseFile);

        Assert.NotNull(await FaultAsync(Host));
        Assert.False(File.Exists(Host.DatabaseFile));
    }

    [Fact]
    public async Task A_relative_path_starts_at_the_data_directory()
    {
        await Host.DisposeAsync();
        var host = AddHost("Data Source=other.sqlite");

        await host.MigrateAsync();

        Assert.True(File.Exists(Path.Combine(host.Folder, "other.sqlite")));
    }

    private object? Execute(string sql, string? path = null)
    {
        Directory.CreateDirectory(Host.Folder);
        using var connection = new SqliteConnection(ConnectionStringOf(path ?? Host.DatabaseFile));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static string ConnectionStringOf(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString;
}

public sealed class PostgreSqlMigratorTests() : DatabaseMigratorTests(DatabaseProvider.PostgreSql)
{
    [Fact]
    public async Task Nodes_that_start_together_on_an_empty_database_all_succeed()
    {
        var nodes = Enumerable.Range(0, 4).Select(_ => AddHost()).ToList();

        await Task.WhenAll(nodes.Select(node => Task.Run(node.MigrateAsync, TestContext.Current.CancellationToken)));

        Assert.All(await Task.WhenAll(nodes.Select(FaultAsync)), Assert.Null);
        var applied = await Host.ValuesAsync<string>("""SELECT "MigrationId" AS "Value" FROM "__EFMigrationsHistory" """);
        Assert.NotEmpty(applied);
        Assert.Distinct(applied);
    }

    [Fact]
    public async Task A_missing_database_is_created()
    {
        var host = AddHost(PostgresServer.NameMissingDatabase());
        Assert.NotNull(await FaultAsync(host));

        await host.MigrateAsync();

        Assert.Null(await FaultAsync(host));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("no-such-host.invalid")]
    public async Task A_server_that_does_not_answer_is_a_fault_that_waiting_may_cure(string server)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port: 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var host = AddHost($"Host={server};Port={port};Database=food;Username=cook;Password=topsecret");

        var exception = await Assert.ThrowsAsync<DatabaseUnavailableException>(host.MigrateAsync);
        var fault = await FaultAsync(host);

        Assert.StartsWith($"The database food on {server}:{port} cannot be reached: ", exception.Message, StringComparison.Ordinal);
        Assert.StartsWith($"The database food on {server}:{port} cannot be used: ", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", exception + fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_rights_is_a_fault_that_waiting_does_not_cure()
    {
        var connectionString = await PostgresServer.CreateDatabaseAsync();
        var user = new NpgsqlConnectionStringBuilder(connectionString).Database + "_guest";
        await PostgresServer.ExecuteAsync($"CREATE ROLE {user} LOGIN PASSWORD 'guest'");
        await PostgresServer.ExecuteAsync("REVOKE CREATE ON SCHEMA public FROM PUBLIC", connectionString);
        try
        {
            var host = AddHost(
                new NpgsqlConnectionStringBuilder(connectionString) { Username = user, Password = "guest" }.ConnectionString
            );

            var exception = await Assert.ThrowsAsync<DatabaseException>(host.MigrateAsync);

            Assert.EndsWith(
                "cannot be used: permission denied for schema public. Check Database:ConnectionString and the permissions of its user.",
                exception.Message,
                StringComparison.Ordinal
            );
        }
        finally
        {
            await PostgresServer.ExecuteAsync($"DROP ROLE {user}");
        }
    }

    [Fact]
    public async Task A_server_that_takes_no_writes_is_not_ready_and_waiting_may_cure_it()
    {
        var connectionString = await PostgresServer.CreateDatabaseAsync();
        var standby = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Options = "-c default_transaction_read_only=on",
        }.ConnectionString;
        await Assert.ThrowsAsync<DatabaseUnavailableException>(AddHost(standby).MigrateAsync);

        await AddHost(connectionString).MigrateAsync();

        Assert.Contains("read-only", await FaultAsync(AddHost(standby)), StringComparison.Ordinal);
    }
}
