using System.Collections.Immutable;
using MathNet.Numerics.Statistics;

namespace GourmetGram.Domain.Monitoring;

/// <summary>Embedding of a photo with its day.</summary>
/// <param name="Week">Index of the week in order of time, from 0; the last week is looked at.</param>
/// <param name="Weekday">Index of the day in its week, from 0.</param>
/// <param name="Embedding">Finite numbers, as many for every photo.</param>
public sealed record EmbeddedPhoto(int Week, int Weekday, ImmutableArray<double> Embedding);

/// <summary>Distance between two sets of embeddings.</summary>
/// <param name="Mmd2">Squared maximum mean discrepancy, at least 0; 0 if one of the two sets is empty.</param>
/// <param name="Bandwidth">Bandwidth s of the kernel: the median distance of two photos; 0 without a pair.</param>
public sealed record MmdResult(double Mmd2, double Bandwidth);

/// <summary>Photo of the week with its likeness to the week.</summary>
/// <param name="Photo">Index in the list of photos.</param>
/// <param name="Difference">Mean kernel with the photos of the week minus mean kernel with the other photos, −1 to 1.</param>
public sealed record PhotoShift(int Photo, double Difference);

/// <summary>Comparison of the last week's embeddings with those of the weeks before.</summary>
/// <param name="Test">Squared maximum mean discrepancy with inflation and p.</param>
/// <param name="Bandwidth">Bandwidth s of the kernel.</param>
/// <param name="Shifts">Photos of the last week, the most unlike the other weeks first; empty if nothing can be compared.</param>
public sealed record EmbeddingDriftTest(DriftTest Test, double Bandwidth, ImmutableArray<PhotoShift> Shifts);

/// <summary>
/// Drift of embeddings: squared maximum mean discrepancy (Gretton et al. 2012) with a Gaussian kernel, tested by whole days like
/// <see cref="Drift"/> (docs/statistics.md 5.7).
/// </summary>
public static class EmbeddingDrift
{
    /// <summary>Most photos of a day; the caller takes those with the smallest keyed hash.</summary>
    public const int MostPhotosOfDay = 20;

    /// <summary>Differences of sums of kernels below this are rounding.</summary>
    private const double Noise = 1e-12;

    /// <summary>Returns the distance between some photos and the others.</summary>
    /// <param name="points">Embeddings, all of the same length.</param>
    /// <param name="isNow">Whether a photo belongs to the first set, per photo.</param>
    /// <exception cref="ArgumentException">Numbers of photos or lengths of embeddings differ.</exception>
    public static MmdResult Compare(IReadOnlyList<ImmutableArray<double>> points, IReadOnlyList<bool> isNow)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(isNow);
        if (points.Count != isNow.Count)
            throw new ArgumentException($"{points.Count} photos need as many members of isNow.", nameof(isNow));
        var kernel = KernelOf(points);
        var blocks = new Blocks(kernel, [.. isNow.Select(now => now ? 1 : 0)], 2);
        return new MmdResult(blocks.Mmd2([1]), kernel.Bandwidth);
    }

    /// <summary>Compares the last week with the weeks before. Takes time and memory for each pair of photos.</summary>
    /// <param name="photos">Photos of all weeks, at most <see cref="MostPhotosOfDay"/> of a day.</param>
    /// <param name="weeks">Number of weeks; the last one is looked at.</param>
    /// <param name="weekdays">Number of days in a week.</param>
    /// <param name="seed">Seed of the random assignments; see <see cref="Drift.SeedOf"/>.</param>
    /// <exception cref="ArgumentException">Lengths of embeddings differ, or a photo's day is outside the weeks.</exception>
    public static EmbeddingDriftTest Test(IReadOnlyList<EmbeddedPhoto> photos, int weeks, int weekdays, int seed)
    {
        ArgumentNullException.ThrowIfNull(photos);
        ArgumentOutOfRangeException.ThrowIfNegative(weeks);
        ArgumentOutOfRangeException.ThrowIfNegative(weekdays);
        if (photos.Any(photo => photo.Week < 0 || photo.Week >= weeks || photo.Weekday < 0 || photo.Weekday >= weekdays))
            throw new ArgumentException($"A photo is outside the {weeks} weeks of {weekdays} days.", nameof(photos));

        var kernel = KernelOf([.. photos.Select(photo => photo.Embedding)]);
        int[] dayOf = [.. photos.Select(photo => (photo.Week * weekdays) + photo.Weekday)];
        var test = DayAssignments.Test(
            weeks,
            weekdays,
            StatisticOf(new Blocks(kernel, dayOf, weeks * weekdays), weekdays),
            StatisticOf(new Blocks(kernel, dayOf, Math.Max(weeks - 1, 0) * weekdays), weekdays),
            seed
        );
        return new EmbeddingDriftTest(test, kernel.Bandwidth, ShiftsOf(kernel, [.. photos.Select(photo => photo.Week == weeks - 1)]));
    }

    private static AssignmentStatistic StatisticOf(Blocks blocks, int weekdays)
    {
        var days = new int[weekdays];
        return weekOf =>
        {
            for (var weekday = 0; weekday < weekOf.Length; weekday++)
                days[weekday] = (weekOf[weekday] * weekdays) + weekday;
            return blocks.Mmd2(days);
        };
    }

    private static ImmutableArray<PhotoShift> ShiftsOf(Kernel kernel, bool[] isNow)
    {
        var now = isNow.Count(one => one);
        var rest = isNow.Length - now;
        if (now == 0 || rest == 0)
            return [];
        var shifts = new List<PhotoShift>(now);
        for (var i = 0; i < isNow.Length; i++)
        {
            if (!isNow[i])
                continue;
            var (sumNow, sumRest) = (0.0, 0.0);
            for (var j = 0; j < isNow.Length; j++)
            {
                if (isNow[j])
                    sumNow += kernel[i, j];
                else
                    sumRest += kernel[i, j];
            }

            shifts.Add(new PhotoShift(i, (sumNow / now) - (sumRest / rest)));
        }

        return [.. shifts.OrderByDescending(shift => shift.Difference)];
    }

    private static Kernel KernelOf(IReadOnlyList<ImmutableArray<double>> points)
    {
        if (points.Any(point => point.Length != points[0].Length))
            throw new ArgumentException("Embeddings need the same length.", nameof(points));
        var squares = new double[points.Count * (points.Count - 1) / 2];
        var pair = 0;
        for (var i = 1; i < points.Count; i++)
        {
            for (var j = 0; j < i; j++)
                squares[pair++] = SquaredDistance(points[i].AsSpan(), points[j].AsSpan());
        }

        var bandwidth = 0.0;
        if (pair > 0)
        {
            var distances = Array.ConvertAll(squares, Math.Sqrt);
            bandwidth = ArrayStatistics.MedianInplace(distances);
        }

        var scale = 2 * bandwidth * bandwidth;
        for (var i = 0; i < squares.Length; i++)
        {
            // Where most photos are copies of each other the bandwidth is 0; the limit of the kernel is 1 for copies and 0 for others.
            squares[i] =
                squares[i] == 0 ? 1
                : scale > 0 ? Math.Exp(-squares[i] / scale)
                : 0;
        }

        return new Kernel(squares, points.Count, bandwidth);
    }

    private static double SquaredDistance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length && i < y.Length; i++)
        {
            var difference = x[i] - y[i];
            sum += difference * difference;
        }

        return sum;
    }

    /// <summary>Values of the kernel for all pairs.</summary>
    private sealed class Kernel(double[] pairs, int count, double bandwidth)
    {
        public int Count => count;

        public double Bandwidth => bandwidth;

        public double this[int i, int j] => i == j ? 1 : pairs[(i > j) ? (i * (i - 1) / 2) + j : (j * (j - 1) / 2) + i];
    }

    /// <summary>Sums of the kernel over pairs of blocks (days), from which the distance of any blocks to the others follows.</summary>
    private sealed class Blocks
    {
        private readonly int _blocks;
        private readonly double[] _sums;
        private readonly double[] _rows;
        private readonly double[] _sizes;
        private readonly double _total;
        private readonly double _size;

        /// <summary>Sums up the blocks; photos of later blocks take no part.</summary>
        public Blocks(Kernel kernel, int[] blockOf, int blocks)
        {
            _blocks = blocks;
            _sums = new double[blocks * blocks];
            _rows = new double[blocks];
            _sizes = new double[blocks];
            for (var i = 0; i < kernel.Count; i++)
            {
                if (blockOf[i] >= blocks)
                    continue;
                _sizes[blockOf[i]]++;
                for (var j = 0; j < kernel.Count; j++)
                {
                    if (blockOf[j] < blocks)
                        _sums[(blockOf[i] * blocks) + blockOf[j]] += kernel[i, j];
                }
            }

            for (var block = 0; block < blocks; block++)
            {
                _rows[block] = _sums.AsSpan(block * blocks, blocks).ToArray().Sum();
                _total += _rows[block];
                _size += _sizes[block];
            }
        }

        public double Mmd2(ReadOnlySpan<int> now)
        {
            var (within, rows, size) = (0.0, 0.0, 0.0);
            foreach (var i in now)
            {
                rows += _rows[i];
                size += _sizes[i];
                foreach (var j in now)
                    within += _sums[(i * _blocks) + j];
            }

            var rest = _size - size;
            if (size <= 0 || rest <= 0)
                return 0;
            var between = rows - within;
            var outside = _total - within - (2 * between);
            var mmd2 = (within / (size * size)) + (outside / (rest * rest)) - (2 * between / (size * rest));
            return mmd2 < Noise ? 0 : mmd2;
        }
    }
}
