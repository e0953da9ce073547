using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>Answers questions about jobs from their rows.</summary>
internal sealed class JobService(
    JobStore store,
    JobCatalogue catalogue,
    JobScheduler scheduler,
    AuditScope audit,
    TimeProvider time,
    ILogger<JobService> logger
) : IJobs
{
    private const int Firings = 5;
    private const int KeptRuns = 1000;

    private static readonly TimeSpan KeptFailures = TimeSpan.FromDays(30);

    public Task<IReadOnlyList<JobView>> ListAsync(CancellationToken cancellationToken) => ViewAsync(catalogue.All, cancellationToken);

    public async Task<JobView> FindAsync(string job, CancellationToken cancellationToken) =>
        (await ViewAsync([catalogue.Find(job)], cancellationToken))[0];

    public async Task<JobView> ScheduleAsync(string job, string? cron, bool? paused, string by, CancellationToken cancellationToken)
    {
        var entry = catalogue.Find(job);
        if (cron is not null)
            JobCron.Require(cron, time.GetUtcNow());
        using var action = audit.Begin(new AuditedAction(AuditArea.Operation, "Changed the schedule of a job", job));
        await ConcurrentChangeException.RetryAsync(() =>
            store.InDatabaseAsync(async context =>
            {
                var schedule = await context.Set<JobSchedule>().FirstOrDefaultAsync(found => found.Job == job, cancellationToken);
                if (schedule is null)
                    context.Add(
                        schedule = new JobSchedule
                        {
                            Job = job,
                            Cron = entry.Cron,
                            ChangedBy = by,
                        }
                    );
                (schedule.Cron, schedule.IsPaused, schedule.ChangedAt, schedule.ChangedBy) = (
                    cron ?? schedule.Cron,
                    paused ?? schedule.IsPaused,
                    time.GetUtcNow(),
                    by
                );
                return await context.SaveChangesAsync(cancellationToken);
            })
        );
        logger.LogInformation(
            "Schedule of {Job} changed by {By}: {Cron}, paused {Paused}",
            job,
            by,
            cron ?? "unchanged",
            paused?.ToString() ?? "unchanged"
        );
        scheduler.Wake();
        return await FindAsync(job, cancellationToken);
    }

    public IReadOnlyList<DateTimeOffset> NextFirings(string cron)
    {
        var now = time.GetUtcNow();
        JobCron.Require(cron, now);
        return JobCron.Next(cron, Firings, now);
    }

    public async Task<JobRunView> RunAsync(string job, string by, CancellationToken cancellationToken)
    {
        using var action = audit.Begin(new AuditedAction(AuditArea.Operation, "Ran a job", job));
        return await AddRunAsync(job, by);
    }

    public async Task RunSoonAsync(string job, string by, CancellationToken cancellationToken)
    {
        var name = catalogue.Find(job).Name;
        if (
            !await store.InDatabaseAsync(context =>
                context.Set<JobRun>().AnyAsync(run => run.Job == name && run.State == JobRunState.Queued, cancellationToken)
            )
        )
            await AddRunAsync(name, by);
    }

    public async Task<Page<JobRunView>> RunsAsync(string? job, string? cursor, int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > Paging.MaximumLimit)
            throw new ValidationException([new ValidationFailure("limit", Paging.LimitMessage)]);
        if (!Paging.IsCursor(cursor))
            throw new ValidationException([new ValidationFailure("cursor", Paging.CursorMessage)]);
        var name = job is null ? null : catalogue.Find(job).Name;
        var runs = await store.InDatabaseAsync(context =>
        {
            var rows = context.Set<JobRun>().AsNoTracking();
            if (name is not null)
                rows = rows.Where(run => run.Job == name);
            if (Paging.Read(cursor) is { } before)
                rows = rows.Where(run => run.Id < before);
            // One more row than requested tells whether there is a next page.
            return rows.OrderByDescending(run => run.Id).Take(limit + 1).ToListAsync(cancellationToken);
        });
        return new Page<JobRunView>(
            [.. runs.Take(limit).Select(run => run.ToView())],
            runs.Count > limit ? Paging.CursorOf(runs[limit - 1].Id) : null
        );
    }

    public async Task<IReadOnlyDictionary<string, IReadOnlyList<JobRunView>>> LatestRunsAsync(
        int count,
        CancellationToken cancellationToken
    )
    {
        var runs = await store.InDatabaseAsync(context =>
            OfEach(catalogue.All, name => context.Set<JobRun>().Where(run => run.Job == name).OrderByDescending(run => run.Id).Take(count))
                .AsNoTracking()
                .ToListAsync(cancellationToken)
        );
        var ofJob = runs.OrderByDescending(run => run.Id).ToLookup(run => run.Job, run => run.ToView(), StringComparer.Ordinal);
        return catalogue.All.ToDictionary(job => job.Name, IReadOnlyList<JobRunView> (job) => [.. ofJob[job.Name]], StringComparer.Ordinal);
    }

    public async Task<JobRunView> FindRunAsync(string job, Guid run, CancellationToken cancellationToken) =>
        (
            await store.InDatabaseAsync(context =>
                context.Set<JobRun>().AsNoTracking().FirstOrDefaultAsync(found => found.Id == run && found.Job == job, cancellationToken)
            )
        )?.ToView() ?? throw new NotFoundException($"Run {run} of {job}");

    public async Task<JobRunView> CancelAsync(string job, Guid run, CancellationToken cancellationToken)
    {
        using var action = audit.Begin(new AuditedAction(AuditArea.Operation, "Cancelled a run of a job", job));
        return await ConcurrentChangeException.RetryAsync(() =>
            store.InDatabaseAsync(async context =>
            {
                var found = await context.Set<JobRun>().FirstOrDefaultAsync(row => row.Id == run && row.Job == job, cancellationToken)
                    ?? throw new NotFoundException($"Run {run} of {job}");
                if (found.HasEnded)
                    throw new ConflictException($"Run {run} of {job} has already ended: it is {found.State}.");
                found.Cancel(time.GetUtcNow());
                await context.SaveChangesAsync(cancellationToken);
                return found.ToView();
            })
        );
    }

    public async Task<int> ForgetOldRunsAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        var longAgo = time.GetUtcNow() - KeptFailures;
        foreach (var job in catalogue.All)
        {
            removed += await store.InDatabaseAsync(async context =>
            {
                var runs = context.Set<JobRun>().Where(run => run.Job == job.Name);
                var oldest = await runs.OrderByDescending(run => run.Id)
                    .Skip(KeptRuns - 1)
                    .Select(run => (Guid?)run.Id)
                    .FirstOrDefaultAsync(cancellationToken);
                return oldest is null
                    ? 0
                    : await runs.Where(run =>
                            run.Id < oldest
                            && run.EndedAt != null
                            && (run.State == JobRunState.Completed || run.State == JobRunState.Cancelled || run.EndedAt < longAgo)
                        )
                        .ExecuteDeleteAsync(cancellationToken);
            });
        }

        return removed;
    }

    private async Task<JobRunView> AddRunAsync(string job, string by)
    {
        var run = JobRun.Requested(catalogue.Find(job).Name, by, time.GetUtcNow());
        await store.TryAddAsync(run);
        scheduler.Wake();
        return run.ToView();
    }

    /// <summary>Returns all given jobs with three statements.</summary>
    private async Task<IReadOnlyList<JobView>> ViewAsync(IReadOnlyList<JobDescriptor> jobs, CancellationToken cancellationToken)
    {
        var schedules = await catalogue.SchedulesAsync(cancellationToken);
        var (open, ended) = await store.InDatabaseAsync(async context =>
        {
            var runs = context.Set<JobRun>();
            // A running run comes before queued ones.
            var first = await OfEach(jobs, name =>
                    runs.Where(run => run.Job == name && run.EndedAt == null)
                        .OrderByDescending(run => run.State == JobRunState.Running)
                        .ThenBy(run => run.Id)
                        .Take(1)
                )
                .AsNoTracking()
                .ToDictionaryAsync(run => run.Job, StringComparer.Ordinal, cancellationToken);
            var last = await OfEach(jobs, name =>
                    runs.Where(run => run.Job == name && run.EndedAt != null).OrderByDescending(run => run.Id).Take(1)
                )
                .AsNoTracking()
                .ToDictionaryAsync(run => run.Job, StringComparer.Ordinal, cancellationToken);
            return (first, last);
        });
        var now = time.GetUtcNow();
        return
        [
            .. from pair in schedules
            where jobs.Contains(pair.Job)
            let firings = pair.Schedule.IsPaused ? [] : JobCron.Next(pair.Schedule.Cron, Firings, now)
            select new JobView
            {
                Name = pair.Job.Name,
                Title = pair.Job.Title,
                Description = pair.Job.Description,
                Cron = pair.Schedule.Cron,
                Paused = pair.Schedule.IsPaused,
                NextFirings = firings,
                Current = open.GetValueOrDefault(pair.Job.Name)?.ToView(),
                Last = ended.GetValueOrDefault(pair.Job.Name)?.ToView(),
            },
        ];
    }

    /// <summary>Combines the queries for all jobs into one statement.</summary>
    private static IQueryable<JobRun> OfEach(IEnumerable<JobDescriptor> jobs, Func<string, IQueryable<JobRun>> query) =>
        jobs.Select(job => query(job.Name)).Aggregate((all, next) => all.Concat(next));
}
