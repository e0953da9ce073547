using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>Runs and schedules in the database, each call in a scope of its own.</summary>
internal sealed class JobStore(IServiceScopeFactory scopes)
{
    public Task<TResult> InDatabaseAsync<TResult>(Func<GourmetGramDbContext, Task<TResult>> work) => scopes.InDatabaseAsync(work);

    /// <summary>Adds a run unless another node was faster: each firing has one.</summary>
    /// <returns>Whether it was added.</returns>
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

    /// <summary>Changes a run, and adds the one that follows from the change.</summary>
    /// <param name="id">Of the run.</param>
    /// <param name="change">Returns what is to be added, and may refuse by returning false.</param>
    /// <returns>The run as it is now; null when it is gone, was changed by somebody else at the same time, or the change was refused.</returns>
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
