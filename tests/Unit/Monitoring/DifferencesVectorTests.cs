using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class DifferencesVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("differences");

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_difference_is_as_expected(string name)
    {
        var one = VectorCase.Get("differences", name);
        var (now, nowInterval) = Read(one.In.GetProperty("now"));
        var (before, beforeInterval) = Read(one.In.GetProperty("before"));
        var difference = Difference.Of(now, nowInterval, before, beforeInterval);
        one.AssertOut(
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["estimate"] = difference.Estimate,
                ["low"] = difference.Low,
                ["high"] = difference.High,
            }
        );
    }

    [Fact]
    public void Two_exact_shares_have_an_exact_difference()
    {
        var difference = Difference.Of(0.75, new Interval(0.75, 0.75), 0.5, new Interval(0.5, 0.5));
        Assert.Equal(new Difference(0.25, 0.25, 0.25), difference);
    }

    [Fact]
    public void Shares_without_labels_can_differ_by_anything()
    {
        var difference = Difference.Of(0, new Interval(0, 1), 0, new Interval(0, 1));
        Assert.Equal(new Difference(0, -1, 1), difference);
    }

    private static (double Estimate, Interval Interval) Read(JsonElement share) =>
        (
            share.GetProperty("estimate").GetDouble(),
            new Interval(share.GetProperty("low").GetDouble(), share.GetProperty("high").GetDouble())
        );
}
