using GourmetGram.Application.Common;
using GourmetGram.WebApi.Operations;

namespace GourmetGram.WebApi.Commands;

/// <summary>Runs jobs in the running server.</summary>
internal sealed class ServerJobs(ServerConnection server) : IJobRuns
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    public async Task<IReadOnlyList<JobView>> ListAsync(CancellationToken cancellationToken) =>
        (await SendAsync<JobEndpoints.JobList>(HttpMethod.Get, "", cancellationToken)).Items;

    public async Task<IReadOnlyList<JobRunView>> RunsAsync(string job, int limit, CancellationToken cancellationToken) =>
        (await SendAsync<Page<JobRunView>>(HttpMethod.Get, $"/{Uri.EscapeDataString(job)}/runs?limit={limit}", cancellationToken)).Items;

    public async Task<JobRunView> RunToEndAsync(string job, IProgress<JobProgress> progress, CancellationToken cancellationToken)
    {
        var name = Uri.EscapeDataString(job);
        var run = await SendAsync<JobRunView>(HttpMethod.Post, $"/{name}/run", cancellationToken);
        using var timer = new PeriodicTimer(Period);
        while (run.State is JobRunState.Queued or JobRunState.Running)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            run = await SendAsync<JobRunView>(HttpMethod.Get, $"/{name}/runs/{run.Id}", cancellationToken);
            progress.Report(new JobProgress(run.Done, run.Total));
        }

        return run;
    }

    private Task<TResult> SendAsync<TResult>(HttpMethod method, string path, CancellationToken cancellationToken) =>
        server.SendAsync<TResult>(method, "jobs" + path, cancellationToken);
}
