using System.Collections.Concurrent;
using GourmetGram.Application.Common;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>
/// Takes queued runs and runs them on this node. Taking a run changes its row, which the database allows only one node. The lease on the
/// run is renewed while it runs. Once the lease has expired, any node may mark the run as interrupted.
/// </summary>
internal sealed class JobRunner(
    IServiceScopeFactory scopes,
    JobCatalogue catalogue,
    JobStore store,
    IOptions<JobOptions> options,
    TimeProvider time,
    Outages outages,
    ILogger<JobRunner> logger
)
{
    private readonly ConcurrentDictionary<Guid, Task> running = new();
    private readonly Guid node = Guid.CreateVersion7(time.GetUtcNow());

    private TimeSpan Lease => TimeSpan.FromSeconds(options.Value.LeaseSeconds);

    /// <summary>Marks the runs of dead processes as interrupted and queues them again.</summary>
    /// <param name="all">Whether no other process can be running any. Then their leases need not expire first.</param>
    public async Task GiveUpDeadAsync(bool all)
    {
        var now = time.GetUtcNow();
        var dead = await store.InDatabaseAsync(context =>
            context
                .Set<JobRun>()
                .AsNoTracking()
                .Where(run => run.State == JobRunState.Running && ((all && run.Node != node) || run.LeaseUntil < now))
                .ToListAsync()
        );
        // A run of this node that is not in the list has ended here, but its end could not be stored.
        foreach (var run in dead.Where(run => !running.ContainsKey(run.Id)))
        {
            if (
                await store.TryChangeAsync(run.Id, current =>
                    current.State == JobRunState.Running && current.LeaseUntil == run.LeaseUntil ? (true, EndDead(current)) : default
                )
                is not null
            )
                logger.LogWarning("Run {RunId} of {Job} was interrupted: its process stopped", run.Id, run.Job);
        }
    }

    private JobRun? EndDead(JobRun run) =>
        run.CancelRequested ? Ended(() => run.Cancelled(time.GetUtcNow())) : run.Interrupt(time.GetUtcNow());

    /// <summary>Starts all queued runs that may run now.</summary>
    public async Task StartWaitingAsync(Action ended, CancellationToken stopping)
    {
        var jobs = await store.InDatabaseAsync(context =>
            context.Set<JobRun>().Where(run => run.State == JobRunState.Queued).Select(run => run.Job).Distinct().ToListAsync(stopping)
        );
        foreach (var job in jobs)
        {
            var oldest = await store.InDatabaseAsync(context =>
                context
                    .Set<JobRun>()
                    .Where(run => run.Job == job && run.State == JobRunState.Queued)
                    .OrderBy(run => run.Id)
                    .Select(run => run.Id)
                    .FirstOrDefaultAsync(stopping)
            );
            if (await TryTakeAsync(oldest) is { } taken)
            {
                // The task removes itself from the list when it ends, so it must be listed before it can end.
                var listed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                running[taken.Id] = RunToEndAsync(taken, listed.Task, ended, stopping);
                listed.SetResult();
            }
        }
    }

    /// <summary>Takes a run and runs it here to its end.</summary>
    /// <returns>False when another process has taken the run, or another run of the job is running.</returns>
    public async Task<bool> TryRunAsync(Guid id, IProgress<JobProgress> watcher, CancellationToken stopping)
    {
        if (await TryTakeAsync(id) is not { } taken)
            return false;
        await RunAsync(taken, watcher, stopping);
        return true;
    }

    /// <summary>Waits until all runs on this node have ended.</summary>
    public Task WaitAsync() => Task.WhenAll(running.Values);

    private async Task<JobRun?> TryTakeAsync(Guid id)
    {
        // The database refuses the change below while another run of the job runs on any node. But that run may end between the reading of
        // the clock and the change, and this run would seem to have started before.
        if (
            await store.InDatabaseAsync(context =>
                context
                    .Set<JobRun>()
                    .AnyAsync(run =>
                        run.State == JobRunState.Running && context.Set<JobRun>().Any(taken => taken.Id == id && taken.Job == run.Job)
                    )
            )
        )
            return null;
        return await store.TryChangeAsync(id, run =>
        {
            if (run.State != JobRunState.Queued)
                return default;
            run.Start(node, time.GetUtcNow(), Lease);
            return (true, null);
        });
    }

    private async Task RunToEndAsync(JobRun run, Task listed, Action ended, CancellationToken stopping)
    {
        await listed;
        try
        {
            await RunAsync(run, watcher: null, stopping);
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            // The row could not be written, so its lease expires and the run is repeated.
            logger.Log(
                LevelOf(e),
                "The result of run {RunId} of {Job} could not be stored, so the run is repeated: {Reason}",
                run.Id,
                run.Job,
                e.Message
            );
        }
        finally
        {
            running.TryRemove(run.Id, out _);
            ended();
        }
    }

    private async Task RunAsync(JobRun run, IProgress<JobProgress>? watcher, CancellationToken stopping)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var over = new CancellationTokenSource();
        var progress = new LatestProgress(watcher);
        var heartbeat = KeepAliveAsync(run, progress, cancel, over.Token);
        Func<JobRun, DateTimeOffset, JobRun?> end;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var job = catalogue.Find(run.Job);
            var counts = await job.RunAsync(scope.ServiceProvider.GetRequiredService<IMediator>(), progress, cancel.Token);
            if (job.Next(counts) is { } next)
                await scope.ServiceProvider.GetRequiredService<IJobs>().RunSoonAsync(next, job.Name, cancel.Token);
            end = (current, now) => Ended(() => current.Complete(counts, now));
        }
        // A cancelled job may throw any of these exceptions.
        catch (Exception e)
            when (cancel.IsCancellationRequested
                && e is OperationCanceledException or StoreUnavailableException or PlatformUnavailableException
            )
        {
            end = (current, now) => current.CancelRequested ? Ended(() => current.Cancelled(now)) : current.Interrupt(now);
        }
        catch (Exception e) when (e is StoreUnavailableException or PlatformUnavailableException)
        {
            // A known failure with a clear message, so the stack trace is not logged. The next run tries again.
            logger.Log(LevelOf(e), "{Job} failed: {Reason}", run.Job, e.Message);
            end = (current, now) => Ended(() => current.Fail(e.Message, now));
        }
        catch (Exception e)
        {
            // An unexpected exception must not affect other runs.
            logger.LogError(e, "{Job} failed", run.Job);
            end = (current, now) => Ended(() => current.Fail($"{e.Message} See the log for details.", now));
        }

        await over.CancelAsync();
        await heartbeat;
        await TryContinueAsync(run, progress, end);
    }

    /// <summary>Renews the lease. Cancels the run when that was requested, or when the lease was lost.</summary>
    private async Task KeepAliveAsync(JobRun run, LatestProgress progress, CancellationTokenSource cancel, CancellationToken over)
    {
        var period = TimeSpan.FromSeconds(Math.Min(Lease.TotalSeconds / 4, 2));
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                try
                {
                    var current = await TryContinueAsync(run, progress, then: null);
                    if (current is null or { CancelRequested: true })
                        await cancel.CancelAsync();
                }
                catch (StoreUnavailableException e)
                {
                    // The next renewal may succeed before the lease expires.
                    logger.Log(LevelOf(e), "The lease of run {RunId} of {Job} could not be renewed: {Reason}", run.Id, run.Job, e.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    /// <summary>Stores progress, renews the lease and, if asked to, ends the run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="progress">Its progress.</param>
    /// <param name="then">Ends the run and returns the run to add; null while the run continues.</param>
    /// <returns>Null when this node no longer has the run, because another node considered it dead and repeats the run.</returns>
    private Task<JobRun?> TryContinueAsync(JobRun run, LatestProgress progress, Func<JobRun, DateTimeOffset, JobRun?>? then) =>
        store.TryChangeAsync(run.Id, current =>
        {
            if (current.State != JobRunState.Running || current.Node != node)
                return default;
            var now = time.GetUtcNow();
            current.Continue(progress.Latest, now, Lease);
            return (true, then?.Invoke(current, now));
        });

    private LogLevel LevelOf(Exception e) => outages.Explains(e) ? LogLevel.Debug : LogLevel.Warning;

    private static JobRun? Ended(Action end)
    {
        end();
        return null;
    }

    private sealed class LatestProgress(IProgress<JobProgress>? watcher) : IProgress<JobProgress>
    {
        public JobProgress Latest { get; private set; } = new(Done: 0, Total: null);

        public void Report(JobProgress value)
        {
            Latest = value;
            watcher?.Report(value);
        }
    }
}
