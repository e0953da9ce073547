using GourmetGram.Application.Common;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>Runs jobs soon after something has happened that they should see, once for all that happens in between. What is lost with the process, the schedules make up for.</summary>
public sealed class JobBell(IJobs jobs, TimeProvider time, ILogger<JobBell> logger) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ITimer> rung = new(StringComparer.Ordinal);
    private bool isDisposed;

    /// <summary>Returns at once. Whoever rings again meanwhile does not put the run off.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="by">Who wants the run, as its history shows it.</param>
    /// <param name="quiet">How long to wait for more of the same.</param>
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
            // Nobody waits for it.
            logger.LogError(e, "{Job} could not be asked for, and runs by its schedule", job);
        }
    }
}
