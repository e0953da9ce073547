using MathNet.Numerics.Random;

namespace GourmetGram.Domain.Monitoring;

/// <summary>How soon an alert rule would notice a fall of the accuracy.</summary>
/// <param name="MedianWeeks">Weeks after which half of the simulated series were Failing; null: not within two years.</param>
/// <param name="WeeksFor80Percent">Weeks after which four fifths of them were; null: not within two years.</param>
public sealed record NoticingForecast(int? MedianWeeks, int? WeeksFor80Percent);

/// <summary>
/// Forecast by simulation of when an alert would notice a fall (docs/statistics.md 5.14). Series of weekly labels, 12 weeks at the present
/// accuracy and then at the lower one, are looked at once a week over the last 28 days. The same input gives the same forecast.
/// </summary>
public static class Noticing
{
    private const int Series = 2000;
    private const int WeeksBefore = 12;
    private const int WeeksAfter = 104;

    /// <summary>Number of weeks that a look covers: 28 days.</summary>
    private const int WeeksPerLook = 4;

    /// <summary>Simulates the looks.</summary>
    /// <param name="rule">Rule of the alert, for looks at 28 days.</param>
    /// <param name="labelsPerWeek">Effective number of labels per week; a fraction or infinity are allowed.</param>
    /// <param name="accuracy">Present accuracy in [0, 1].</param>
    /// <param name="fall">Size of the fall in [0, 1]; the accuracy does not fall below 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not a number, or the accuracy is above 1.</exception>
    public static NoticingForecast Forecast(AlertRule rule, double labelsPerWeek, double accuracy, double fall)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentOutOfRangeException.ThrowIfNegative(labelsPerWeek);
        ArgumentOutOfRangeException.ThrowIfNegative(accuracy);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(accuracy, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(fall);
        var shares = (Now: accuracy, Then: Math.Max(0, accuracy - fall));
        // More labels than this leave no chance in the shares.
        var weeks = labelsPerWeek > 1e8 ? ExactWeeks(shares) : SampledWeeks(shares, labelsPerWeek);

        var noticed = new List<int>(Series);
        var random = new MersenneTwister(20_260_101, threadSafe: false);
        for (var series = 0; series < Series; series++)
        {
            if (WeeksUntilFailing(rule, weeks, labelsPerWeek, random) is { } week)
                noticed.Add(week);
        }

        noticed.Sort();
        return new NoticingForecast(WhenNoticed(noticed, Series / 2), WhenNoticed(noticed, Series * 4 / 5));
    }

    private static int? WhenNoticed(List<int> sorted, int count) => sorted.Count >= count ? sorted[count - 1] : null;

    private static int? WeeksUntilFailing(AlertRule rule, Week[] weeks, double labelsPerWeek, MersenneTwister random)
    {
        var memory = AlertMemory.Start;
        Span<double> right = stackalloc double[WeeksPerLook];
        for (var i = 0; i < weeks.Length; i++)
        {
            right[i % WeeksPerLook] = weeks[i].Sample(random);
            var first = Math.Max(0, i - WeeksPerLook + 1);
            var (sum, n) = (0.0, 0.0);
            for (var j = first; j <= i; j++)
                (sum, n) = (sum + right[j % WeeksPerLook], n + weeks[j].Weight);
            var size = labelsPerWeek * (i - first + 1);
            memory = rule.Next(memory, n > 0 ? new AlertLook(sum / n, size, (int)Math.Min(size, int.MaxValue)) : null);
            if (i >= WeeksBefore && memory.State == AlertState.Failing)
                return i - WeeksBefore + 1;
        }

        return null;
    }

    private static Week[] ExactWeeks((double Now, double Then) shares) =>
        [
            .. Enumerable.Repeat(new Week(1, shares.Now, Counts: null), WeeksBefore),
            .. Enumerable.Repeat(new Week(1, shares.Then, Counts: null), WeeksAfter),
        ];

    private static Week[] SampledWeeks((double Now, double Then) shares, double labelsPerWeek)
    {
        var known = new Dictionary<(int, double), BinomialCounts>();
        var weeks = new Week[WeeksBefore + WeeksAfter];
        for (var i = 0; i < weeks.Length; i++)
        {
            // Whole numbers whose sums follow the fraction: 3.5 labels are 3, 4, 3, 4.
            var n = (int)(Math.Floor(labelsPerWeek * (i + 1)) - Math.Floor(labelsPerWeek * i));
            var share = i < WeeksBefore ? shares.Now : shares.Then;
            if (!known.TryGetValue((n, share), out var counts))
                known.Add((n, share), counts = BinomialCounts.Of(n, share));
            weeks[i] = new Week(n, share, counts);
        }

        return weeks;
    }

    /// <summary>A week of labels.</summary>
    /// <param name="Weight">Number of labels; 1 if there is no chance in the share.</param>
    /// <param name="Share">Expected share of right ones.</param>
    /// <param name="Counts">Distribution of the right ones; null if there is no chance in the share.</param>
    private sealed record Week(double Weight, double Share, BinomialCounts? Counts)
    {
        public double Sample(MersenneTwister random) => Counts?.Sample(random) ?? Share;
    }

    /// <summary>
    /// Cumulative probabilities of a binomial count. MathNet draws one number per trial; with the table one number per count suffices.
    /// </summary>
    private sealed record BinomialCounts(int First, double[] Cumulative)
    {
        /// <summary>Probability, relative to that of the mode, below which counts are left out.</summary>
        private const double Least = 1e-17;

        public static BinomialCounts Of(int n, double p)
        {
            if (p is <= 0 or >= 1)
                return new BinomialCounts(p <= 0 ? 0 : n, [1]);
            var mode = Math.Min(n, (int)((n + 1.0) * p));
            var odds = p / (1 - p);
            var lower = new List<double>();
            var weight = 1.0;
            for (var k = mode; k > 0 && (weight *= k / ((n - k + 1) * odds)) > Least; k--)
                lower.Add(weight);
            lower.Reverse();
            List<double> all = [.. lower, 1];
            weight = 1;
            for (var k = mode; k < n && (weight *= (n - k) * odds / (k + 1)) > Least; k++)
                all.Add(weight);

            var cumulative = new double[all.Count];
            var sum = 0.0;
            for (var i = 0; i < cumulative.Length; i++)
                cumulative[i] = sum += all[i];
            for (var i = 0; i < cumulative.Length; i++)
                cumulative[i] /= sum;
            return new BinomialCounts(mode - lower.Count, cumulative);
        }

        public double Sample(MersenneTwister random)
        {
            var at = Array.BinarySearch(Cumulative, random.NextDouble());
            return First + Math.Min(at < 0 ? ~at : at + 1, Cumulative.Length - 1);
        }
    }
}
