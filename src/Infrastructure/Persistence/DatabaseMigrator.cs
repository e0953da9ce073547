using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// Brings the database's tables to what this program expects. The host runs it at start, before anything reads or writes.
/// </summary>
public sealed class DatabaseMigrator
{
    private const int Attempts = 20;

    private readonly IServiceScopeFactory scopes;
    private readonly DatabaseLocation location;
    private readonly ILogger<DatabaseMigrator> logger;

    internal DatabaseMigrator(IServiceScopeFactory scopes, DatabaseLocation location, ILogger<DatabaseMigrator> logger)
    {
        this.scopes = scopes;
        this.location = location;
        this.logger = logger;
    }

    /// <summary>
    /// Applies the migrations that are missing. On SQLite the file is checked first, and copied beside itself when it is about to change;
    /// on PostgreSQL nodes that start together take turns. Nothing to do is no error, so it can be repeated until it works.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">The database cannot be reached now: try again later.</exception>
    /// <exception cref="DatabaseException">The database is damaged, newer than this program, or refuses its user.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        var file = location.FilePath is { } path ? new SqliteFile(path, location.ConnectionString) : null;
        try
        {
            await MigrateInTurnsAsync(file, cancellationToken);
        }
        catch (Exception e) when (DatabaseFaults.CauseOf(e) is { } cause)
        {
            throw Translate(cause, file);
        }
        catch (Exception e) when (file is not null && e is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseException($"The database {location.Name} could not be copied before migrating: {e.Message}", e);
        }
    }

    /// <summary>
    /// Nodes take turns by the migration, not by the run: where another one made the next step first, what is left to do is asked anew.
    /// </summary>
    private async Task MigrateInTurnsAsync(SqliteFile? file, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await MigrateAsync(file, cancellationToken);
                return;
            }
            catch (Exception e) when (attempt < Attempts && DatabaseFaults.IsMigratedByAnotherNode(DatabaseFaults.CauseOf(e)))
            {
                logger.LogDebug(e, "Another node is also migrating the database {Database}", location.Name);
            }
        }
    }

    private async Task MigrateAsync(SqliteFile? file, CancellationToken cancellationToken)
    {
        var existed = file is { Exists: true };
        if (file is not null)
            await file.PrepareAsync(cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<GourmetGramDbContext>().Database;
        var known = database.GetMigrations().ToList();
        var applied = (await database.GetAppliedMigrationsAsync(cancellationToken)).ToList();
        if (applied.Except(known, StringComparer.Ordinal).ToList() is { Count: > 0 } unknown)
        {
            var former = FormerMigrations.Of(database);
            if (!unknown.All(former.Ids.Contains))
                throw Newer(unknown[^1], known[^1], file);
            if (file is not null)
                logger.LogInformation("Copied the database to {Copy}", file.CopyBefore(known[0]));
            await former.FinishAsync(database, known[0], cancellationToken);
            logger.LogInformation("Migrated the database {Database} from {Former} to {Migration}", location.Name, unknown[^1], known[0]);
            applied = [known[0]];
        }

        if (known.Except(applied, StringComparer.Ordinal).ToList() is not { Count: > 0 } missing)
            return;
        // Named for the first one missing: when a run is interrupted and repeated, the copy of the state before all of them stays.
        if (existed)
            logger.LogInformation("Copied the database to {Copy}", file!.CopyBefore(missing[0]));
        await database.MigrateAsync(cancellationToken);
        logger.LogInformation("Migrated the database {Database} to {Migration}", location.Name, missing[^1]);
    }

    private DatabaseException Newer(string unknown, string latest, SqliteFile? file)
    {
        var backup = file is null
            ? "restore a backup from before the update"
            : "replace it with the copy from before the update (….before-….db beside it)";
        return new DatabaseException(
            $"The database {location.Name} is newer than this program: it has migration {unknown}, but this program's last migration is "
                + $"{latest}. Start the newer program again, or {backup}."
        );
    }

    private Exception Translate(Exception cause, SqliteFile? file)
    {
        if (DatabaseFaults.IsCuredByWaiting(cause))
            return new DatabaseUnavailableException(
                $"The database {location.Name} cannot be reached: {DatabaseFaults.Describe(cause)}.",
                cause
            );
        if (file is not null && DatabaseFaults.IsDamage(cause))
            return file.Damaged(DatabaseFaults.Describe(cause), cause);
        return new DatabaseException(
            $"The database {location.Name} cannot be used: {DatabaseFaults.Describe(cause)}. "
                + "Check Database:ConnectionString and the permissions of its user.",
            cause
        );
    }
}
