using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class AlertsVectorTests
{
    private static readonly AlertRule Floor80 = new(0.8);

    public static TheoryData<string> Cases => VectorCase.NamesOf("alerts");

    [Theory]
    [MemberData(nameof(Cases))]
    public void States_are_as_expected(string name)
    {
        var one = VectorCase.Get("alerts", name);
        var rule = new AlertRule(one.In.GetProperty("floor").GetDouble());
        var looks = one.In.GetProperty("looks").EnumerateArray().Select(Read);
        one.AssertOut(new Dictionary<string, object?>(StringComparer.Ordinal) { ["states"] = StatesOf(rule, looks) });
    }

    [Fact]
    public void A_look_with_few_labels_changes_nothing()
    {
        var memory = new AlertMemory(AlertState.Restored, WasBelow: false, WasGood: true);
        Assert.Same(memory, Floor80.Next(memory, new AlertLook(0, 29.9)));
        Assert.Same(memory, Floor80.Next(memory, null));
        Assert.Same(memory, Floor80.Next(memory, new AlertLook(double.NaN, 100)));
        Assert.Same(AlertMemory.Start, Floor80.Next(AlertMemory.Start, new AlertLook(0.1, double.NaN)));
    }

    [Fact]
    public void Two_looks_below_are_counted_across_a_look_with_few_labels() =>
        Assert.Equal(
            ["Suspected", "Suspected", "Failing"],
            StatesOf(Floor80, [new AlertLook(0.7, 100), new AlertLook(0.9, 20), new AlertLook(0.7, 100)])
        );

    [Fact]
    public void An_exact_accuracy_below_the_floor_fails_at_once() =>
        Assert.Equal(
            ["Ok", "Failing"],
            StatesOf(Floor80, [new AlertLook(0.8, double.PositiveInfinity), new AlertLook(0.79, double.PositiveInfinity)])
        );

    [Fact]
    public void An_end_takes_two_good_looks_and_lasts_one() =>
        Assert.Equal(
            ["Failing", "Failing", "Failing", "Failing", "Restored", "Ok"],
            StatesOf(
                Floor80,
                [
                    new AlertLook(0.5, 100),
                    new AlertLook(0.81, 100),
                    new AlertLook(0.79, 100),
                    new AlertLook(0.8, 100),
                    new AlertLook(0.81, 100),
                    new AlertLook(0.79, 100),
                ]
            )
        );

    [Fact]
    public void A_memory_survives_storage()
    {
        var memory = new AlertMemory(AlertState.Suspected, WasBelow: true, WasGood: false);
        Assert.Equal(memory, JsonSerializer.Deserialize<AlertMemory>(JsonSerializer.Serialize(memory)));
        var version = new VersionLookMemory(AlertState.Failing, 200, new Difference(-0.2, -0.3, -0.1));
        Assert.Equal(version, JsonSerializer.Deserialize<VersionLookMemory>(JsonSerializer.Serialize(version)));
    }

    [Fact]
    public void Rules_for_classes_have_quantiles_for_their_number()
    {
        var rule = AlertRule.ForClass(0.8, 11);
        Assert.Equal(2.84, rule.Z, 0.005);
        Assert.Equal(3.91, rule.ZClear, 0.005);
        var single = AlertRule.ForClass(0.8, 1);
        Assert.Equal(Wilson.Z95, single.Z, 1e-9);
        Assert.Equal(AlertRule.Z999, single.ZClear, 1e-9);
        Assert.Throws<ArgumentOutOfRangeException>(() => AlertRule.ForClass(0.8, 0));
    }

    [Fact]
    public void Classes_are_judged_from_ten_labels_on()
    {
        var rule = AlertRule.ForClass(0.8, 11);
        Assert.Equal(
            ["Waiting", "Waiting", "Failing"],
            StatesOf(rule, [new AlertLook(0, 12, 9), new AlertLook(0, 12), new AlertLook(0, 12, 10)])
        );
    }

    [Fact]
    public void A_confidence_gap_fails_at_two_looks_and_ends_after_two()
    {
        var rule = new ConfidenceGapRule(0.05);
        var memory = AlertMemory.Start;
        var states = new List<AlertState>();
        foreach (
            var (gap, error, labels) in ((double, double, int)[])
                [(0.2, 0.01, 99), (0.2, 0.01, 100), (-0.2, 0.01, 100), (0.05, 0.01, 100), (-0.01, 0.01, 100), (0.2, 0.2, 100)]
        )
        {
            memory = rule.Next(memory, gap, error, labels);
            states.Add(memory.State);
        }

        Assert.Equal(
            [AlertState.Waiting, AlertState.Suspected, AlertState.Failing, AlertState.Failing, AlertState.Restored, AlertState.Ok],
            states
        );
        Assert.Same(memory, rule.Next(memory, double.NaN, 0.1, 200));
    }

    [Fact]
    public void A_version_is_looked_at_once_per_number_of_labels()
    {
        var before = new AlertLook(0.9, 500);
        var memory = VersionBeforeRule.Next(VersionLookMemory.Start, 49, new AlertLook(0.5, 49), before);
        Assert.Same(VersionLookMemory.Start, memory);

        memory = VersionBeforeRule.Next(memory, 60, new AlertLook(0.88, 60), before);
        Assert.Equal((AlertState.Ok, 50), (memory.State, memory.LabelsLooked));
        // Between looks nothing is decided.
        Assert.Same(memory, VersionBeforeRule.Next(memory, 99, new AlertLook(0.1, 99), before));
        // Without an estimate the look stays due.
        Assert.Same(memory, VersionBeforeRule.Next(memory, 100, null, before));
        Assert.Same(memory, VersionBeforeRule.Next(memory, 100, new AlertLook(0.1, 100), null));
        Assert.Same(memory, VersionBeforeRule.Next(memory, 100, new AlertLook(double.NaN, 0), before));

        memory = VersionBeforeRule.Next(memory, 210, new AlertLook(0.6, 210), before);
        Assert.Equal((AlertState.Failing, 200), (memory.State, memory.LabelsLooked));
        Assert.True(memory.Difference!.High < 0);
        memory = VersionBeforeRule.Next(memory, 400, new AlertLook(0.9, 400), before);
        Assert.Equal((AlertState.Failing, 400), (memory.State, memory.LabelsLooked));
        Assert.Same(memory, VersionBeforeRule.Next(memory, 4000, new AlertLook(0.1, 4000), before));
    }

    private static AlertLook? Read(JsonElement look)
    {
        if (look.ValueKind == JsonValueKind.Null || look.GetProperty("estimate").ValueKind == JsonValueKind.Null)
            return null;
        var size = look.GetProperty("nEff");
        return new AlertLook(
            look.GetProperty("estimate").GetDouble(),
            size.ValueKind == JsonValueKind.Null ? double.PositiveInfinity : size.GetDouble()
        );
    }

    private static List<string> StatesOf(AlertRule rule, IEnumerable<AlertLook?> looks)
    {
        var memory = AlertMemory.Start;
        return [.. looks.Select(look => (memory = rule.Next(memory, look)).State.ToString())];
    }
}
