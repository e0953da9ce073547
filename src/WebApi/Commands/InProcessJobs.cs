using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Scheduling;

namespace GourmetGram.WebApi.Commands;

/// <summary>Runs jobs in this process: it has the data directory, so no server runs on it.</summary>
internal sealed class InProcessJobs(IServiceProvider services) : IJobRuns
{
    private const string Requester = "command line";

    private IJobs Jobs => services.GetRequiredService<IJobs>();

    public Task<IReadOnlyList<JobView>> ListAsync(CancellationToken cancellationToken) => Jobs.ListAsync(cancellationToken);

    public async Task<IReadOnlyList<JobRunView>> RunsAsync(string job, int limit, CancellationToken cancellationToken) =>
        (await Jobs.RunsAsync(job, cursor: null, limit, cancellationToken)).Items;

    public async Task<JobRunView> RunToEndAsync(string job, IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        var run = await Jobs.RunAsync(job, Requester, cancellationToken);
        if (!await services.GetRequiredService<JobScheduler>().TryRunAsync(run.Id, progress, cancellationToken))
        {
            await Jobs.CancelAsync(job, run.Id, CancellationToken.None);
            throw new CommandException($"{job} is running on another node of this database: try again when it has ended.");
        }

        return await Jobs.FindRunAsync(job, run.Id, CancellationToken.None);
    }
}
