using Ardalis.Specification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Faults;

/// <summary>A SQLite file that something has damaged. Pages and headers that are no database are tested with the migrator.</summary>
public sealed class DamageTests() : PersistenceTests(DatabaseProvider.Sqlite)
{
    private const int PageBytes = 4096;
    private const int Rows = 200;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Log => $"{Host.DatabaseFile}-wal";

    [Fact]
    public async Task A_file_that_was_cut_off_is_refused_with_what_to_do()
    {
        await FillAsync();
        await Host.DisposeAsync();
        SqliteConnection.ClearAllPools();
        using (var file = File.OpenWrite(Host.DatabaseFile))
            file.SetLength(file.Length / 2 / PageBytes * PageBytes);

        var exception = await Assert.ThrowsAsync<DatabaseException>(AddHost().MigrateAsync);

        Assert.StartsWith($"The database {Host.DatabaseFile} is damaged: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("replace it with a backup", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_is_damaged_at_its_end_costs_the_last_commit_and_not_the_database()
    {
        await FillAsync();
        using (var keepsLog = new SqliteConnection($"Data Source={Host.DatabaseFile};Pooling=False"))
        {
            keepsLog.Open();
            await Host.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)");
            await Host.SaveAsync(Tombstone.For(Some.Prediction(Some.Model()), Some.Time));
            File.Copy(Log, $"{Log}.copy");
            File.Copy(Host.DatabaseFile, $"{Host.DatabaseFile}.copy");
        }

        await Host.DisposeAsync();
        SqliteConnection.ClearAllPools();
        File.Move($"{Host.DatabaseFile}.copy", Host.DatabaseFile, overwrite: true);
        File.Move($"{Log}.copy", Log, overwrite: true);
        using (var log = File.OpenWrite(Log))
        {
            log.Position = log.Length - 100;
            log.Write(Enumerable.Repeat((byte)0xA5, 100).ToArray());
        }

        var again = AddHost();
        await again.MigrateAsync();

        Assert.Null(await again.Health.FindFaultAsync(Cancel));
        Assert.Equal(Rows, (await again.RowsAsync<Prediction>()).Count);
        Assert.Empty(await again.RowsAsync<Tombstone>());
    }

    [Fact]
    public async Task Damage_that_is_met_while_running_is_told_and_nothing_else_is_answered()
    {
        await FillAsync();
        await Host.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        SqliteConnection.ClearAllPools();
        using (var file = File.OpenWrite(Host.DatabaseFile))
        {
            // The first page holds the schema; all others are damaged.
            file.Position = PageBytes;
            file.Write(Enumerable.Repeat((byte)0xA5, (int)file.Length - PageBytes).ToArray());
        }

        var exception = await Assert.ThrowsAsync<StoreUnavailableException>(() =>
            Host.InScopeAsync(scope => scope.GetRequiredService<IRepository<Prediction>>().ListAsync(new All(), Cancel))
        );

        Assert.Matches(
            "^The database cannot be used: .*(malformed|not a database).* Nothing was stored\\. The operator has to repair it\\.$",
            exception.Message
        );
        Assert.StartsWith(
            $"The database {Host.DatabaseFile} cannot be used: ",
            await Host.Health.FindFaultAsync(Cancel),
            StringComparison.Ordinal
        );
    }

    private async Task FillAsync()
    {
        await Host.MigrateAsync();
        var model = Some.Model();
        await Host.SaveAsync(Enumerable.Range(0, Rows).Select(_ => Some.Prediction(model)).ToArray());
    }

    private sealed class All : Specification<Prediction>;
}
