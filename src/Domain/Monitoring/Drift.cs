using System.Collections.Immutable;

namespace GourmetGram.Domain.Monitoring;

/// <summary>Measure of the distance between the counts of one week and the counts of the other weeks.</summary>
public enum DriftStatistic
{
    /// <summary>Likelihood ratio G, for classes: bins without an order.</summary>
    G,

    /// <summary>Cramér–von Mises: the sum of squared differences of the cumulative shares, for confidence: bins in order.</summary>
    CramerVonMises,
}

/// <summary>State of a drift chart for one week.</summary>
public enum DriftState
{
    /// <summary>Fewer than <see cref="Drift.LeastPhotos"/> photos in the week.</summary>
    TooFew,

    /// <summary>Fewer than <see cref="Drift.LeastEarlierWeeks"/> earlier weeks: nothing can be shown.</summary>
    TooFewWeeks,

    /// <summary>Values are shown, but nothing is marked: with so few earlier weeks false marks would be too frequent.</summary>
    NotJudged,

    /// <summary>A week whose p is at most the level is marked.</summary>
    Judged,
}

/// <summary>Comparison of the last week with the weeks before.</summary>
/// <param name="Statistic">Distance of the last week to the others, at least 0; 0 if one of the two has no photos.</param>
/// <param name="Inflation">Ratio between the differences of the earlier weeks and those of their shuffled days, at least 1.</param>
/// <param name="P">Share of the assignments of days that are at least as far apart as the last week, after inflation; above 0.</param>
public sealed record DriftTest(double Statistic, double Inflation, double P);

/// <summary>Share of one bin or class in the week and before.</summary>
/// <param name="Bin">Index of the bin or class.</param>
/// <param name="Now">Share among the photos of the week, 0 to 1.</param>
/// <param name="Before">Share among the photos of the other weeks, 0 to 1.</param>
public sealed record DriftChange(int Bin, double Now, double Before);

/// <summary>
/// Drift of classes and confidence: whole days change places with days of the same weekday, so neither photos that arrive in bursts nor
/// another mix at weekends raise an alarm (docs/statistics.md 5.6). The test is a hint; it sees large changes only.
/// </summary>
public static class Drift
{
    /// <summary>Fewest photos in the week for a comparison.</summary>
    public const int LeastPhotos = 50;

    /// <summary>Fewest earlier weeks for showing values.</summary>
    public const int LeastEarlierWeeks = 4;

    /// <summary>Number of earlier weeks from which on a week can be marked; also the number of earlier weeks to compare with.</summary>
    public const int EarlierWeeks = 8;

    /// <summary>Number of weekly looks in half a year, for which <see cref="LevelOf"/> limits false marks.</summary>
    public const int LooksOfHalfYear = 26;

    /// <summary>Returns what a chart may say about a week.</summary>
    /// <param name="photos">Number of photos in the week.</param>
    /// <param name="earlierWeeks">Number of complete weeks of the same model version before it.</param>
    public static DriftState StateOf(long photos, int earlierWeeks) =>
        (photos, earlierWeeks) switch
        {
            (< LeastPhotos, _) => DriftState.TooFew,
            (_, < LeastEarlierWeeks) => DriftState.TooFewWeeks,
            (_, < EarlierWeeks) => DriftState.NotJudged,
            _ => DriftState.Judged,
        };

    /// <summary>Returns the level of one look, so that all looks at all charts together have a given probability of a false mark.</summary>
    /// <param name="charts">Number of charts, at least 1.</param>
    /// <param name="looks">Number of looks, at least 1.</param>
    /// <param name="familyWise">Probability of a false mark in all looks at all charts.</param>
    /// <returns>A week is marked if its p is at most this.</returns>
    public static double LevelOf(int charts, int looks = LooksOfHalfYear, double familyWise = 0.05)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(charts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(looks);
        return 1 - Math.Pow(1 - familyWise, 1.0 / ((double)looks * charts));
    }

    /// <summary>Returns the seed of the random assignments for a chart and a week: a repeated look gives the same p.</summary>
    /// <param name="chart">Name of the chart.</param>
    /// <param name="week">First day of the week.</param>
    public static int SeedOf(string chart, DateOnly week)
    {
        ArgumentNullException.ThrowIfNull(chart);
        // FNV-1a: string.GetHashCode differs between processes.
        var hash = 2166136261;
        foreach (var character in $"{chart}/{week:yyyy-MM-dd}")
            hash = unchecked((hash ^ character) * 16777619);
        return (int)(hash & int.MaxValue);
    }

    /// <summary>
    /// Compares the last week with the weeks before. Up to 20,000 assignments of days are enumerated; of more, as many are drawn at
    /// random.
    /// </summary>
    /// <param name="statistic">Measure of distance.</param>
    /// <param name="days">Photos per week, weekday and bin; weeks in order of time, the last one is looked at. Days may be empty.</param>
    /// <param name="seed">Seed of the random assignments; see <see cref="SeedOf"/>.</param>
    /// <exception cref="ArgumentException">Weeks differ in their number of days, or days in their number of bins.</exception>
    public static DriftTest Test(DriftStatistic statistic, IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> days, int seed) =>
        Test(statistic, days, seed, level: 1);

    /// <summary>
    /// Returns whether <see cref="Test(DriftStatistic, IReadOnlyList{IReadOnlyList{IReadOnlyList{double}}}, int)"/> gives a p of at most
    /// the level, and stops as soon as that is certain: mostly after a small part of the assignments.
    /// </summary>
    /// <param name="statistic">Measure of distance.</param>
    /// <param name="days">Photos per week, weekday and bin; weeks in order of time, the last one is looked at.</param>
    /// <param name="seed">Seed of the random assignments.</param>
    /// <param name="level">Level; see <see cref="LevelOf"/>.</param>
    /// <exception cref="ArgumentException">Weeks differ in their number of days, or days in their number of bins.</exception>
    public static bool IsMarked(
        DriftStatistic statistic,
        IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> days,
        int seed,
        double level
    ) => Test(statistic, days, seed, level).P <= level;

    /// <summary>
    /// Returns the population stability index of two sets of counts, with 0.5 added per bin; for orientation only. It has no threshold:
    /// PSI above 0.1 is usual without any drift.
    /// </summary>
    /// <param name="now">Photos per bin in the week.</param>
    /// <param name="before">Photos per bin in the other weeks; as many bins.</param>
    public static double PsiOf(IReadOnlyList<double> now, IReadOnlyList<double> before)
    {
        ThrowIfOtherBins(now, before);
        var (totalNow, totalBefore) = (now.Sum() + (0.5 * now.Count), before.Sum() + (0.5 * before.Count));
        var psi = 0.0;
        for (var bin = 0; bin < now.Count; bin++)
        {
            var (q, p) = ((now[bin] + 0.5) / totalNow, (before[bin] + 0.5) / totalBefore);
            psi += (q - p) * Math.Log(q / p);
        }

        return psi;
    }

    /// <summary>Returns the shares of all bins, the largest change first, then in the order of bins.</summary>
    /// <param name="now">Photos per bin in the week.</param>
    /// <param name="before">Photos per bin in the other weeks; as many bins.</param>
    public static ImmutableArray<DriftChange> ChangesOf(IReadOnlyList<double> now, IReadOnlyList<double> before)
    {
        ThrowIfOtherBins(now, before);
        var (totalNow, totalBefore) = (now.Sum(), before.Sum());
        return
        [
            .. Enumerable
                .Range(0, now.Count)
                .Select(bin => new DriftChange(bin, ShareOf(now[bin], totalNow), ShareOf(before[bin], totalBefore)))
                .OrderByDescending(change => Math.Abs(change.Now - change.Before)),
        ];
    }

    private static DriftTest Test(
        DriftStatistic statistic,
        IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> days,
        int seed,
        double level
    )
    {
        ArgumentNullException.ThrowIfNull(days);
        var weekdays = days.Count == 0 ? 0 : days[0].Count;
        var bins = weekdays == 0 ? 0 : days[0][0].Count;
        if (days.Any(week => week.Count != weekdays || week.Any(day => day.Count != bins)))
            throw new ArgumentException("All weeks need the same number of days, and all days the same bins.", nameof(days));

        return DayAssignments.Test(
            days.Count,
            weekdays,
            CountsStatistic(statistic, days, days.Count, weekdays, bins),
            CountsStatistic(statistic, days, days.Count - 1, weekdays, bins),
            seed,
            level
        );
    }

    private static double ShareOf(double part, double total) => total > 0 ? part / total : 0;

    private static void ThrowIfOtherBins(IReadOnlyList<double> now, IReadOnlyList<double> before)
    {
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(before);
        if (now.Count != before.Count)
            throw new ArgumentException($"{now.Count} bins cannot be compared with {before.Count}.", nameof(before));
    }

    /// <summary>Returns the statistic of assignments among the first weeks.</summary>
    private static AssignmentStatistic CountsStatistic(
        DriftStatistic statistic,
        IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> days,
        int weeks,
        int weekdays,
        int bins
    )
    {
        var counts = new double[Math.Max(weeks, 0) * weekdays * bins];
        var totals = new double[bins];
        for (var week = 0; week < weeks; week++)
        {
            for (var weekday = 0; weekday < weekdays; weekday++)
            {
                for (var bin = 0; bin < bins; bin++)
                {
                    var count = days[week][weekday][bin];
                    counts[(((week * weekdays) + weekday) * bins) + bin] = count;
                    totals[bin] += count;
                }
            }
        }

        var total = totals.Sum();
        var now = new double[bins];
        return weekOf =>
        {
            Array.Clear(now);
            for (var weekday = 0; weekday < weekOf.Length; weekday++)
            {
                var day = counts.AsSpan(((weekOf[weekday] * weekdays) + weekday) * bins, bins);
                for (var bin = 0; bin < day.Length; bin++)
                    now[bin] += day[bin];
            }

            var totalNow = 0.0;
            foreach (var count in now)
                totalNow += count;
            if (totalNow <= 0 || total - totalNow <= 0)
                return 0;
            return statistic == DriftStatistic.G ? G(now, totals, totalNow, total) : CramerVonMises(now, totals, totalNow, total);
        };
    }

    private static double G(ReadOnlySpan<double> now, ReadOnlySpan<double> totals, double totalNow, double total)
    {
        var totalRest = total - totalNow;
        var sum = 0.0;
        for (var bin = 0; bin < now.Length; bin++)
        {
            // Products of counts are exact, so equal shares give exactly 0; sums of x·ln x would leave noise, and p with it.
            var (a, t) = (now[bin], totals[bin]);
            var b = t - a;
            if (a > 0)
                sum += a * Math.Log(a * total / (t * totalNow));
            if (b > 0)
                sum += b * Math.Log(b * total / (t * totalRest));
        }

        return Math.Max(2 * sum, 0);
    }

    private static double CramerVonMises(ReadOnlySpan<double> now, ReadOnlySpan<double> totals, double totalNow, double total)
    {
        var totalRest = total - totalNow;
        var (sum, cumulativeNow, cumulativeRest) = (0.0, 0.0, 0.0);
        for (var bin = 0; bin < now.Length; bin++)
        {
            cumulativeNow += now[bin];
            cumulativeRest += totals[bin] - now[bin];
            var difference = (cumulativeNow / totalNow) - (cumulativeRest / totalRest);
            sum += difference * difference;
        }

        return sum;
    }
}

/// <summary>Distance between the days that an assignment calls "this week" and all other days.</summary>
/// <param name="weekOf">Week of the chosen day, per weekday.</param>
internal delegate double AssignmentStatistic(ReadOnlySpan<int> weekOf);

/// <summary>
/// Permutation test of whole days: an assignment chooses for each weekday the day of one week as "this week"
/// (docs/statistics.md 5.6 and 5.7).
/// </summary>
internal static class DayAssignments
{
    /// <summary>Most assignments that are enumerated; of more, as many are drawn at random.</summary>
    private const int Most = 20_000;

    /// <summary>Number of random assignments for the mean under the inflation.</summary>
    private const int DrawnForInflation = 500;

    /// <summary>Assignments with the same days must not differ by rounding.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>Tests the last week against the others.</summary>
    /// <param name="weeks">Number of weeks; the last one is looked at.</param>
    /// <param name="weekdays">Number of days in each week.</param>
    /// <param name="all">Statistic of assignments among all weeks.</param>
    /// <param name="earlier">Statistic of assignments among the weeks before the last one.</param>
    /// <param name="seed">Seed of the random assignments.</param>
    /// <param name="level">Value of p above which its exact value does not matter: the test stops there.</param>
    public static DriftTest Test(int weeks, int weekdays, AssignmentStatistic all, AssignmentStatistic earlier, int seed, double level = 1)
    {
        if (weeks == 0 || weekdays == 0)
            return new DriftTest(0, 1, 1);

        var random = new Random(seed);
        var inflation = InflationOf(weeks - 1, weekdays, earlier, random);
        var observed = OfRealWeek(weeks - 1, weekdays, all);
        var threshold = observed / inflation * (1 - Tolerance);
        var number = NumberOf(weeks, weekdays);
        // The observed assignment is one of those that are enumerated, but not one of those that are drawn.
        var (more, of) = number > Most ? (1, Most + 1.0) : (0, number);
        var hits = Sum(Assignments(weeks, weekdays, Most, random), weekOf => all(weekOf) >= threshold ? 1 : 0, (level * of) - more).Sum;
        return new DriftTest(observed, inflation, (more + hits) / of);
    }

    private static double InflationOf(int weeks, int weekdays, AssignmentStatistic statistic, Random random)
    {
        if (weeks == 0)
            return 1;
        var (sum, number) = Sum(Assignments(weeks, weekdays, DrawnForInflation, random), statistic);
        var real = Enumerable.Range(0, weeks).Sum(week => OfRealWeek(week, weekdays, statistic)) / weeks;
        return sum > 0 ? Math.Max(real / (sum / number), 1) : 1;
    }

    private static double OfRealWeek(int week, int weekdays, AssignmentStatistic statistic)
    {
        var weekOf = new int[weekdays];
        Array.Fill(weekOf, week);
        return statistic(weekOf);
    }

    private static (double Sum, int Number) Sum(
        IEnumerable<int[]> assignments,
        AssignmentStatistic statistic,
        double enough = double.PositiveInfinity
    )
    {
        var (sum, number) = (0.0, 0);
        foreach (var weekOf in assignments)
        {
            sum += statistic(weekOf);
            number++;
            if (sum > enough)
                break;
        }

        return (sum, number);
    }

    private static double NumberOf(int weeks, int weekdays) => Math.Pow(weeks, weekdays);

    /// <summary>Returns all assignments, or random ones if there are too many. The array is the same one every time.</summary>
    private static IEnumerable<int[]> Assignments(int weeks, int weekdays, int draws, Random random)
    {
        var weekOf = new int[weekdays];
        if (NumberOf(weeks, weekdays) > Most)
        {
            for (var i = 0; i < draws; i++)
            {
                for (var weekday = 0; weekday < weekdays; weekday++)
                    weekOf[weekday] = random.Next(weeks);
                yield return weekOf;
            }

            yield break;
        }

        for (var place = 0; place < weekdays; )
        {
            yield return weekOf;
            // Counts up like a number with one digit per weekday.
            for (place = 0; place < weekdays && ++weekOf[place] == weeks; place++)
                weekOf[place] = 0;
        }
    }
}
