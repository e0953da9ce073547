using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Operations;

/// <summary>Checks one part of the system that must work.</summary>
internal interface IHealthPart
{
    string Name { get; }

    /// <param name="cancellationToken">Cancels the check when it takes too long.</param>
    Task<HealthCheckResult> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>
/// Checks all parts in the background, at most one check at a time, and returns the latest result. Neither many requests nor a part that
/// hangs can delay responses or make checks pile up.
/// </summary>
internal sealed class HealthMonitor(IEnumerable<IHealthPart> parts, IOptions<HealthOptions> options, TimeProvider time)
{
    /// <summary>Longest wait for the check of one part.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for a running check when there is no result yet or only an outdated one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly IReadOnlyList<Watched> watched = [.. parts.Select(part => new Watched(part, time))];
    private Task? running;
    private Found? latest;

    private TimeSpan Period => TimeSpan.FromSeconds(options.Value.CheckSeconds);

    /// <summary>Returns the result of the latest check. Starts another check when that result is old.</summary>
    public async Task<Health.Ready> ReadAsync(CancellationToken cancellationToken)
    {
        Task? check;
        bool isUseful;
        lock (gate)
        {
            var age = latest is null ? TimeSpan.MaxValue : time.GetElapsedTime(latest.Moment);
            if (age >= Period)
                running ??= CheckAsync();
            (check, isUseful) = (running, age < Period * 3);
        }

        if (check is not null && !isUseful)
            await Task.WhenAny(check, Task.Delay(Patience, time, cancellationToken));
        lock (gate)
            return latest is null
                ? new Health.Ready(nameof(HealthStatus.Unhealthy), CheckedAt: null, AgeSeconds: null, NotYet)
                : latest.Describe(time);
    }

    private IReadOnlyDictionary<string, Health.Part> NotYet =>
        watched.ToDictionary(
            part => part.Name,
            _ => new Health.Part(nameof(HealthStatus.Unhealthy), "The first check has not finished yet."),
            StringComparer.Ordinal
        );

    private async Task CheckAsync()
    {
        // The caller holds the lock and must not wait for the synchronous part of a check.
        await Task.Yield();
        var results = await Task.WhenAll(watched.Select(async part => (part.Name, Result: await part.CheckAsync(Deadline))));
        lock (gate)
        {
            latest = new Found(
                time.GetUtcNow(),
                time.GetTimestamp(),
                results.ToDictionary(result => result.Name, result => result.Result, StringComparer.Ordinal)
            );
            running = null;
        }
    }

    /// <summary>Results of one check of all parts.</summary>
    private sealed record Found(DateTimeOffset At, long Moment, IReadOnlyDictionary<string, HealthCheckResult> Results)
    {
        public Health.Ready Describe(TimeProvider time) =>
            new(
                Results.Values.Min(result => result.Status).ToString(),
                At,
                Math.Round(time.GetElapsedTime(Moment).TotalSeconds, 1),
                Results.ToDictionary(
                    result => result.Key,
                    result => new Health.Part(result.Value.Status.ToString(), result.Value.Description),
                    StringComparer.Ordinal
                )
            );
    }

    /// <summary>Wraps a part so that no second check starts while an earlier one hangs.</summary>
    private sealed class Watched(IHealthPart part, TimeProvider time)
    {
        private Task<HealthCheckResult>? unfinished;
        private long since;

        public string Name => part.Name;

        public async Task<HealthCheckResult> CheckAsync(TimeSpan deadline)
        {
            if (unfinished is { IsCompleted: false })
                return HealthCheckResult.Unhealthy($"No response for {time.GetElapsedTime(since).TotalSeconds:0} s.");
            using var end = new CancellationTokenSource(deadline, time);
            since = time.GetTimestamp();
            try
            {
                return await (unfinished = part.CheckAsync(end.Token)).WaitAsync(deadline, time);
            }
            catch (Exception e) when (e is TimeoutException or OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy($"No response within {deadline.TotalSeconds:0} s.");
            }
            catch (Exception e)
            {
                return HealthCheckResult.Unhealthy(e.Message);
            }
        }
    }
}
