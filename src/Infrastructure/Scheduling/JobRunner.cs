using System.Collections.Concurrent;
using GourmetGram.Application.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>
/// Takes runs that wait and runs them on this node. Taking one is a change of its row, which the database allows one node: the lease on it is renewed while it runs, and once that
/// has expired any node may say that it was interrupted.
/// </summary>
internal sealed class JobRunner(
    IServiceScopeFactory scopes,
    JobStore store,
    IOptions<JobOptions> options,
    TimeProvider time,
    ILogger<JobRunner> logger
)
{
    private readonly ConcurrentDictionary<Guid, Task> running = new();
    private readonly Guid node = Guid.CreateVersion7(time.GetUtcNow());

    private TimeSpan Lease => TimeSpan.FromSeconds(options.Value.LeaseSeconds);

    /// <summary>Says of runs whose process gives no sign of life that they were interrupted, and queues them again.</summary>
    /// <param name="all">Whether no other process can be running any: then there is nothing to wait for.</param>
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
        // One of this node's own that runs no more is one whose end could not be written.
        foreach (var run in dead.Where(run => !running.ContainsKey(run.Id)))
        {
            if (
                await store.TryChangeAsync(run.Id, current =>
                    current.State == JobRunState.Running && current.LeaseUntil == run.LeaseUntil ? (true, EndDead(current)) : default
                )
                is not null
            )
                logger.LogWarning("Run {RunId} of {Job} was interrupted: its process is gone", run.Id, run.Job);
        }
    }

    private JobRun? EndDead(JobRun run) =>
        run.CancelRequested ? Ended(() => run.Cancelled(time.GetUtcNow())) : run.Interrupt(time.GetUtcNow());

    /// <summary>Starts whatever waits and may run now.</summary>
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
            // Refused by the database while another run of the job runs, here or elsewhere.
            if (await store.TryChangeAsync(oldest, Take) is { } taken)
            {
                // It takes itself off the list at its end, so it must not end before it is on it.
                var listed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                running[taken.Id] = RunToEndAsync(taken, listed.Task, ended, stopping);
                listed.SetResult();
            }
        }
    }

    /// <summary>Takes a run and runs it here, to its end.</summary>
    /// <returns>False when somebody else has it, or another run of the job runs.</returns>
    public async Task<bool> TryRunAsync(Guid id, IProgress<JobProgress> watcher, CancellationToken stopping)
    {
        if (await store.TryChangeAsync(id, Take) is not { } taken)
            return false;
        await RunAsync(taken, watcher, stopping);
        return true;
    }

    /// <summary>Waits for all that runs here.</summary>
    public Task WaitAsync() => Task.WhenAll(running.Values);

    private (bool Change, JobRun? Add) Take(JobRun run)
    {
        if (run.State != JobRunState.Queued)
            return default;
        run.Start(node, time.GetUtcNow(), Lease);
        return (true, null);
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
            // The row could not be written: its lease expires, and the run is repeated.
            logger.LogError(e, "How run {RunId} of {Job} ended could not be written down; it is repeated", run.Id, run.Job);
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
            var job = scope.ServiceProvider.GetServices<IScheduledJob>().SingleOrDefault(job => job.Name == run.Job)
                ?? throw new NotFoundException($"Job {run.Job}");
            var counts = await job.RunAsync(progress, cancel.Token);
            end = (current, now) => Ended(() => current.Complete(counts, now));
        }
        // What is stopped may say so in its own way.
        catch (Exception e)
            when (cancel.IsCancellationRequested
                && e is OperationCanceledException or StoreUnavailableException or PlatformUnavailableException
            )
        {
            end = (current, now) => current.CancelRequested ? Ended(() => current.Cancelled(now)) : current.Interrupt(now);
        }
        catch (Exception e) when (e is StoreUnavailableException or PlatformUnavailableException)
        {
            // Known trouble, said in words; the next run tries again.
            logger.LogWarning("{Job} failed: {Reason}", run.Job, e.Message);
            end = (current, now) => Ended(() => current.Fail(e.Message, now));
        }
        catch (Exception e)
        {
            // Whatever it is, it ends this run and no other.
            logger.LogError(e, "{Job} failed", run.Job);
            end = (current, now) => Ended(() => current.Fail($"{e.Message} See the log for more.", now));
        }

        await over.CancelAsync();
        await heartbeat;
        await TryContinueAsync(run, progress, end);
    }

    /// <summary>Renews the lease; ends the run when somebody wants it stopped, or when the lease was lost.</summary>
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
                    // Perhaps the next sign of life gets through before the lease expires.
                    logger.LogWarning("Run {RunId} of {Job} could not give a sign of life: {Reason}", run.Id, run.Job, e.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    /// <summary>Gives a sign of life, and perhaps the last one.</summary>
    /// <param name="run">The run.</param>
    /// <param name="progress">How far it has got.</param>
    /// <param name="then">Ends it, and returns what is to be added; null while it goes on.</param>
    /// <returns>Null when another node took this process for dead and repeats the run.</returns>
    private Task<JobRun?> TryContinueAsync(JobRun run, LatestProgress progress, Func<JobRun, DateTimeOffset, JobRun?>? then) =>
        store.TryChangeAsync(run.Id, current =>
        {
            if (current.State != JobRunState.Running || current.Node != node)
                return default;
            var now = time.GetUtcNow();
            current.Continue(progress.Latest, now, Lease);
            return (true, then?.Invoke(current, now));
        });

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
