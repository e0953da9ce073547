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
        var weights = table
            .Labels.Zip(estimate.Weights)
            .ToDictionary(pair => (pair.First.WindowId, pair.First.Cell, KeyOf(pair.First.DisagreementDraws)), pair => pair.Second);
        var draws = DisagreementDraws.Of(sample);
        return new SampleEstimate(
            table,
            estimate,
            [
                .. sample
                    .Photos.Where(photo => photo.State == DrawnState.Labelled && versions.ContainsKey(photo.WindowId))
                    .Select(photo => new WeightedLabel(
                        photo,
                        versions[photo.WindowId],
                        weights[(photo.WindowId, photo.Cell, KeyOf(draws.Of(photo)))]
                    ))
                    .Where(label => label.Weight > 0),
            ]
        );
    }

    /// <summary>Returns the counts of some windows of a sample.</summary>
    public static AccuracyTable TableOf(Sample sample, IReadOnlyList<SampledWindow> windows)
    {
        var disagreements = DisagreementDraws.Of(sample);
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
                    draw.Draw.Cell is { } cell ? FineCell.Of(cell) : null,
                    draw.Draw.Eligible,
                    draw.Draw.Taken,
                    draw.Labelled,
                    DifferingOf(draw.Draw)
                )),
            ],
            [
                .. photos
                    .Where(photo => photo.State == DrawnState.Labelled)
                    .Select(photo => (Photo: photo, Draws: disagreements.Of(photo)))
                    .GroupBy(one => (one.Photo.WindowId, one.Photo.Cell, Draws: KeyOf(one.Draws)))
                    .Select(group => new LabelledGroup(
                        group.Key.WindowId,
                        group.Key.Cell,
                        group.Count(),
                        group.Count(one => one.Photo.IsRight),
                        group.First().Draws
                    )),
            ],
            [
                .. photos
                    .Where(photo => photo.State == DrawnState.Unusable)
                    .Select(photo => new UnusablePhoto(photo.WindowId, photo.Cell, photo.DrawId is { } draw ? draws[draw] : null)),
            ]
        );
    }

    private static string KeyOf(ImmutableArray<int> draws) => string.Join(',', draws);

    private static Dictionary<Guid, ImmutableArray<int>>? DifferingOf(ExtraDraw draw) =>
        draw.Cell is not null
            ? null
            : draw
                .Differing.GroupBy(differing => differing.WindowId)
                .ToDictionary(
                    group => group.Key,
                    group =>
                        FineCell.All.Select(cell => group.Where(one => one.Cell == cell.Index).Sum(one => one.Photos)).ToImmutableArray()
                );
}

/// <summary>Finds the draws on disagreements that a photo was eligible for.</summary>
internal sealed class DisagreementDraws
{
    private readonly List<(int Index, Guid TrialId, HashSet<Guid> Windows)> draws;

    private DisagreementDraws(List<(int Index, Guid TrialId, HashSet<Guid> Windows)> draws) => this.draws = draws;

    /// <summary>Returns the draws of a sample.</summary>
    public static DisagreementDraws Of(Sample sample) =>
        new([
            .. sample
                .ExtraDraws.Index()
                .Where(draw => draw.Item.Draw.TrialId is not null)
                .Select(draw => (draw.Index, draw.Item.Draw.TrialId!.Value, draw.Item.Draw.Windows.ToHashSet())),
        ]);

    /// <summary>Returns the indexes of the draws, in order.</summary>
    public ImmutableArray<int> Of(DrawnPhoto photo) =>
        photo.Trials.IsEmpty
            ? []
            :
            [
                .. draws
                    .Where(draw => draw.Windows.Contains(photo.WindowId) && photo.Trials.Contains(draw.TrialId))
                    .Select(draw => draw.Index),
            ];
}
