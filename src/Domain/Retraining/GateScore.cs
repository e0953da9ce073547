namespace GourmetGram.Domain.Retraining;

/// <summary>
/// A score statistic for the difference of two models on the same photos (Tango 1998,
/// doi:10.1002/(SICI)1097-0258(19980430)17:8&lt;891::AID-SIM780&gt;3.0.CO;2-B; docs/statistics.md 5.12). Its variance is the one under
/// "worse by the margin"; with the observed variance a challenger that only loses, but rarely, would pass by chance.
/// </summary>
public static class GateScore
{
    /// <summary>Size of the statistic where there is no variance.</summary>
    private const double WithoutVariance = 1e6;

    /// <summary>Returns z: large if the challenger is not worse by the margin.</summary>
    /// <param name="gains">Labels with only the challenger right; a fraction if labels have weights.</param>
    /// <param name="losses">Labels with only the champion right.</param>
    /// <param name="n">Number of all labels, at least <paramref name="gains"/> + <paramref name="losses"/>.</param>
    /// <param name="margin">Margin among the labelled photos, in [0, 1]; 0 asks whether the challenger is better.</param>
    /// <returns>z, always finite; ±1e6 where there is no variance, and 0 where there is no difference either.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or the margin is above 1.</exception>
    public static double Tango(double gains, double losses, double n, double margin)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(gains);
        ArgumentOutOfRangeException.ThrowIfNegative(losses);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(margin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(margin, 1);
        var numerator = gains - losses + (n * margin);
        if (n == 0)
            return 0;
        var b = -(gains + losses) - (margin * ((2 * n) - gains + losses));
        var c = losses * margin * (1 + margin);
        var r = (-b + Math.Sqrt(Math.Max(0, (b * b) - (8 * n * c)))) / (4 * n);
        var variance = (2 * r) - (margin * (1 + margin));
        // Differences of rounding are not a variance.
        if (variance <= 1e-12)
            return Math.Abs(numerator) <= 1e-12 * n ? 0 : Math.Sign(numerator) * WithoutVariance;
        return numerator / Math.Sqrt(n * variance);
    }
}
