using GourmetGram.Application.Common;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Translates database errors into the exceptions that use cases handle.</summary>
internal static class DatabaseGuard
{
    /// <exception cref="ConcurrentChangeException">Another request made a conflicting change first. The unit of work has been
    /// cleared.</exception>
    /// <exception cref="StorageFullException">The database has no room for the rows. None of them was stored.</exception>
    /// <exception cref="StoreUnavailableException">The database does not respond now, or is broken.</exception>
    public static async Task<TResult> GuardAsync<TResult>(this GourmetGramDbContext context, Func<Task<TResult>> work)
    {
        try
        {
            return await work();
        }
        catch (DbUpdateException e) when (e is DbUpdateConcurrencyException || DatabaseFaults.IsConflict(e.InnerException))
        {
            context.ChangeTracker.Clear();
            throw new ConcurrentChangeException(e);
        }
        // Repeating it works with what the winner left. PostgreSQL counts this error as transient, but there is nothing to wait for.
        catch (Exception e) when (DatabaseFaults.CauseOf(e) is { } cause && DatabaseFaults.IsLostRace(cause))
        {
            context.ChangeTracker.Clear();
            throw new ConcurrentChangeException(e);
        }
        // Must come first, because PostgreSQL counts a full disk as transient.
        catch (Exception e) when (DatabaseFaults.CauseOf(e) is { } cause && DatabaseFaults.IsFull(cause))
        {
            throw new StorageFullException(
                "The disk of the database is full. Nothing was stored. Try again after the operator has freed space.",
                e
            );
        }
        catch (Exception e) when (DatabaseFaults.CauseOf(e) is { } cause && DatabaseFaults.IsCuredByWaiting(cause))
        {
            throw new StoreUnavailableException("The database does not respond. Nothing was stored. Try again later.", e);
        }
        catch (Exception e)
            when (DatabaseFaults.CauseOf(e) is { } cause && (DatabaseFaults.IsBroken(cause) || DatabaseFaults.IsDamage(cause)))
        {
            throw new StoreUnavailableException(
                $"The database cannot be used: {DatabaseFaults.Describe(cause)}. Nothing was stored. The operator has to repair it.",
                e
            );
        }
    }
}
