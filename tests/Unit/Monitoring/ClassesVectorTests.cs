using System.Globalization;
using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class ClassesVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("classes");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Parts_have_the_reference_values(string name)
    {
        var vector = VectorCase.Get("classes", name);
        var rows = vector
            .In.GetProperty("rows")
            .EnumerateArray()
            .Select(row => new Row(
                row.GetProperty("weight").GetDouble(),
                row.GetProperty("label") is { ValueKind: JsonValueKind.Number } label ? label.GetInt32() : null,
                row.GetProperty("predicted").GetInt32()
            ))
            .ToList();
        var classes = Enumerable.Range(0, vector.In.GetProperty("classes").GetInt32()).ToList();
        vector.AssertOut(
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["byLabel"] = ByClass(index => rows.Where(row => row.Label == index)),
                ["byPrediction"] = ByClass(index => rows.Where(row => row.Predicted == index)),
                ["noneOfThese"] = Out(PartEstimate.Of(rows.Select(row => (row.Weight, row.Label is null)))),
            }
        );

        Dictionary<string, object?> ByClass(Func<int, IEnumerable<Row>> rowsOf) =>
            classes.ToDictionary(
                index => index.ToString(CultureInfo.InvariantCulture),
                index => (object?)Out(PartEstimate.Of(rowsOf(index).Select(row => (row.Weight, row.Label == row.Predicted))))
            );
    }

    private static Dictionary<string, object?> Out(PartEstimate part) =>
        new(StringComparer.Ordinal)
        {
            ["state"] = part.State,
            ["estimate"] = part.Share,
            ["low"] = part.Low,
            ["high"] = part.High,
            ["n"] = part.Labels,
            ["needed"] = part.Needed,
            ["nEff"] = part.EffectiveLabels,
            ["nKish"] = part.KishLabels,
        };

    private sealed record Row(double Weight, int? Label, int Predicted);
}
