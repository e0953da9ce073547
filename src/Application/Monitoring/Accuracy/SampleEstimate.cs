using System.Collections.Immutable;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>A label of the random sample with the number of photos it speaks for.</summary>
/// <param name="Photo">The labelled photo.</param>
/// <param name="ModelVersionId">The model version that answered.</param>
/// <param name="Weight">Calibrated weight: the weights of all labels sum to the measured photos.</param>
internal sealed record WeightedLabel(DrawnPhoto Photo, Guid ModelVersionId, double Weight);

/// <summary>The estimate of accuracy on a sample, with the weight of each label.</summary>
/// <param name="Table">The counts that the estimate was computed from.</param>
/// <param name="Estimate">The estimate.</param>
/// <param name="Labels">All labels in measured windows; empty unless estimated.</param>
internal sealed record SampleEstimate(AccuracyTable Table, AccuracyEstimate Estimate, IReadOnlyList<WeightedLabel> Labels)
{
    /// <summary>Estimates accuracy on all windows of a sample.</summary>
    public static SampleEstimate Of(Sample sample) => Of(sample, sample.Windows);

    /// <summary>Estimates accuracy on some windows of a sample.</summary>
    public static SampleEstimate Of(Sample sample, IReadOnlyList<SampledWindow> windows)
    {
        var table = TableOf(sample, windows);
        var estimate = AccuracyEstimator.Estimate(table);
        if (estimate.State != EstimateState.Estimated)
            return new SampleEstimate(table, estimate, []);
        var versions = windows.ToDictionary(window => window.Id, window => window.ModelVersionId);
        var weights = table.Labels.Zip(estimate.Weights).ToDictionary(pair => (pair.First.WindowId, pair.First.Cell), pair => pair.Second);
        return new SampleEstimate(
            table,
            estimate,
            [
                .. sample
                    .Photos.Where(photo => photo.State == DrawnState.Labelled && versions.ContainsKey(photo.WindowId))
                    .Select(photo => new WeightedLabel(photo, versions[photo.WindowId], weights[(photo.WindowId, photo.Cell)]))
                    .Where(label => label.Weight > 0),
            ]
        );
    }

    private static AccuracyTable TableOf(Sample sample, IReadOnlyList<SampledWindow> windows)
    {
        var ids = windows.Select(window => window.Id).ToHashSet();
        var photos = sample.Photos.Where(photo => ids.Contains(photo.WindowId)).ToList();
        var ofWindow = photos.ToLookup(photo => photo.WindowId);
        var draws = sample.ExtraDraws.Select((draw, index) => (draw.Draw.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index);
        return new AccuracyTable(
            [
                .. windows.Select(window => new AccuracyWindow(
                    window.Id,
                    window.ModelVersionId,
                    window.Photos,
                    window.Drawn,
                    ofWindow[window.Id].Count(photo => photo is { DrawId: null, State: DrawnState.Labelled }),
                    ofWindow[window.Id].Count(photo => photo.State == DrawnState.Pending)
                )),
            ],
            [
                .. sample.ExtraDraws.Select(draw => new ExtraDrawCounts(
                    draw.Draw.Windows.ToImmutableHashSet(),
                    draw.Draw.ModelVersionId,
                    FineCell.Of(draw.Draw.Cell),
                    draw.Draw.Eligible,
                    draw.Draw.Taken,
                    draw.Labelled
                )),
            ],
            [
                .. photos
                    .Where(photo => photo.State == DrawnState.Labelled)
                    .GroupBy(photo => (photo.WindowId, photo.Cell))
                    .Select(group => new LabelledGroup(
                        group.Key.WindowId,
                        group.Key.Cell,
                        group.Count(),
                        group.Count(photo => photo.IsRight),
                        DisagreementDraws: []
                    )),
            ],
            [
                .. photos
                    .Where(photo => photo.State == DrawnState.Unusable)
                    .Select(photo => new UnusablePhoto(photo.WindowId, photo.Cell, photo.DrawId is { } draw ? draws[draw] : null)),
            ]
        );
    }
}
