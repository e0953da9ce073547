using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>A scheduled job. Its effects must be idempotent, because an interrupted run is repeated.</summary>
/// <param name="Name">Lower-case words with hyphens; never changed, because schedules and runs are stored under it.</param>
/// <param name="Title">The name in words.</param>
/// <param name="Description">The job's effect, in half a sentence.</param>
/// <param name="Cron">The default schedule, UTC. An administrator can change it.</param>
/// <param name="RunAsync">Sends the job's commands and returns their counts by name; all zeros when there was nothing to do.</param>
internal sealed record JobDescriptor(
    string Name,
    string Title,
    string Description,
    string Cron,
    Func<IMediator, IProgress<JobProgress>, CancellationToken, Task<IReadOnlyDictionary<string, long>>> RunAsync
)
{
    /// <summary>
    /// Whether a run would have anything to do; only reads. A firing without work adds no row, so a job that fires every few seconds does
    /// not write all day.
    /// </summary>
    public Func<IMediator, CancellationToken, Task<bool>> HasWorkAsync { get; init; } = (_, _) => Task.FromResult(true);

    /// <summary>Returns the job to run soon after a run with these counts; null for none.</summary>
    public Func<IReadOnlyDictionary<string, long>, string?> Next { get; init; } = _ => null;
}
