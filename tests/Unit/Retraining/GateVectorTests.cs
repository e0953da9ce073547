using System.Text.Json;
using GourmetGram.Domain.Retraining;
using GourmetGram.Tests.Unit.Monitoring;

namespace GourmetGram.Tests.Unit.Retraining;

public sealed class GateVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("gate");

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_decision_is_as_expected(string name)
    {
        var one = VectorCase.Get("gate", name);
        var outcome = PromotionGate.Decide(Read(one.In));
        one.AssertOut(
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["decision"] = outcome.Decision.ToString(),
                ["reason"] = outcome.Reason?.ToString(),
                ["needed"] = outcome.Needed,
                ["classes"] = outcome.Classes,
                ["difference"] = outcome.Difference,
                ["z"] = outcome.Z,
                ["limit"] = outcome.Limit,
                ["passed"] = outcome.Passed,
            }
        );
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(50, 50)]
    [InlineData(51, 13, 26, 39, 51)]
    [InlineData(202, 50, 100, 150, 200)]
    public void Looks_are_planned_by_the_number_of_disagreements(int disagreements, params int[] labels) =>
        Assert.Equal(labels, GatePlan.Of(disagreements, 200).Labels);

    [Fact]
    public void Each_look_happens_once_and_only_the_last_of_several()
    {
        var plan = GatePlan.Of(300, 200);
        Assert.Null(plan.Due(49, 0));
        Assert.Equal(1, plan.Due(50, 0));
        Assert.Null(plan.Due(99, 1));
        Assert.Equal(3, plan.Due(170, 1));
        Assert.Null(plan.Due(500, 4));
    }

    [Fact]
    public void Equal_models_need_no_labels()
    {
        var outcome = PromotionGate.Decide(new GateInput(100, 0, [new GateClass(0, 100, 0)], [], Look: 0));
        Assert.Equal((GateDecision.Promote, null, true), (outcome.Decision, outcome.Reason, outcome.Passed));
    }

    [Fact]
    public void Equal_models_are_not_superior()
    {
        var outcome = PromotionGate.Decide(new GateInput(100, 0, [], [], Look: 0) { Mode = GateMode.Superiority });
        Assert.Equal((GateDecision.Hold, GateReason.NotShown), (outcome.Decision, outcome.Reason));
        Assert.Equal(0, outcome.Z);
    }

    [Fact]
    public void A_pool_without_photos_is_too_small() =>
        Assert.Equal(GateReason.TooFewPhotos, PromotionGate.Decide(new GateInput(0, 0, [], [], Look: 0)).Reason);

    [Fact]
    public void Few_labels_hold_the_gate_until_the_next_look()
    {
        var outcome = PromotionGate.Decide(new GateInput(1000, 300, [], [new GateLabel(6, 1, 0, 1, 20)], Look: 0));
        Assert.Equal((GateReason.NeedLabels, 30), (outcome.Reason, outcome.Needed));
        Assert.Null(outcome.Z);
    }

    [Fact]
    public void Labels_of_no_class_and_of_no_weight_are_no_obstacle()
    {
        var none = new GateLabel(1, 0, null, null, 60);
        var outcome = PromotionGate.Decide(new GateInput(1000, 300, [new GateClass(0, 0, 0)], [none], Look: 1));
        Assert.Equal(0, outcome.Difference);
        var weightless = PromotionGate.Decide(new GateInput(1000, 300, [new GateClass(0, 0, 0)], [none with { Weight = 0 }], Look: 1));
        Assert.Equal((0, GateReason.NeedLabels), (weightless.Z, weightless.Reason));
    }

    [Fact]
    public void In_a_labelled_pool_a_class_with_few_labels_is_unclear()
    {
        GateLabel[] labels = [new(1, 0, 0, 0, 500), new(1, 0, 1, 1, 19), new(1, 1, 0, 1, 100)];
        var input = new GateInput(619, 619, [new(0, 500, 500), new(1, 119, 119)], labels, Look: 0) { IsPoolLabelled = true };
        var outcome = PromotionGate.Decide(input);
        Assert.Equal((GateDecision.Ask, GateReason.ClassUnclear), (outcome.Decision, outcome.Reason));
        Assert.Equal([1], outcome.Classes);
        labels[1] = labels[1] with { Count = 20 };
        Assert.Equal(GateDecision.Promote, PromotionGate.Decide(input).Decision);
    }

    [Fact]
    public void The_paired_brier_score_is_weighted()
    {
        Assert.Null(PairedBrier.Of([]));
        Assert.Equal(new PairedBrier(0.25, Math.Sqrt((9 * 0.0625) + 0.5625) / 4, 2), PairedBrier.Of([(3, 0), (1, 1)]));
        Assert.Equal(0.5, PairedBrier.ScoreOf([0.5f, 0.5f], 0));
        Assert.Equal(1, PairedBrier.ScoreOf([1f, 0f], null));
    }

    private static GateInput Read(JsonElement one)
    {
        var standard = new GateInput(0, 0, [], [], 0);
        return new GateInput(
            one.GetProperty("photos").GetInt32(),
            one.GetProperty("disagreements").GetInt32(),
            [
                .. Items(one, "classes")
                    .Select(item => new GateClass(
                        item.GetProperty("class").GetInt32(),
                        item.GetProperty("called").GetInt32(),
                        item.GetProperty("differ").GetInt32()
                    )),
            ],
            [
                .. Items(one, "labels")
                    .Select(item => new GateLabel(
                        item.GetProperty("weight").GetDouble(),
                        item.GetProperty("outcome").GetInt32(),
                        Find(item, "label")?.GetInt32(),
                        Find(item, "champion")?.GetInt32(),
                        Find(item, "count")?.GetInt32() ?? 1
                    )),
            ],
            Find(one, "look")?.GetInt32() ?? 0,
            Find(one, "passedBefore")?.GetBoolean() ?? false
        )
        {
            Mode = Enum.Parse<GateMode>(Find(one, "mode")?.GetString() ?? nameof(GateMode.NonInferiority)),
            Margin = Find(one, "margin")?.GetDouble() ?? standard.Margin,
            ClassMargin = Find(one, "classMargin")?.GetDouble() ?? standard.ClassMargin,
            MostLabels = Find(one, "mostLabels")?.GetInt32() ?? standard.MostLabels,
            Brier = Find(one, "brier") is { } brier
                ? new PairedBrier(
                    brier.GetProperty("mean").GetDouble(),
                    brier.GetProperty("standardError").GetDouble(),
                    (int)brier.GetProperty("n").GetDouble()
                )
                : null,
        };
    }

    private static JsonElement? Find(JsonElement item, string member) =>
        item.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonElement[] Items(JsonElement item, string member) => Find(item, member)?.EnumerateArray().ToArray() ?? [];
}
