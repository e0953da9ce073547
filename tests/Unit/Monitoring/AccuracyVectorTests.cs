using System.Collections.Immutable;
using System.Text.Json;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class AccuracyVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("accuracy");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Accuracy_has_the_reference_values(string name)
    {
        var vector = VectorCase.Get("accuracy", name);
        var ids = new Names();
        var estimate = AccuracyEstimator.Estimate(TableOf(vector.In, ids));
        vector.AssertOut(
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["state"] = estimate.State,
                ["estimate"] = estimate.Share,
                ["low"] = estimate.Low,
                ["high"] = estimate.High,
                ["nEff"] = estimate.EffectiveLabels,
                ["largestWeight"] = estimate.LargestWeight,
                ["photos"] = estimate.Photos,
                ["measuredPhotos"] = estimate.MeasuredPhotos,
                ["labels"] = estimate.Labels,
                ["n"] = estimate.Labels,
                ["needed"] = estimate.Needed,
                ["reason"] = estimate.Reason,
                ["worst"] = estimate.Worst,
                ["worstLow"] = estimate.WorstLow,
                ["best"] = estimate.Best,
                ["bestHigh"] = estimate.BestHigh,
                ["leftOut"] = estimate.LeftOut.ToDictionary(window => ids.Of(window.WindowId), window => (object?)window.Reason),
                ["strata"] = estimate
                    .Strata.Select(stratum => new Dictionary<string, object?>(StringComparer.Ordinal)
                    {
                        ["cells"] = stratum.Cells.Select(cell => new object[] { cell.Band, cell.IsFlagged }).ToList(),
                        ["photos"] = stratum.Photos,
                        ["labels"] = stratum.Labels,
                        ["accuracy"] = stratum.Accuracy,
                        ["modelVersion"] = ids.Of(stratum.ModelVersionId),
                        ["disagreementDraw"] = stratum.DisagreementDraw,
                    })
                    .ToList(),
            }
        );
        Assert.Equal(
            vector.Out.TryGetProperty("leftOut", out var leftOut) ? leftOut.EnumerateObject().Count() : 0,
            estimate.LeftOut.Length
        );
        if (estimate.State == EstimateState.Estimated)
            Assert.Equal(
                estimate.MeasuredPhotos,
                TableOf(vector.In, ids).Labels.Zip(estimate.Weights, (group, weight) => group.Labelled * weight).Sum(),
                precision: 6
            );
    }

    private static AccuracyTable TableOf(JsonElement input, Names ids) =>
        new(
            [
                .. input
                    .GetProperty("windows")
                    .EnumerateArray()
                    .Select(window => new AccuracyWindow(
                        ids.Of(window.GetProperty("id").GetString()!),
                        ids.Of(window.GetProperty("modelVersion").GetString()!),
                        CellsOf(window.GetProperty("photos")),
                        window.GetProperty("drawn").GetInt32(),
                        window.GetProperty("labelled").GetInt32(),
                        window.GetProperty("pending").GetInt32()
                    )),
            ],
            [.. input.GetProperty("extraDraws").EnumerateArray().Select(draw => DrawOf(draw, ids))],
            [
                .. input
                    .GetProperty("labels")
                    .EnumerateArray()
                    .Select(group => new LabelledGroup(
                        ids.Of(group.GetProperty("window").GetString()!),
                        CellOf(group),
                        group.GetProperty("labelled").GetInt32(),
                        group.GetProperty("right").GetInt32(),
                        group.TryGetProperty("disagreementDraws", out var draws)
                            ? [.. draws.EnumerateArray().Select(draw => draw.GetInt32())]
                            : []
                    )),
            ],
            [
                .. input
                    .GetProperty("unusable")
                    .EnumerateArray()
                    .Select(photo => new UnusablePhoto(
                        ids.Of(photo.GetProperty("window").GetString()!),
                        CellOf(photo),
                        photo.GetProperty("draw") is { ValueKind: JsonValueKind.Number } draw ? draw.GetInt32() : null
                    )),
            ]
        );

    private static ExtraDrawCounts DrawOf(JsonElement draw, Names ids)
    {
        var disagrees = draw.TryGetProperty("disagreements", out var flag) && flag.GetBoolean();
        return new ExtraDrawCounts(
            draw.GetProperty("windows").EnumerateArray().Select(window => ids.Of(window.GetString()!)).ToHashSet(),
            ids.Of(draw.GetProperty("modelVersion").GetString()!),
            disagrees ? null : CellOf(draw),
            draw.GetProperty("eligible").GetInt32(),
            draw.GetProperty("drawn").GetInt32(),
            draw.GetProperty("labelled").GetInt32(),
            disagrees
                ? draw.GetProperty("differing").EnumerateObject().ToDictionary(entry => ids.Of(entry.Name), entry => CellsOf(entry.Value))
                : null
        );
    }

    private static FineCell CellOf(JsonElement element) =>
        new(element.GetProperty("band").GetInt32(), element.GetProperty("flagged").GetBoolean());

    private static ImmutableArray<int> CellsOf(JsonElement table) =>
        [.. table.EnumerateArray().SelectMany(band => band.EnumerateArray().Select(count => count.GetInt32()))];

    /// <summary>Gives each name of the file an id.</summary>
    private sealed class Names
    {
        private readonly Dictionary<string, Guid> ids = new(StringComparer.Ordinal);

        public Guid Of(string name) => ids.TryGetValue(name, out var id) ? id : ids[name] = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

        public string Of(Guid id) => ids.Single(entry => entry.Value == id).Key;
    }
}
