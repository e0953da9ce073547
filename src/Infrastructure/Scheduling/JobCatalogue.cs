using GourmetGram.Application.Common;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>The jobs and their schedules.</summary>
internal sealed class JobCatalogue(JobStore store, IServiceScopeFactory scopes, IEnumerable<JobDescriptor> jobs)
{
    public IReadOnlyList<JobDescriptor> All { get; } = [.. jobs.OrderBy(job => job.Name, StringComparer.Ordinal)];

    /// <exception cref="NotFoundException">There is no such job.</exception>
    public JobDescriptor Find(string name) => All.FirstOrDefault(job => job.Name == name) ?? throw new NotFoundException($"Job {name}");

    /// <summary>Whether a run of a job would have anything to do now.</summary>
    public async Task<bool> HasWorkAsync(string name, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await Find(name).HasWorkAsync(scope.ServiceProvider.GetRequiredService<IMediator>(), cancellationToken);
    }

    /// <summary>Returns each job with its schedule: the one an administrator set, or the job's default.</summary>
    public async Task<IReadOnlyList<(JobDescriptor Job, JobSchedule Schedule)>> SchedulesAsync(CancellationToken cancellationToken)
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
