using System.Text.Json;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class DriftVectorTests
{
    private static readonly double[][] NoWeeks = [];

    public static TheoryData<string> Cases => VectorCase.NamesOf("drift");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_week_is_compared_as_in_the_reference(string name)
    {
        var vector = VectorCase.Get("drift", name);
        if (!vector.In.TryGetProperty("days", out var given))
        {
            var level = Drift.LevelOf(
                vector.In.GetProperty("charts").GetInt32(),
                vector.In.GetProperty("looks").GetInt32(),
                vector.In.GetProperty("familyWise").GetDouble()
            );
            vector.AssertOut(new Dictionary<string, object?> { ["level"] = level });
            return;
        }

        var days = given.Deserialize<double[][][]>()!;
        vector.AssertOut(
            new Dictionary<string, object?>
            {
                ["g"] = Members(Drift.Test(DriftStatistic.G, days, 1)),
                ["cvm"] = Members(Drift.Test(DriftStatistic.CramerVonMises, days, 1)),
                ["psi"] = Drift.PsiOf(Sum(days[^1]), Sum(days[..^1].SelectMany(week => week))),
            }
        );
    }

    [Theory]
    [InlineData(49, 8, DriftState.TooFew)]
    [InlineData(0, 0, DriftState.TooFew)]
    [InlineData(50, 3, DriftState.TooFewWeeks)]
    [InlineData(50, 4, DriftState.NotJudged)]
    [InlineData(50, 7, DriftState.NotJudged)]
    [InlineData(50, 8, DriftState.Judged)]
    public void A_week_is_judged_with_fifty_photos_and_eight_earlier_weeks(int photos, int earlierWeeks, DriftState expected) =>
        Assert.Equal(expected, Drift.StateOf(photos, earlierWeeks));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.0499, 0)]
    [InlineData(0.05, 1)]
    [InlineData(0.15, 3)]
    [InlineData(0.3, 6)]
    [InlineData(0.95, 19)]
    [InlineData(1, 19)]
    public void Confidence_has_twenty_bins(double confidence, int bin) => Assert.Equal(bin, WindowCount.BinOf(confidence));

    [Theory]
    [InlineData(DriftStatistic.G)]
    [InlineData(DriftStatistic.CramerVonMises)]
    public void A_change_in_nine_weeks_has_a_small_p_that_can_be_repeated(DriftStatistic statistic)
    {
        var days = Weeks(9, 7, (week, weekday) => week == 8 ? [2, 3, 9] : [9 + ((week + weekday) % 3), 4, 2]);

        var first = Drift.Test(statistic, days, 7);

        Assert.True(first.P <= Drift.LevelOf(2), $"{first}");
        Assert.True(first.P >= 1.0 / 20_001, $"{first}");
        Assert.Equal(first, Drift.Test(statistic, days, 7));
        Assert.True(Drift.IsMarked(statistic, days, 7, first.P));
        Assert.False(Drift.IsMarked(statistic, days, 7, first.P - 1e-6));
    }

    [Theory]
    [InlineData(DriftStatistic.G)]
    [InlineData(DriftStatistic.CramerVonMises)]
    public void A_mark_that_stops_early_says_the_same_as_p(DriftStatistic statistic)
    {
        double[] levels = [0.001, 0.05, 0.3, 0.5, 0.7, 1];
        foreach (var (weeks, weekdays) in new[] { (3, 2), (4, 3), (9, 7) })
        {
            var random = new Random(weeks);
            var days = Weeks(weeks, weekdays, (_, _) => [random.Next(9), random.Next(9), random.Next(9)]);
            var p = Drift.Test(statistic, days, 1).P;
            Assert.All(levels.Append(p), level => Assert.Equal(p <= level, Drift.IsMarked(statistic, days, 1, level)));
        }
    }

    [Theory]
    [InlineData(DriftStatistic.G)]
    [InlineData(DriftStatistic.CramerVonMises)]
    public void Data_without_any_difference_never_stand_out(DriftStatistic statistic)
    {
        double[][][][] inputs =
        [
            [],
            [NoWeeks],
            Weeks(1, 7, (_, _) => [3, 4]),
            Weeks(2, 7, (_, _) => [3, 4]),
            Weeks(9, 7, (_, _) => []),
            Weeks(9, 7, (_, _) => [0, 0, 0]),
            Weeks(9, 7, (_, _) => [3, 1, 7]),
            Weeks(9, 7, (week, weekday) => [0, (7 * week) + (3 * weekday), 0]),
            Weeks(9, 7, (week, _) => [week + 1, 2 * (week + 1), 4 * (week + 1)]),
            Weeks(9, 7, (week, _) => week == 8 ? [3, 4] : [0, 0]),
            Weeks(9, 7, (week, _) => week == 8 ? [0, 0] : [3, 4]),
        ];

        Assert.All(inputs, days => Assert.Equal(new DriftTest(0, 1, 1), Drift.Test(statistic, days, 1)));
    }

    [Fact]
    public void Weeks_of_different_shape_are_refused() =>
        Assert.Throws<ArgumentException>(() =>
            Drift.Test(
                DriftStatistic.G,
                [
                    [
                        [1, 2],
                    ],
                    [
                        [1, 2, 3],
                    ],
                ],
                1
            )
        );

    [Fact]
    public void The_largest_changes_come_first()
    {
        Assert.Equal(
            [new DriftChange(2, 0.6, 0.2), new DriftChange(0, 0.2, 0.5), new DriftChange(1, 0.2, 0.3)],
            Drift.ChangesOf([2, 2, 6], [5, 3, 2])
        );
        Assert.Equal([new DriftChange(0, 0, 1)], Drift.ChangesOf([0], [2]));
        Assert.Equal(0, Drift.PsiOf([], []));
        Assert.Equal(0, Drift.PsiOf([0, 0], [0, 0]));
    }

    [Fact]
    public void Seeds_differ_by_chart_and_week()
    {
        var monday = new DateOnly(2025, 3, 3);
        Assert.Equal(Drift.SeedOf("classes", monday), Drift.SeedOf("classes", monday));
        Assert.NotEqual(Drift.SeedOf("classes", monday), Drift.SeedOf("confidence", monday));
        Assert.NotEqual(Drift.SeedOf("classes", monday), Drift.SeedOf("classes", monday.AddDays(7)));
    }

    private static Dictionary<string, object?> Members(DriftTest test) =>
        new()
        {
            ["statistic"] = test.Statistic,
            ["inflation"] = test.Inflation,
            ["p"] = test.P,
        };

    private static double[] Sum(IEnumerable<double[]> days) => [.. days.Aggregate((sum, day) => [.. sum.Zip(day, (x, y) => x + y)])];

    private static double[][][] Weeks(int weeks, int weekdays, Func<int, int, double[]> day) =>
        [.. Enumerable.Range(0, weeks).Select(week => Enumerable.Range(0, weekdays).Select(weekday => day(week, weekday)).ToArray())];
}
