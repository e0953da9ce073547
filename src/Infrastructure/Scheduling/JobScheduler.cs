using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Quartz;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>
/// Runs jobs on this node while the server runs. Quartz fires by the clock. Each firing becomes a row, which one node runs. ADR 10 explains
/// why these rows, and not Quartz's own tables, coordinate the nodes.
/// </summary>
public sealed class JobScheduler : IDisposable
{
    /// <summary>How far the clocks of nodes may differ. A run due even later was written before the clock was set back.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>A job without work still gets a run this often, so that its history shows that the scheduler is alive.</summary>
    private static readonly TimeSpan SignOfLife = TimeSpan.FromHours(1);

    /// <summary>How soon this node notices runs and schedules that another node wrote.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly ISchedulerFactory factory;
    private readonly JobRunner runner;
    private readonly JobStore store;
    private readonly JobCatalogue catalogue;
    private readonly DatabaseLocation database;
    private readonly IOptions<JobOptions> options;
    private readonly TimeProvider time;
    private readonly Outages outages;
    private readonly ILogger<JobScheduler> logger;
    private readonly SemaphoreSlim wake = new(0);
    private readonly Dictionary<string, (string Cron, bool IsPaused)> applied = new(StringComparer.Ordinal);
    private bool isStarted;

    internal JobScheduler(
        ISchedulerFactory factory,
        JobRunner runner,
        JobStore store,
        JobCatalogue catalogue,
        DatabaseLocation database,
        IOptions<JobOptions> options,
        TimeProvider time,
        Outages outages,
        ILogger<JobScheduler> logger
    )
    {
        this.factory = factory;
        this.runner = runner;
        this.store = store;
        this.catalogue = catalogue;
        this.database = database;
        this.options = options;
        this.time = time;
        this.outages = outages;
        this.logger = logger;
    }

    /// <summary>Whether no other process can use the database, which is the case with SQLite.</summary>
    private bool IsAlone => database.Provider == DatabaseProvider.Sqlite;

    /// <summary>
    /// Schedules and runs jobs until it is stopped, then waits until the runs on this node end or are interrupted. The database must be
    /// ready.
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var quartz = await factory.GetScheduler(stopping);
        try
        {
            var alone = IsAlone;
            var clock = new ClockJumps(time);
            // The clock may have been set back while no server was running.
            TimeSpan? ahead = Skew;
            while (!stopping.IsCancellationRequested)
            {
                try
                {
                    if (clock.Look() is var jump && jump != TimeSpan.Zero)
                    {
                        logger.LogWarning(
                            "The clock was set {Direction} by {Seconds:0} s; schedules were adjusted",
                            jump < TimeSpan.Zero ? "back" : "forwards",
                            jump.Duration().TotalSeconds
                        );
                        ahead = TimeSpan.Zero;
                    }

                    if (ahead is { } beyond)
                    {
                        await store.ForgetFiringsAfterAsync(time.GetUtcNow() + beyond);
                        applied.Clear();
                        ahead = null;
                    }

                    await runner.GiveUpDeadAsync(alone);
                    alone = false;
                    if (options.Value.Scheduled)
                        await ApplySchedulesAsync(quartz, stopping);
                    await runner.StartWaitingAsync(Wake, stopping);
                }
                catch (StoreUnavailableException e)
                {
                    logger.Log(LevelOf(e), "Jobs wait for the database: {Reason}", e.Message);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // An unexpected exception must not stop a server that still answers requests.
                    logger.LogError(e, "The job scheduler failed and tries again");
                }

                await wake.WaitAsync(Period, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server is stopping.
        }
        finally
        {
            await quartz.Shutdown(waitForJobsToComplete: true, CancellationToken.None);
            await runner.WaitAsync();
        }
    }

    public void Dispose() => wake.Dispose();

    /// <summary>Runs a queued run immediately, in a process without a server.</summary>
    /// <returns>False when another process has taken the run, or another run of the job is running.</returns>
    public async Task<bool> TryRunAsync(Guid run, IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        await runner.GiveUpDeadAsync(IsAlone);
        return await runner.TryRunAsync(run, progress, cancellationToken);
    }

    /// <summary>Wakes the scheduler immediately.</summary>
    internal void Wake() => wake.Release();

    /// <summary>Adds a run for a firing of the schedule.</summary>
    internal async Task FireAsync(string job, DateTimeOffset dueAt)
    {
        try
        {
            if (await IsWorthARunAsync(job, dueAt) && await store.TryAddAsync(JobRun.Due(job, dueAt, time.GetUtcNow())))
                Wake();
        }
        catch (StoreUnavailableException e)
        {
            logger.Log(
                LevelOf(e),
                "{Job} was due at {DueAt}, but the database does not answer; it runs at its next scheduled time: {Reason}",
                job,
                dueAt.ToUtcText(),
                e.Message
            );
        }
    }

    private LogLevel LevelOf(Exception e) => outages.Explains(e) ? LogLevel.Debug : LogLevel.Warning;

    private async Task<bool> IsWorthARunAsync(string job, DateTimeOffset dueAt)
    {
        if (await catalogue.HasWorkAsync(job, CancellationToken.None))
            return true;
        var recently = dueAt - SignOfLife;
        return !await store.InDatabaseAsync(context =>
            context.Set<JobRun>().AnyAsync(run => run.Job == job && run.DueAt != null && run.DueAt > recently)
        );
    }

    /// <summary>
    /// Updates Quartz to the current schedules. A job that is new here catches up once on firings missed while no server was running.
    /// </summary>
    private async Task ApplySchedulesAsync(IScheduler quartz, CancellationToken cancellationToken)
    {
        foreach (var (job, schedule) in await catalogue.SchedulesAsync(cancellationToken))
        {
            var wanted = (schedule.Cron, schedule.IsPaused);
            var isNew = !applied.TryGetValue(job.Name, out var known);
            if (!isNew && known == wanted)
                continue;
            var key = new JobKey(job.Name);
            // The new schedule applies from here on, so that a firing that falls due during the replacement is not lost.
            var start = time.GetUtcNow();
            await quartz.DeleteJob(key, cancellationToken);
            if (schedule.IsPaused)
            {
                applied[job.Name] = wanted;
                continue;
            }

            if (isNew)
                await MakeUpAsync(job.Name, schedule.Cron, start, cancellationToken);
            // A schedule for specific times may be over.
            if (JobCron.Next(schedule.Cron, 1, start).Count > 0)
            {
                await quartz.ScheduleJob(
                    JobBuilder.Create<Firing>().WithIdentity(key).Build(),
                    TriggerBuilder
                        .Create(time)
                        .WithIdentity(job.Name)
                        .StartAt(start)
                        .WithCronSchedule(schedule.Cron, cron =>
                            cron.InTimeZone(TimeZoneInfo.Utc).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)
                        )
                        .Build(),
                    cancellationToken: cancellationToken
                );
            }

            applied[job.Name] = wanted;
        }

        if (isStarted)
            return;
        await quartz.Start(cancellationToken);
        isStarted = true;
    }

    private async Task MakeUpAsync(string job, string cron, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var last = await store.InDatabaseAsync(context =>
            context.Set<JobRun>().Where(run => run.Job == job && run.DueAt != null).MaxAsync(run => run.DueAt, cancellationToken)
        );
        if (last is null)
            return;
        var expression = JobCron.Parse(cron);
        if (expression.GetNextValidTimeAfter(last.Value) is { } missed && missed <= now)
            await FireAsync(job, expression.GetPreviousValidTimeBefore(now) is { } latest && latest > missed ? latest : missed);
    }

    /// <summary>The Quartz job: adds a run when a job is due.</summary>
    internal sealed class Firing(JobScheduler scheduler) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
            await scheduler.FireAsync(context.JobDetail.Key.Name, context.ScheduledFireTimeUtc ?? context.FireTimeUtc);
    }
}
