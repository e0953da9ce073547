using GourmetGram.Application.Common;

namespace GourmetGram.WebApi.Commands;

/// <summary>Gives commands access to jobs, in the running server or in this process.</summary>
internal interface IJobRuns
{
    Task<IReadOnlyList<JobView>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Returns the runs of a job, newest first.</summary>
    Task<IReadOnlyList<JobRunView>> RunsAsync(string job, int limit, CancellationToken cancellationToken);

    /// <summary>Runs a job and waits until the run ends, whether it succeeds or fails.</summary>
    Task<JobRunView> RunToEndAsync(string job, IProgress<JobProgress> progress, CancellationToken cancellationToken);
}
