using System.Collections.Immutable;
using MathNet.Numerics;

namespace GourmetGram.Domain.Monitoring;

/// <summary>A segment's share beside the share of all other labels of the period.</summary>
/// <param name="Name">Name of the segment.</param>
/// <param name="Estimate">Weighted share inside the segment.</param>
/// <param name="KishSize">Kish's effective number of labels inside it: (Σw)²/Σw², without the finite population correction.</param>
/// <param name="RestEstimate">Weighted share of the rest.</param>
/// <param name="RestKishSize">Kish's effective number of labels of the rest.</param>
public sealed record SegmentShare(string Name, double Estimate, double KishSize, double RestEstimate, double RestKishSize);

/// <summary>A segment after the comparison with the rest.</summary>
/// <param name="Name">Name of the segment.</param>
/// <param name="P">Two-sided p value of the difference to the rest.</param>
/// <param name="Adjusted">p value adjusted for the number of segments: the smallest false discovery rate at which it is marked.</param>
/// <param name="IsMarked">Whether the adjusted p value is at most the level.</param>
public sealed record SegmentComparison(string Name, double P, double Adjusted, bool IsMarked);

/// <summary>
/// Segments that differ from the rest: pooled two-sample tests with the step-up rule of Benjamini and Hochberg (1995,
/// doi:10.1111/j.2517-6161.1995.tb02031.x; docs/statistics.md 5.13).
/// </summary>
public static class Segments
{
    /// <summary>False discovery rate at which a page marks segments.</summary>
    public const double Level = 0.1;

    /// <summary>Compares each segment with the rest.</summary>
    /// <param name="segments">All segments that are shown; those with fewer than 10 labels are left out by the caller.</param>
    /// <param name="level">False discovery rate in [0, 1].</param>
    /// <returns>The segments in the same order.</returns>
    public static ImmutableArray<SegmentComparison> Compare(IReadOnlyList<SegmentShare> segments, double level = Level)
    {
        ArgumentNullException.ThrowIfNull(segments);
        var p = segments.Select(PValue).ToArray();
        var adjusted = Adjust(p);
        return [.. segments.Select((one, i) => new SegmentComparison(one.Name, p[i], adjusted[i], adjusted[i] <= level))];
    }

    /// <summary>Returns the two-sided p value of a segment against the rest; 1 if there is no variance or nothing to compare.</summary>
    public static double PValue(SegmentShare segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var (p1, n1, p2, n2) = (segment.Estimate, segment.KishSize, segment.RestEstimate, segment.RestKishSize);
        // Also false for NaN, the share of no labels.
        if (!(n1 > 0 && n2 > 0 && p1 is >= 0 and <= 1 && p2 is >= 0 and <= 1))
            return 1;
        var inside =
            double.IsInfinity(n1) ? 1
            : double.IsInfinity(n2) ? 0
            : n1 / (n1 + n2);
        var pool = (inside * p1) + ((1 - inside) * p2);
        var variance = pool * (1 - pool) * ((1 / n1) + (1 / n2));
        return variance > 0 ? SpecialFunctions.Erfc(Math.Abs(p1 - p2) / Math.Sqrt(2 * variance)) : 1;
    }

    /// <summary>Returns the p values adjusted by Benjamini and Hochberg, in the same order.</summary>
    public static ImmutableArray<double> Adjust(IReadOnlyList<double> p)
    {
        ArgumentNullException.ThrowIfNull(p);
        var order = Enumerable.Range(0, p.Count).OrderBy(i => p[i]).ToArray();
        var adjusted = new double[p.Count];
        var least = 1.0;
        for (var rank = p.Count; rank >= 1; rank--)
        {
            var i = order[rank - 1];
            least = Math.Min(least, p[i] * p.Count / rank);
            adjusted[i] = least;
        }

        return [.. adjusted];
    }
}
