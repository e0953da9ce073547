using GourmetGram.Application.Common;

namespace GourmetGram.WebApi.Commands;

/// <summary>Jobs, for a command: of the running server, or of this process.</summary>
internal interface IJobRuns
{
    Task<IReadOnlyList<JobView>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Runs of a job, newest first.</summary>
    Task<IReadOnlyList<JobRunView>> RunsAsync(string job, int limit, CancellationToken cancellationToken);

    /// <summary>Runs a job and waits until it has ended, however it ends.</summary>
    Task<JobRunView> RunToEndAsync(string job, IProgress<JobProgress> progress, CancellationToken cancellationToken);
}
