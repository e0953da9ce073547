using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>Reads and writes runs and schedules in the database. Each call has its own scope.</summary>
internal sealed class JobStore(IServiceScopeFactory scopes)
{
    public Task<TResult> InDatabaseAsync<TResult>(Func<GourmetGramDbContext, Task<TResult>> work) => scopes.InDatabaseAsync(work);

    /// <summary>Adds a run, unless another node has already added one for the same firing.</summary>
    /// <returns>Whether the run was added.</returns>
    public async Task<bool> TryAddAsync(JobRun run)
    {
        try
        {
            await InDatabaseAsync(context =>
            {
                context.Add(run);
                return context.SaveChangesAsync();
            });
            return true;
        }
        catch (ConcurrentChangeException)
        {
            return false;
        }
    }

    /// <summary>
    /// Clears the due times that are in the future because the clock was set back. Otherwise each would occupy the place of the run that is
    /// due when the clock reaches that time again.
    /// </summary>
    public Task ForgetFiringsAfterAsync(DateTimeOffset now) =>
        InDatabaseAsync(context =>
            context
                .Set<JobRun>()
                .Where(run => run.DueAt > now)
                .ExecuteUpdateAsync(set => set.SetProperty(run => run.DueAt, (DateTimeOffset?)null))
        );

    /// <summary>Changes a run, and adds the run that follows from the change.</summary>
    /// <param name="id">Id of the run.</param>
    /// <param name="change">Changes the run and returns the run to add, if any; returns false to refuse.</param>
    /// <returns>
    /// The run after the change; null when it no longer exists, was changed by another request at the same time, or the change was refused.
    /// </returns>
    public async Task<JobRun?> TryChangeAsync(Guid id, Func<JobRun, (bool Change, JobRun? Add)> change)
    {
        try
        {
            return await InDatabaseAsync(async context =>
            {
                if (
                    await context.Set<JobRun>().FirstOrDefaultAsync(run => run.Id == id) is not { } run
                    || change(run) is not { Change: true } changed
                )
                    return null;
                if (changed.Add is not null)
                    context.Add(changed.Add);
                await context.SaveChangesAsync();
                return run;
            });
        }
        catch (ConcurrentChangeException)
        {
            return null;
        }
    }
}
