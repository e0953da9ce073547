using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Quartz;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>
/// Runs jobs on this node while the server does. Quartz fires by the clock; each firing becomes a row, which one node runs. ADR 10 says why the rows and not Quartz's own
/// tables keep nodes apart.
/// </summary>
public sealed class JobScheduler : IDisposable
{
    /// <summary>How soon this node sees runs and schedules that another node wrote.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly ISchedulerFactory factory;
    private readonly JobRunner runner;
    private readonly JobStore store;
    private readonly JobCatalogue catalogue;
    private readonly DatabaseLocation database;
    private readonly IOptions<JobOptions> options;
    private readonly TimeProvider time;
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
        this.logger = logger;
    }

    /// <summary>With SQLite no other process has the database.</summary>
    private bool IsAlone => database.Provider == DatabaseProvider.Sqlite;

    /// <summary>Works until it is told to stop; then lets what runs here end or be interrupted. The database must be ready.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var quartz = await factory.GetScheduler(stopping);
        try
        {
            var alone = IsAlone;
            while (!stopping.IsCancellationRequested)
            {
                try
                {
                    await runner.GiveUpDeadAsync(alone);
                    alone = false;
                    if (options.Value.Scheduled)
                        await ApplySchedulesAsync(quartz, stopping);
                    await runner.StartWaitingAsync(Wake, stopping);
                }
                catch (StoreUnavailableException e)
                {
                    logger.LogWarning("Jobs wait for the database: {Reason}", e.Message);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // Whatever it is, it is no reason to stop a server that answers.
                    logger.LogError(e, "Jobs could not be looked after; it is tried again");
                }

                await wake.WaitAsync(Period, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server stops.
        }
        finally
        {
            await quartz.Shutdown(waitForJobsToComplete: true, CancellationToken.None);
            await runner.WaitAsync();
        }
    }

    public void Dispose() => wake.Dispose();

    /// <summary>Runs a run that waits, here and now, for a process without a server.</summary>
    /// <returns>False when another node runs the job.</returns>
    public async Task<bool> TryRunAsync(Guid run, IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        await runner.GiveUpDeadAsync(IsAlone);
        return await runner.TryRunAsync(run, progress, cancellationToken);
    }

    /// <summary>Something is to do at once.</summary>
    internal void Wake() => wake.Release();

    /// <summary>The schedule wants a run.</summary>
    internal async Task FireAsync(string job, DateTimeOffset dueAt)
    {
        try
        {
            if (await store.TryAddAsync(JobRun.Due(job, dueAt, time.GetUtcNow())))
                Wake();
        }
        catch (StoreUnavailableException e)
        {
            logger.LogError(
                "{Job} was due at {DueAt}, but the database does not answer; it runs next time: {Reason}",
                job,
                dueAt,
                e.Message
            );
        }
    }

    /// <summary>Lets Quartz fire as the schedules say now; those that are new here make up one firing that was missed while no server ran.</summary>
    private async Task ApplySchedulesAsync(IScheduler quartz, CancellationToken cancellationToken)
    {
        foreach (var (job, schedule) in await catalogue.SchedulesAsync(cancellationToken))
        {
            var wanted = (schedule.Cron, schedule.IsPaused);
            var isNew = !applied.TryGetValue(job.Name, out var known);
            if (!isNew && known == wanted)
                continue;
            var key = new JobKey(job.Name);
            // From here on the new schedule counts: what falls due while it is put in place is not left out.
            var start = time.GetUtcNow();
            await quartz.DeleteJob(key, cancellationToken);
            if (schedule.IsPaused)
            {
                applied[job.Name] = wanted;
                continue;
            }

            if (isNew)
                await MakeUpAsync(job.Name, schedule.Cron, start, cancellationToken);
            // A schedule that was for a certain time may be over.
            if (JobCron.Next(schedule.Cron, 1, start).Count > 0)
            {
                await quartz.ScheduleJob(
                    JobBuilder.Create<Firing>().WithIdentity(key).Build(),
                    TriggerBuilder
                        .Create()
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
            context
                .Set<JobRun>()
                .Where(run => run.Job == job && run.DueAt != null)
                .OrderByDescending(run => run.Id)
                .Select(run => run.DueAt)
                .FirstOrDefaultAsync(cancellationToken)
        );
        if (last is null)
            return;
        var expression = JobCron.Parse(cron);
        if (expression.GetNextValidTimeAfter(last.Value) is { } missed && missed <= now)
            await FireAsync(job, expression.GetPreviousValidTimeBefore(now) is { } latest && latest > missed ? latest : missed);
    }

    /// <summary>What Quartz runs: it writes down that a job is due.</summary>
    internal sealed class Firing(JobScheduler scheduler) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
            await scheduler.FireAsync(context.JobDetail.Key.Name, context.ScheduledFireTimeUtc ?? context.FireTimeUtc);
    }
}
