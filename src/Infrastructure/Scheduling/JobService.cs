using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>Answers for jobs from their rows.</summary>
internal sealed class JobDesk(JobStore store, JobCatalogue catalogue, JobScheduler scheduler, TimeProvider time, ILogger<JobDesk> logger)
    : IJobs
{
    private const int Firings = 5;
    private const int KeptRuns = 1000;

    private static readonly TimeSpan KeptFailures = TimeSpan.FromDays(30);

    public async Task<IReadOnlyList<JobView>> ListAsync(CancellationToken cancellationToken)
    {
        var views = new List<JobView>();
        foreach (var (job, schedule) in await catalogue.SchedulesAsync(cancellationToken))
            views.Add(await ViewAsync(job, schedule, cancellationToken));
        return views;
    }

    public async Task<JobView> FindAsync(string job, CancellationToken cancellationToken)
    {
        var entry = catalogue.Find(job);
        var (_, schedule) = (await catalogue.SchedulesAsync(cancellationToken)).Single(found => found.Job == entry);
        return await ViewAsync(entry, schedule, cancellationToken);
    }

    public async Task<JobView> ScheduleAsync(string job, string? cron, bool? paused, string by, CancellationToken cancellationToken)
    {
        var entry = catalogue.Find(job);
        if (cron is not null)
            JobCron.Require(cron, time.GetUtcNow());
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
            cron ?? "as before",
            paused?.ToString() ?? "as before"
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
        var run = JobRun.Requested(catalogue.Find(job).Name, by, time.GetUtcNow());
        await store.TryAddAsync(run);
        scheduler.Wake();
        return run.ToView();
    }

    public async Task RunSoonAsync(string job, string by, CancellationToken cancellationToken)
    {
        var name = catalogue.Find(job).Name;
        if (
            !await store.InDatabaseAsync(context =>
                context.Set<JobRun>().AnyAsync(run => run.Job == name && run.State == JobRunState.Queued, cancellationToken)
            )
        )
            await RunAsync(name, by, cancellationToken);
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
            // One row more than asked for tells whether there is a next page.
            return rows.OrderByDescending(run => run.Id).Take(limit + 1).ToListAsync(cancellationToken);
        });
        return new Page<JobRunView>(
            [.. runs.Take(limit).Select(run => run.ToView())],
            runs.Count > limit ? Paging.CursorOf(runs[limit - 1].Id) : null
        );
    }

    public async Task<JobRunView> FindRunAsync(string job, Guid run, CancellationToken cancellationToken) =>
        (
            await store.InDatabaseAsync(context =>
                context.Set<JobRun>().AsNoTracking().FirstOrDefaultAsync(found => found.Id == run && found.Job == job, cancellationToken)
            )
        )?.ToView() ?? throw new NotFoundException($"Run {run} of {job}");

    public Task<JobRunView> CancelAsync(string job, Guid run, CancellationToken cancellationToken) =>
        ConcurrentChangeException.RetryAsync(() =>
            store.InDatabaseAsync(async context =>
            {
                var found = await context.Set<JobRun>().FirstOrDefaultAsync(row => row.Id == run && row.Job == job, cancellationToken)
                    ?? throw new NotFoundException($"Run {run} of {job}");
                if (found.HasEnded)
                    throw new ConflictException($"Run {run} of {job} has ended already: it is {found.State}.");
                found.Cancel(time.GetUtcNow());
                await context.SaveChangesAsync(cancellationToken);
                return found.ToView();
            })
        );

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

    private async Task<JobView> ViewAsync(JobCatalogue.Entry job, JobSchedule schedule, CancellationToken cancellationToken)
    {
        var (current, last) = await store.InDatabaseAsync(async context =>
        {
            var runs = context.Set<JobRun>().AsNoTracking().Where(run => run.Job == job.Name);
            // A run that runs comes before those that wait.
            var open = await runs.Where(run => run.EndedAt == null)
                .OrderByDescending(run => run.State == JobRunState.Running)
                .ThenBy(run => run.Id)
                .FirstOrDefaultAsync(cancellationToken);
            return (
                open,
                await runs.Where(run => run.EndedAt != null).OrderByDescending(run => run.Id).FirstOrDefaultAsync(cancellationToken)
            );
        });
        return new JobView(
            job.Name,
            job.Title,
            job.Description,
            schedule.Cron,
            schedule.IsPaused,
            schedule.IsPaused ? [] : JobCron.Next(schedule.Cron, Firings, time.GetUtcNow()),
            current?.ToView(),
            last?.ToView()
        );
    }
}
