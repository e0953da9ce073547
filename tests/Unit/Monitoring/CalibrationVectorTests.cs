using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class CalibrationVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("calibration");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Calibration_has_the_reference_values(string name)
    {
        var vector = VectorCase.Get("calibration", name);
        var calibration = Calibration.Of([
            .. vector
                .In.GetProperty("rows")
                .EnumerateArray()
                .Select(row =>
                    (
                        row.GetProperty("weight").GetDouble(),
                        row.GetProperty("confidence").GetDouble(),
                        row.GetProperty("right").GetBoolean()
                    )
                ),
        ]);
        vector.AssertOut(
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["ece"] = calibration.Error,
                ["eceByChance"] = calibration.ErrorByChance,
                ["gap"] = calibration.Gap,
                ["se"] = calibration.GapStandardError,
                ["brier"] = calibration.Brier,
                ["bins"] = calibration
                    .Bins.Select(bin => new Dictionary<string, object?>(StringComparer.Ordinal)
                    {
                        ["bin"] = bin.Bin,
                        ["n"] = bin.Labels,
                        ["share"] = bin.Share,
                        ["confidence"] = bin.Confidence,
                        ["accuracy"] = bin.Accuracy,
                        ["low"] = bin.Low,
                        ["high"] = bin.High,
                    })
                    .ToList(),
            }
        );
    }

    [Fact]
    public void Calibration_without_labels_has_no_numbers() => Assert.Null(Calibration.Of([]).Error);
}
