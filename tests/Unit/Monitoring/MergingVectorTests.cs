using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class MergingVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("merging");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cells_are_joined_as_in_the_reference(string name)
    {
        var vector = VectorCase.Get("merging", name);
        var groups = AccuracyEstimator.Join(
            [.. Flat("photos").Select(cell => cell.GetInt32())],
            [.. Flat("labels").Select(cell => cell.GetInt32())],
            [.. Flat("expectedLabels").Select(cell => cell.GetDouble())]
        );
        // The file sorts strata by their cells.
        var expected = vector.Out.GetProperty("strata").EnumerateArray().Select(TextOf).Order(StringComparer.Ordinal);
        var actual = groups.Select(group => string.Join(' ', group.Select(cell => $"{cell.Band}{(cell.IsFlagged ? 'f' : 'u')}")));
        Assert.Equal(expected, actual.Order(StringComparer.Ordinal));

        IEnumerable<JsonElement> Flat(string table) =>
            vector.In.GetProperty(table).EnumerateArray().SelectMany(band => band.EnumerateArray());

        static string TextOf(JsonElement stratum) =>
            string.Join(
                ' ',
                stratum
                    .EnumerateArray()
                    .Select(cell => (Band: cell[0].GetInt32(), IsFlagged: cell[1].GetBoolean()))
                    .Order()
                    .Select(cell => $"{cell.Band}{(cell.IsFlagged ? 'f' : 'u')}")
            );
    }
}
