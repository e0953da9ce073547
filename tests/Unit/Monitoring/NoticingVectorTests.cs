using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class NoticingVectorTests
{
    /// <summary>Number of weeks by which the vectors say "not within a year".</summary>
    private const int NotWithinAYear = 53;

    private static readonly AlertRule Floor80 = new(0.8);

    public static TheoryData<string> Cases => VectorCase.NamesOf("noticing");

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_forecast_is_as_expected(string name)
    {
        var one = VectorCase.Get("noticing", name).In;
        var expected = VectorCase.Get("noticing", name).Out;
        var perWeek = one.GetProperty("labelsPerWeek");
        var forecast = Noticing.Forecast(
            new AlertRule(one.GetProperty("floor").GetDouble()),
            perWeek.ValueKind == JsonValueKind.Null ? double.PositiveInfinity : perWeek.GetDouble(),
            one.GetProperty("accuracy").GetDouble(),
            one.GetProperty("fall").GetDouble()
        );
        AssertWeeks(expected, "medianWeeks", forecast.MedianWeeks);
        AssertWeeks(expected, "weeksFor80Percent", forecast.WeeksFor80Percent);
    }

    [Fact]
    public void The_same_input_gives_the_same_forecast() =>
        Assert.Equal(Noticing.Forecast(Floor80, 35, 0.82, 0.05), Noticing.Forecast(Floor80, 35, 0.82, 0.05));

    [Fact]
    public void A_fall_that_ends_above_the_floor_is_not_noticed() =>
        Assert.Equal(new NoticingForecast(null, null), Noticing.Forecast(Floor80, 140, 0.9, 0.05));

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(7.4)]
    public void Nothing_is_noticed_with_too_few_labels(double perWeek) =>
        Assert.Equal(new NoticingForecast(null, null), Noticing.Forecast(Floor80, perWeek, 0.9, 0.9));

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e7)]
    public void A_fall_is_noticed_at_once_if_everything_is_labelled(double perWeek) =>
        Assert.Equal(new NoticingForecast(1, 1), Noticing.Forecast(Floor80, perWeek, 0.82, 0.1));

    [Fact]
    public void Fractions_of_labels_add_up()
    {
        // 7.5 a week are 30 in four weeks, which suffice for looks; everything wrong is noticed after a few.
        var forecast = Noticing.Forecast(Floor80, 7.5, 1, 1);
        Assert.InRange(forecast.MedianWeeks ?? 0, 2, 4);
    }

    [Fact]
    public void Impossible_shares_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Noticing.Forecast(Floor80, -1, 0.9, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Noticing.Forecast(Floor80, 10, 1.1, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Noticing.Forecast(Floor80, 10, double.NaN, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Noticing.Forecast(Floor80, 10, 0.9, -0.1));
    }

    private static void AssertWeeks(JsonElement expected, string name, int? actual)
    {
        if (!expected.TryGetProperty(name, out var value))
            return;
        var weeks = value.ValueKind == JsonValueKind.Null ? NotWithinAYear : value.GetDouble();
        var found = Math.Min(actual ?? NotWithinAYear, NotWithinAYear);
        Assert.True(Math.Abs(found - weeks) <= Math.Max(1, 0.15 * weeks), $"{name}: expected {weeks}, found {actual}");
    }
}
