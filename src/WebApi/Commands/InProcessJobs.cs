using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Scheduling;

namespace GourmetGram.WebApi.Commands;

/// <summary>Runs jobs in this process. This process holds the data directory, so no server runs on it.</summary>
internal sealed class InProcessJobs(IServiceProvider services) : IJobRuns
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private IJobs Jobs => services.GetRequiredService<IJobs>();

    public Task<IReadOnlyList<JobView>> ListAsync(CancellationToken cancellationToken) => Jobs.ListAsync(cancellationToken);

    public async Task<IReadOnlyList<JobRunView>> RunsAsync(string job, int limit, CancellationToken cancellationToken) =>
        (await Jobs.RunsAsync(job, cursor: null, limit, cancellationToken)).Items;

    public async Task<JobRunView> RunToEndAsync(string job, IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        var run = await Jobs.RunAsync(job, CommandLine.Requester, cancellationToken);
        using var timer = new PeriodicTimer(Period);
        // Another node that shares the database may be running this run, or the run before it.
        while (
            !await services.GetRequiredService<JobScheduler>().TryRunAsync(run.Id, progress, cancellationToken)
            && (await Jobs.FindRunAsync(job, run.Id, cancellationToken)).EndedAt is null
        )
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        return await Jobs.FindRunAsync(job, run.Id, CancellationToken.None);
    }
}
