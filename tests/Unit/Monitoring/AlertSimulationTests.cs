using GourmetGram.Domain.Monitoring;
using MathNet.Numerics.Distributions;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class AlertSimulationTests
{
    private const int Series = 500;
    private const int Weeks = 5 * 52;

    [Fact]
    public void False_alarms_are_rare_two_points_above_the_floor()
    {
        var random = new Random(11);
        var (failing, suspected) = (0, 0);
        for (var series = 0; series < Series; series++)
        {
            var counts = new int[Weeks];
            Binomial.Samples(random, counts, 0.82, 35);
            var states = StatesOf(new AlertRule(0.8), counts, 35);
            failing += Entries(states, AlertState.Failing);
            suspected += Entries(states, AlertState.Suspected);
        }

        Assert.InRange((double)failing / Series, 0.05, 0.5);
        Assert.InRange((double)suspected / Series, 0.2, 2);
    }

    [Fact]
    public void False_alarms_are_rare_over_all_classes()
    {
        const int classes = 11;
        var random = new Random(12);
        var rule = AlertRule.ForClass(0.8, classes);
        var failing = 0;
        for (var series = 0; series < Series / 5 * classes; series++)
        {
            // 35 labels a week over 11 classes, 13 weeks per look.
            var labels = new int[Weeks];
            Binomial.Samples(random, labels, 1.0 / classes, 35);
            var right = labels.Select(n => n == 0 ? 0 : Binomial.Sample(random, 0.82, n)).ToArray();
            var memory = AlertMemory.Start;
            for (var week = 13; week < Weeks; week++)
            {
                var n = labels.AsSpan((week - 12)..(week + 1)).ToArray().Sum();
                var y = right.AsSpan((week - 12)..(week + 1)).ToArray().Sum();
                var next = rule.Next(memory, n == 0 ? null : new AlertLook((double)y / n, n, n));
                failing += next.State == AlertState.Failing && memory.State != AlertState.Failing ? 1 : 0;
                memory = next;
            }
        }

        Assert.InRange(failing / (Series / 5.0), 0.1, 1.2);
    }

    private static List<AlertState> StatesOf(AlertRule rule, int[] counts, int perWeek)
    {
        var memory = AlertMemory.Start;
        var states = new List<AlertState>();
        for (var week = 3; week < counts.Length; week++)
        {
            var right = counts[week] + counts[week - 1] + counts[week - 2] + counts[week - 3];
            memory = rule.Next(memory, new AlertLook(right / (4.0 * perWeek), 4 * perWeek));
            states.Add(memory.State);
        }

        return states;
    }

    private static int Entries(List<AlertState> states, AlertState state) =>
        states.Where((one, i) => one == state && (i == 0 || states[i - 1] != state)).Count();
}
