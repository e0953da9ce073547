using GourmetGram.Application.Common;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Tells use cases in their own words why the database did not do what they asked.</summary>
internal static class DatabaseGuard
{
    /// <exception cref="ConcurrentChangeException">Another request got in between; the unit of work is empty again.</exception>
    /// <exception cref="StorageFullException">There is no room for the rows; nothing of them was kept.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer now, or is broken.</exception>
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
        // Begun again it finds what the winner left; PostgreSQL counts it among what waiting may cure, but there is nothing to wait for.
        catch (Exception e) when (DatabaseFaults.CauseOf(e) is { } cause && DatabaseFaults.IsLostRace(cause))
        {
            context.ChangeTracker.Clear();
            throw new ConcurrentChangeException(e);
        }
        // Asked first: PostgreSQL counts a full disk among what waiting may cure.
        catch (Exception e) when (DatabaseFaults.CauseOf(e) is { } cause && DatabaseFaults.IsFull(cause))
        {
            throw new StorageFullException(
                "The database has no room left. Nothing was stored. Send it again when the operator has made room.",
                e
            );
        }
        catch (Exception e) when (DatabaseFaults.CauseOf(e) is { } cause && DatabaseFaults.IsCuredByWaiting(cause))
        {
            throw new StoreUnavailableException("The database does not answer now. Nothing was stored. Send it again later.", e);
        }
        catch (Exception e)
            when (DatabaseFaults.CauseOf(e) is { } cause && (DatabaseFaults.IsBroken(cause) || DatabaseFaults.IsDamage(cause)))
        {
            throw new StoreUnavailableException(
                $"The database cannot be used: {DatabaseFaults.Describe(cause)}. Nothing was stored. The operator has to mend it.",
                e
            );
        }
    }
}
