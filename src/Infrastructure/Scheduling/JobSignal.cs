using GourmetGram.Application.Common;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>
/// Runs jobs soon after an event that concerns them, once for all events in between. Signals lost with the process do no harm, because the
/// schedules run the jobs too.
/// </summary>
public sealed class JobSignal(IJobs jobs, TimeProvider time, Outages outages, ILogger<JobSignal> logger) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ITimer> rung = new(StringComparer.Ordinal);
    private bool isDisposed;

    /// <summary>Requests a run and returns immediately. Further requests until then do not delay the run.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="by">Name of the requester, as shown in its history.</param>
    /// <param name="quiet">How long to wait for more requests before running.</param>
    public void Ring(string job, string by, TimeSpan quiet)
    {
        lock (gate)
        {
            if (!isDisposed && !rung.ContainsKey(job))
                rung[job] = time.CreateTimer(_ => _ = RunAsync(job, by), state: null, quiet, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            foreach (var timer in rung.Values)
                timer.Dispose();
        }
    }

    private async Task RunAsync(string job, string by)
    {
        lock (gate)
        {
            if (rung.Remove(job, out var timer))
                timer.Dispose();
        }

        try
        {
            await jobs.RunSoonAsync(job, by, CancellationToken.None);
        }
        catch (Exception e)
        {
            // No caller is waiting for this exception.
            if (!outages.Explains(e))
                logger.LogError(e, "{Job} could not be requested; it runs at its next scheduled time", job);
        }
    }
}
