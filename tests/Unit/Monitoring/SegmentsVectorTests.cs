using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class SegmentsVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("segments");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Segments_are_marked_as_expected(string name)
    {
        var one = VectorCase.Get("segments", name);
        var segments = one
            .In.GetProperty("segments")
            .EnumerateArray()
            .Select(item => new SegmentShare(
                item.GetProperty("name").GetString()!,
                item.GetProperty("estimate").GetDouble(),
                SizeOf(item.GetProperty("nKish")),
                item.GetProperty("restEstimate").GetDouble(),
                SizeOf(item.GetProperty("restNKish"))
            ))
            .ToList();
        var level = one.In.TryGetProperty("level", out var given) ? given.GetDouble() : Segments.Level;
        var compared = Segments.Compare(segments, level);
        one.AssertOut(
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["p"] = compared.Select(item => item.P).ToList(),
                ["adjusted"] = compared.Select(item => item.Adjusted).ToList(),
                ["marked"] = compared.Where(item => item.IsMarked).Select(item => item.Name).ToList(),
            }
        );
    }

    [Fact]
    public void Nothing_is_marked_without_segments() => Assert.Empty(Segments.Compare([]));

    [Theory]
    [InlineData(0.5, 0, 0.5, 20)]
    [InlineData(double.NaN, 0, 0.5, 20)]
    [InlineData(0.5, 20, double.NaN, 0)]
    [InlineData(0, 20, 0, 20)]
    [InlineData(0.2, double.PositiveInfinity, 0.4, double.PositiveInfinity)]
    public void A_segment_without_anything_to_compare_has_p_1(double estimate, double size, double rest, double restSize)
    {
        var compared = Assert.Single(Segments.Compare([new SegmentShare("a", estimate, size, rest, restSize)]));
        Assert.Equal(new SegmentComparison("a", 1, 1, IsMarked: false), compared);
    }

    [Fact]
    public void A_difference_to_an_exact_share_is_found() =>
        Assert.InRange(Segments.PValue(new SegmentShare("a", 0.6, 100, 0.8, double.PositiveInfinity)), 1e-9, 1e-5);

    [Fact]
    public void Adjusted_values_are_those_of_the_step_up_rule()
    {
        var adjusted = Segments.Adjust([0.04, 0.01, 0.03, 0.9]);
        Assert.Equal([0.16 / 3, 0.04, 0.16 / 3, 0.9], adjusted.Select(p => Math.Round(p, 15)), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    private static double SizeOf(JsonElement size) => size.ValueKind == JsonValueKind.Null ? double.PositiveInfinity : size.GetDouble();
}
