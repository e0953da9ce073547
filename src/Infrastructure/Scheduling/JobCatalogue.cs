using GourmetGram.Application.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>The jobs there are and when they run.</summary>
internal sealed class JobCatalogue
{
    private readonly JobStore store;

    public JobCatalogue(JobStore store, IServiceScopeFactory scopes)
    {
        this.store = store;
        using var scope = scopes.CreateScope();
        All =
        [
            .. scope
                .ServiceProvider.GetServices<IScheduledJob>()
                .Select(job => new Entry(job.Name, job.Title, job.Description, job.Cron))
                .OrderBy(job => job.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>What is known of a job without running it.</summary>
    public sealed record Entry(string Name, string Title, string Description, string Cron);

    public IReadOnlyList<Entry> All { get; }

    /// <exception cref="NotFoundException">There is no such job.</exception>
    public Entry Find(string name) => All.FirstOrDefault(job => job.Name == name) ?? throw new NotFoundException($"Job {name}");

    /// <summary>Each job with its schedule: an administrator's, or the job's own.</summary>
    public async Task<IReadOnlyList<(Entry Job, JobSchedule Schedule)>> SchedulesAsync(CancellationToken cancellationToken)
    {
        var changed = await store.InDatabaseAsync(context =>
            context.Set<JobSchedule>().AsNoTracking().ToDictionaryAsync(schedule => schedule.Job, StringComparer.Ordinal, cancellationToken)
        );
        return
        [
            .. All.Select(job =>
                (
                    job,
                    changed.GetValueOrDefault(job.Name)
                        ?? new JobSchedule
                        {
                            Job = job.Name,
                            Cron = job.Cron,
                            ChangedBy = "",
                        }
                )
            ),
        ];
    }
}
