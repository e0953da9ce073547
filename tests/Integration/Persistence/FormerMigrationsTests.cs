using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Persistence;

public sealed class FormerMigrationsOnSqlite() : FormerMigrationsTests(DatabaseProvider.Sqlite)
{
    private protected override string Schema =>
        """
            SELECT t.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk AS "Value"
            FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name <> '__EFMigrationsLock'
            UNION ALL
            SELECT t.name || ' ' || f."from" || ' -> ' || f."table" || '.' || f."to" || ' ' || f.on_delete AS "Value"
            FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
            UNION ALL
            SELECT sql AS "Value" FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL
            """;

    private protected override string WithoutForeignKeys => "PRAGMA foreign_keys = 0;";
}

public sealed class FormerMigrationsOnPostgreSql() : FormerMigrationsTests(DatabaseProvider.PostgreSql)
{
    private protected override string Schema =>
        """
            SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
                || coalesce(character_maximum_length::text, '') || ' ' || coalesce(collation_name, '') AS "Value"
            FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL
            SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS "Value"
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
            UNION ALL
            SELECT indexdef AS "Value" FROM pg_indexes WHERE schemaname = 'public'
            """;

    private protected override string WithoutForeignKeys => "SET session_replication_role = replica;";

    [Fact]
    public async Task Nodes_that_start_together_on_a_former_database_all_succeed()
    {
        var former = await ReadFormerAsync();
        var database = await PostgresServer.CreateDatabaseAsync();
        await ExecuteAsync(AddHost(database), former.ScriptTo(former.Ids[0]));
        var nodes = Enumerable.Range(0, 4).Select(_ => AddHost(database)).ToList();

        await Task.WhenAll(nodes.Select(node => Task.Run(node.MigrateAsync, TestContext.Current.CancellationToken)));

        Assert.All(
            await Task.WhenAll(nodes.Select(node => node.Health.FindFaultAsync(TestContext.Current.CancellationToken))),
            Assert.Null
        );
    }
}

/// <summary>Databases of builds from before the first release open, with all that is in them.</summary>
public abstract class FormerMigrationsTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    /// <summary>A query for all that makes a schema but defaults, which only the old rows of an added column needed.</summary>
    private protected abstract string Schema { get; }

    /// <summary>What lets a row in whose references lead nowhere.</summary>
    private protected abstract string WithoutForeignKeys { get; }

    [Fact]
    public async Task A_database_of_any_former_build_becomes_one_of_this_build()
    {
        await Host.MigrateAsync();
        var expected = await SchemaAsync(Host);
        var initial = await Host.ValuesAsync<string>("""SELECT "MigrationId" AS "Value" FROM "__EFMigrationsHistory" """);
        var former = await ReadFormerAsync();
        Assert.Equal(14, former.Ids.Count);
        foreach (var id in former.Ids)
        {
            await using var host = await StartAtAsync(former, id);
            await host.MigrateAsync();

            Assert.Equal(expected, await SchemaAsync(host));
            Assert.Equal(initial, await host.ValuesAsync<string>("""SELECT "MigrationId" AS "Value" FROM "__EFMigrationsHistory" """));
            await host.MigrateAsync();
        }
    }

    [Fact]
    public async Task Labels_of_a_build_that_knew_classes_and_skips_only_stay_what_they_were()
    {
        var former = await ReadFormerAsync();
        var id = former.Ids.Single(id => id.EndsWith("_LabelStudio", StringComparison.Ordinal));
        await using var host = await StartAtAsync(former, id);
        await ExecuteAsync(
            host,
            WithoutForeignKeys
                + """
                INSERT INTO "HumanLabels" ("Id", "TaskId", "Person", "Source", "ClassIndex", "IsBlind", "ShowedAnswer", "CreatedAt")
                VALUES
                    ('01a20000-0000-7000-8000-000000000001', '01a20000-0000-7000-8000-000000000009',
                        'Account:ada', 'Review', 2, FALSE, FALSE, 1),
                    ('01a20000-0000-7000-8000-000000000002', '01a20000-0000-7000-8000-000000000009',
                        'Account:bob', 'Review', NULL, FALSE, FALSE, 1);
                """
        );

        await host.MigrateAsync();

        var labels = await host.ValuesAsync<string>(
            """SELECT "Person" || ' ' || coalesce("AnswerKind", 'skipped') || coalesce("ClassIndex", 0) AS "Value" FROM "HumanLabels" """
        );
        Assert.Equal(["Account:ada Class2", "Account:bob skipped0"], labels.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_former_database_with_a_migration_of_a_newer_program_is_refused_untouched()
    {
        var former = await ReadFormerAsync();
        await using var host = await StartAtAsync(former, former.Ids[0]);
        await host.ExecuteAsync("""INSERT INTO "__EFMigrationsHistory" VALUES ('99991231235959_FromTheFuture', '99.0.0')""");
        var before = await SchemaAsync(host);

        var exception = await Assert.ThrowsAsync<DatabaseException>(host.MigrateAsync);

        Assert.Contains(
            "is newer than this program: it has migration 99991231235959_FromTheFuture",
            exception.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(before, await SchemaAsync(host));
    }

    private async Task<IEnumerable<string>> SchemaAsync(PersistenceHost host) =>
        (await host.ValuesAsync<string>(Schema)).Order(StringComparer.Ordinal);

    /// <summary>Reads them by the test's own host, and ends that: one process at a time may use a data directory.</summary>
    private protected async Task<FormerMigrations> ReadFormerAsync()
    {
        var former = await Host.InScopeAsync(scope =>
            Task.FromResult(FormerMigrations.Of(scope.GetRequiredService<GourmetGramDbContext>().Database))
        );
        await Host.DisposeAsync();
        return former;
    }

    /// <summary>A database of the build whose newest migration was this one.</summary>
    private async Task<PersistenceHost> StartAtAsync(FormerMigrations former, string id)
    {
        var host =
            Provider == DatabaseProvider.Sqlite ? AddHost($"Data Source={id}.db") : AddHost(await PostgresServer.CreateDatabaseAsync());
        Directory.CreateDirectory(host.Folder);
        await ExecuteAsync(host, former.ScriptTo(id));
        return host;
    }

    private protected static Task ExecuteAsync(PersistenceHost host, string script) =>
        host.InScopeAsync(async scope =>
        {
            var database = scope.GetRequiredService<GourmetGramDbContext>().Database;
            await database.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await using var command = database.GetDbConnection().CreateCommand();
            command.CommandText = script;
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        });
}
