using System.Runtime.InteropServices;

namespace GourmetGram.Domain.Monitoring;

/// <summary>An interval of shares or of differences of shares.</summary>
/// <param name="Low">Low end.</param>
/// <param name="High">High end, at least <paramref name="Low"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Interval(double Low, double High);

/// <summary>
/// Wilson's score interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953; docs/statistics.md 5.2).
/// </summary>
public static class Wilson
{
    /// <summary>Two-sided 95 % quantile of the normal distribution.</summary>
    public const double Z95 = 1.959963984540054;

    /// <summary>Returns the interval of a share of n. At n = 0 nothing is known: [0, 1]. At infinite n it is the share itself.</summary>
    /// <param name="share">Observed share in [0, 1]; values outside because of rounding are moved to the nearest end.</param>
    /// <param name="n">Size of the sample, or its effective size: a fraction or infinity are allowed.</param>
    /// <param name="z">Quantile of the normal distribution, at least 0.</param>
    /// <returns>Ends within [0, 1], with the share between them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size or z is negative or not a number; or the share of a size above 0 is not a
    /// number.</exception>
    public static Interval Of(double share, double n, double z = Z95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(z);
        if (double.IsNaN(n) || double.IsNaN(z))
            throw new ArgumentOutOfRangeException(nameof(n), n, "The size and z must be numbers.");
        if (n == 0)
            return new Interval(0, 1);
        if (double.IsNaN(share))
            throw new ArgumentOutOfRangeException(nameof(share), share, "The share must be a number.");

        var p = Math.Clamp(share, 0, 1);
        // z²/n is infinite for sizes near 0; then, as at 0, nothing is known.
        var z2 = z * z / n;
        if (double.IsInfinity(z2))
            return new Interval(0, 1);
        var centre = (p + z2 / 2) / (1 + z2);
        var radius = Math.Sqrt(z2) * Math.Sqrt((p * (1 - p)) + z2 / 4) / (1 + z2);
        return new Interval(Math.Clamp(centre - radius, 0, p), Math.Clamp(centre + radius, p, 1));
    }
}
