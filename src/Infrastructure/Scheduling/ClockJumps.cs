namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>
/// Detects that the clock was set back or forwards, by comparing it with the time that has passed. A machine that slept looks like one
/// whose clock was set forwards.
/// </summary>
internal sealed class ClockJumps(TimeProvider time)
{
    /// <summary>Time servers correct a clock by less than this between two looks.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    private DateTimeOffset wall = time.GetUtcNow();
    private long moment = time.GetTimestamp();

    /// <returns>How far the clock was set since the last look: negative for back, zero when it was not set.</returns>
    public TimeSpan Look()
    {
        var (now, then) = (time.GetUtcNow(), moment);
        moment = time.GetTimestamp();
        var jump = now - wall - time.GetElapsedTime(then, moment);
        wall = now;
        return jump.Duration() > Tolerance ? jump : TimeSpan.Zero;
    }
}
