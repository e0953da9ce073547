using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class WilsonVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("wilson");

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_interval_is_as_expected(string name)
    {
        var one = VectorCase.Get("wilson", name);
        var share = one.In.GetProperty("p").GetDouble();
        var size = one.In.GetProperty("n") is { ValueKind: not JsonValueKind.Null } n ? n.GetDouble() : double.PositiveInfinity;
        var z = one.In.TryGetProperty("z", out var given) && given.ValueKind != JsonValueKind.Null ? given.GetDouble() : Wilson.Z95;
        var interval = Wilson.Of(share, size, z);

        // The vectors for shares of 0 and 1 give the share itself as both ends. That is the trivial root of the score equation: section 5.2
        // gives [0.8389, 1] for 20 of 20, as do the vectors of the accuracy. Here the other root is checked.
        if (share is 0 or 1 && !double.IsInfinity(size))
        {
            var open = share == 1 ? interval.Low : interval.High;
            var expected = share == 1 ? size / (size + (z * z)) : z * z / (size + (z * z));
            Assert.Equal(expected, open, one.Tolerance);
            one.AssertEqual(one.Out.GetProperty(share == 1 ? "high" : "low"), share == 1 ? interval.High : interval.Low, "closed end");
            return;
        }

        one.AssertOut(new Dictionary<string, object?>(StringComparer.Ordinal) { ["low"] = interval.Low, ["high"] = interval.High });
    }

    [Theory]
    [InlineData(45, 50, 0.7864, 0.9565)]
    [InlineData(90, 100, 0.8256, 0.9448)]
    [InlineData(20, 20, 0.8389, 1)]
    [InlineData(0, 10, 0, 0.2775)]
    public void Intervals_of_counts_are_those_of_the_specification(int right, int labels, double low, double high)
    {
        var interval = Wilson.Of((double)right / labels, labels);
        Assert.Equal(low, interval.Low, 0.00005);
        Assert.Equal(high, interval.High, 0.00005);
    }

    [Fact]
    public void Nothing_is_known_without_labels()
    {
        Assert.Equal(new Interval(0, 1), Wilson.Of(0.3, 0));
        Assert.Equal(new Interval(0, 1), Wilson.Of(double.NaN, 0));
        Assert.Equal(new Interval(0, 1), Wilson.Of(0.3, 1e-320));
    }

    [Fact]
    public void Everything_is_known_with_infinitely_many() => Assert.Equal(new Interval(0.3, 0.3), Wilson.Of(0.3, double.PositiveInfinity));

    [Fact]
    public void Ends_stay_between_0_and_1_around_the_share()
    {
        foreach (var share in (double[])[-1e-12, 0, 1e-12, 0.5, 1 - 1e-12, 1, 1 + 1e-12])
        {
            foreach (var n in (double[])[1e-6, 0.5, 1, 33.3, 1e9, 1e300])
            {
                var (low, high) = Wilson.Of(share, n);
                Assert.InRange(low, 0, Math.Clamp(share, 0, 1));
                Assert.InRange(high, Math.Clamp(share, 0, 1), 1);
            }
        }
    }

    [Fact]
    public void Sizes_below_0_and_values_that_are_no_numbers_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Wilson.Of(0.5, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Wilson.Of(0.5, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Wilson.Of(double.NaN, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Wilson.Of(0.5, 5, -1));
    }
}
