namespace GourmetGram.Domain.Monitoring;

/// <summary>
/// A difference of two shares with its interval, now − before. The interval is Newcombe's square-and-add method, MOVER (Newcombe 1998,
/// doi:10.1002/(SICI)1097-0258(19980430)17:8&lt;873::AID-SIM779&gt;3.0.CO;2-I; docs/statistics.md 5.13).
/// </summary>
/// <param name="Estimate">Difference in [−1, 1].</param>
/// <param name="Low">Low end of the interval.</param>
/// <param name="High">High end of the interval.</param>
public sealed record Difference(double Estimate, double Low, double High)
{
    /// <summary>
    /// Returns the difference of two independent estimates: of other windows, of other versions, or of parts that exclude each other.
    /// </summary>
    /// <param name="now">Share now.</param>
    /// <param name="nowInterval">Interval of the share now.</param>
    /// <param name="before">Share to compare with.</param>
    /// <param name="beforeInterval">Interval of that share, at the same level.</param>
    public static Difference Of(double now, Interval nowInterval, double before, Interval beforeInterval)
    {
        var estimate = now - before;
        return new Difference(
            estimate,
            estimate - double.Hypot(now - nowInterval.Low, beforeInterval.High - before),
            estimate + double.Hypot(nowInterval.High - now, before - beforeInterval.Low)
        );
    }
}
