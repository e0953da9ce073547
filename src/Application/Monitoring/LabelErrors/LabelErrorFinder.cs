using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>All labels of a period that contradict a confident model, checked ones included. See <see cref="ListLabelErrors"/>.</summary>
/// <param name="State">Whether there are enough labels.</param>
/// <param name="Needed">Number of labels that are missing; null unless there are too few.</param>
/// <param name="Labels">Number of labels that were compared with the model.</param>
/// <param name="WrongShare">Share of labels that are probably wrong; null unless estimated.</param>
/// <param name="Suspects">Number of labels that contradict a confident model.</param>
/// <param name="Listed">These labels, worst first.</param>
/// <param name="Classes">The classes, in model order.</param>
internal sealed record FoundLabelErrors(
    EstimateState State,
    int? Needed,
    int Labels,
    double? WrongShare,
    int Suspects,
    IReadOnlyList<FoundSuspect> Listed,
    IReadOnlyList<string> Classes
)
{
    /// <summary>Pairs of classes that are confused in suspected labels, most frequent first.</summary>
    public required IReadOnlyList<ListLabelErrors.MixedClasses> Mixed { get; init; }

    /// <summary>The people whose labels were compared, most suspected share first.</summary>
    public required IReadOnlyList<ListLabelErrors.Giver> Givers { get; init; }
}

/// <summary>A label that contradicts a confident model.</summary>
internal sealed record FoundSuspect
{
    public required Guid PredictionId { get; init; }

    public required Guid TaskId { get; init; }

    /// <summary>Name of the task's loop.</summary>
    public required string Loop { get; init; }

    public required string PhotoSha256 { get; init; }

    /// <summary>Index of the class that people gave.</summary>
    public required int LabelIndex { get; init; }

    /// <summary>When the photo was labelled, UTC.</summary>
    public required DateTimeOffset LabelledAt { get; init; }

    /// <summary>Index of the class that the photo probably has.</summary>
    public required int LikelyIndex { get; init; }

    /// <summary>The model's confidence in that class.</summary>
    public required double Confidence { get; init; }

    /// <summary>Score from 0 (the label is certainly wrong) to 1.</summary>
    public required double Score { get; init; }
}

/// <summary>
/// Compares labels with the probabilities that the model gave before. The cost grows with the labels of the period, so job
/// <c>find-label-errors</c> stores the result for the usual periods.
/// </summary>
internal sealed class LabelErrorFinder(ILabelReader reader, SuspectFinder finder)
{
    private const int MostMixed = 5;

    /// <summary>Returns the name under which the result for the days until today is stored.</summary>
    public static string NameOf(Period period) => $"label-errors/{period.Days}";

    /// <summary>Compares all labels of a period.</summary>
    public async Task<FoundLabelErrors> FindAsync(ResolvedPeriod resolved, CancellationToken cancellationToken)
    {
        var (period, models, ids) = resolved;
        var (newest, labels, found, _) = await finder.FindAsync(period.Start, period.End, models, ids, cancellationToken);
        var state =
            found.Labels == 0 ? EstimateState.NoData
            : found.IsTooFew ? EstimateState.TooFew
            : EstimateState.Estimated;
        IReadOnlyList<FoundSuspect> suspects =
            state == EstimateState.Estimated ? [.. found.Suspects.Select(suspect => Of(suspect, labels[suspect.Item]))] : [];
        return new FoundLabelErrors(
            state,
            state == EstimateState.TooFew ? found.Needed : null,
            found.Labels,
            state == EstimateState.Estimated ? found.WrongShare : null,
            suspects.Count,
            suspects,
            newest is null ? [] : newest.Labels
        )
        {
            Mixed = newest is null ? [] : MixedOf(suspects, newest),
            Givers = suspects.Count == 0 ? [] : await GiversOfAsync(resolved, labels, suspects, cancellationToken),
        };
    }

    private static List<ListLabelErrors.MixedClasses> MixedOf(IReadOnlyList<FoundSuspect> suspects, ModelVersion model) =>
        [
            .. suspects
                .CountBy(one => (Math.Min(one.LabelIndex, one.LikelyIndex), Math.Max(one.LabelIndex, one.LikelyIndex)))
                .OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key)
                .Take(MostMixed)
                .Select(pair => new ListLabelErrors.MixedClasses(model.Labels[pair.Key.Item1], model.Labels[pair.Key.Item2], pair.Value)),
        ];

    private async Task<IReadOnlyList<ListLabelErrors.Giver>> GiversOfAsync(
        ResolvedPeriod resolved,
        IReadOnlyList<LabelledPrediction> labels,
        IReadOnlyList<FoundSuspect> suspects,
        CancellationToken cancellationToken
    )
    {
        var (period, _, ids) = resolved;
        var compared = labels.Select(row => row.TaskId).ToHashSet();
        var suspected = suspects.Select(row => row.TaskId).ToHashSet();
        return
        [
            .. (await reader.ReadGiversAsync(period.Start, period.End, ids, cancellationToken))
                .Where(giver => compared.Contains(giver.TaskId))
                .GroupBy(giver => giver.Name, StringComparer.Ordinal)
                .Select(group => new ListLabelErrors.Giver(
                    group.Key,
                    group.Count(),
                    group.Count(giver => suspected.Contains(giver.TaskId))
                ))
                .OrderByDescending(giver => (double)giver.Suspects / giver.Labels)
                .ThenBy(giver => giver.Name, StringComparer.Ordinal),
        ];
    }

    private static FoundSuspect Of(LabelSuspect suspect, LabelledPrediction row) =>
        new()
        {
            PredictionId = row.PredictionId,
            TaskId = row.TaskId,
            Loop = row.Loop,
            PhotoSha256 = row.PhotoSha256,
            LabelIndex = suspect.Label,
            LabelledAt = row.LabelledAt,
            LikelyIndex = suspect.Likely,
            Confidence = row.Probabilities.Values[suspect.Likely],
            Score = suspect.Score,
        };
}
