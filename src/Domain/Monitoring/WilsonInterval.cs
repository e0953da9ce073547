namespace GourmetGram.Domain.Monitoring;

/// <summary>A share of a simple random sample with its 95 % interval (Wilson 1927; Brown, Cai and DasGupta 2001).</summary>
/// <param name="Share">k/n.</param>
/// <param name="Lower">Lower limit, 0 to 1.</param>
/// <param name="Upper">Upper limit, 0 to 1.</param>
public sealed record WilsonInterval(double Share, double Lower, double Upper)
{
    private const double Z = 1.959964;

    /// <summary>The interval for k of n.</summary>
    /// <exception cref="ArgumentOutOfRangeException">n is not positive, or k is not from 0 to n.</exception>
    public static WilsonInterval Of(long k, long n)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, n);
        var share = (double)k / n;
        var middle = share + Z * Z / (2 * n);
        var half = Z * Math.Sqrt(share * (1 - share) / n + Z * Z / (4.0 * n * n));
        var scale = 1 + Z * Z / n;
        return new WilsonInterval(share, k == 0 ? 0 : (middle - half) / scale, k == n ? 1 : (middle + half) / scale);
    }
}
