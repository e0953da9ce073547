using GourmetGram.Domain.Retraining;

namespace GourmetGram.Tests.Unit.Retraining;

/// <summary>Runs the whole gate: pools of 3,000 photos of 11 classes, models that differ on 12 % of them, up to four looks.</summary>
public sealed class GateSimulationTests
{
    private const int Runs = 1000;
    private const int Classes = 11;
    private const int Photos = 3000;
    private const int Disagreements = 360;

    /// <summary>Share of the disagreements on which one of the models is right.</summary>
    private const double OneIsRight = 0.7;

    [Fact]
    public void A_challenger_worse_by_the_margin_is_promoted_rarely() =>
        Assert.InRange(Promoted(new Random(1), difference: -0.02), 1, (int)(0.065 * Runs));

    [Fact]
    public void An_equal_challenger_is_promoted_mostly() =>
        Assert.InRange(Promoted(new Random(2), difference: 0), (int)(0.75 * Runs), (int)(0.95 * Runs));

    [Fact]
    public void A_clearly_better_challenger_is_promoted_always() =>
        Assert.InRange(Promoted(new Random(3), difference: 0.05), (int)(0.98 * Runs), Runs);

    /// <summary>Returns the number of runs that end in a promotion.</summary>
    /// <param name="random">Seeded generator.</param>
    /// <param name="difference">True difference of the accuracies, challenger − champion.</param>
    private static int Promoted(Random random, double difference)
    {
        var among = difference * Photos / Disagreements;
        return Enumerable.Range(0, Runs).Count(_ => Run(random, (OneIsRight + among) / 2, (OneIsRight - among) / 2));
    }

    private static bool Run(Random random, double gains, double losses)
    {
        var champion = Enumerable.Range(0, Disagreements).Select(_ => random.Next(Classes)).ToList();
        List<GateClass> classes =
        [
            .. Enumerable.Range(0, Classes).Select(c => new GateClass(c, Photos / Classes, champion.Count(one => one == c))),
        ];
        var labels = new List<GateLabel>();
        var plan = GatePlan.Of(Disagreements, 200);
        var (look, passed) = (0, false);
        foreach (var one in champion)
        {
            var draw = random.NextDouble();
            var outcome =
                draw < gains ? 1
                : draw < gains + losses ? -1
                : 0;
            var other = (one + random.Next(1, Classes)) % Classes;
            labels.Add(new GateLabel(1, outcome, outcome < 0 ? one : other, one));
            if (plan.Due(labels.Count, look) is not { } due)
                continue;
            look = due;
            var input = new GateInput(Photos, Disagreements, classes, labels, look, passed);
            var result = PromotionGate.Decide(input);
            passed = result.Passed;
            if (result.Decision == GateDecision.Promote)
                return true;
            if (result.Reason != GateReason.NeedLabels)
                return false;
        }

        return false;
    }
}
