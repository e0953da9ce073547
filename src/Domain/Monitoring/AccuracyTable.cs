using System.Collections.Immutable;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Domain.Monitoring;

/// <summary>A closed sampling window with the state of its base draw (docs/statistics.md 5.1).</summary>
/// <param name="Id">The window.</param>
/// <param name="ModelVersionId">The model version that answered all photos of the window.</param>
/// <param name="Photos">N: number of photos per fine cell, by <see cref="FineCell.Index"/>; photos deleted later included.</param>
/// <param name="Drawn">k: number of photos that the base draw took.</param>
/// <param name="Labelled">b: number of these photos that have a blind label.</param>
/// <param name="Pending">Number of drawn photos, of all draws, whose task waits for a label.</param>
public sealed record AccuracyWindow(Guid Id, Guid ModelVersionId, ImmutableArray<int> Photos, int Drawn, int Labelled, int Pending)
{
    /// <summary>N: number of photos in the window.</summary>
    public int Total { get; } = Photos.Sum();
}

/// <summary>
/// A further random draw: from one fine cell of closed windows, or from the photos on which two models disagree (docs/statistics.md 5.1).
/// </summary>
/// <param name="Windows">The windows that it drew from.</param>
/// <param name="ModelVersionId">Model version of these windows.</param>
/// <param name="Cell">The fine cell; null for a draw on disagreements.</param>
/// <param name="Eligible">U: number of photos that it could take, because no earlier draw had taken them.</param>
/// <param name="Drawn">m: number of photos that it took.</param>
/// <param name="Labelled">e: number of these photos that have a blind label.</param>
/// <param name="Differing">
/// For a draw on disagreements: number of photos per window and fine cell on which the models differ, without photos that differ in an
/// earlier such draw.
/// </param>
public sealed record ExtraDrawCounts(
    IReadOnlySet<Guid> Windows,
    Guid ModelVersionId,
    FineCell? Cell,
    int Eligible,
    int Drawn,
    int Labelled,
    IReadOnlyDictionary<Guid, ImmutableArray<int>>? Differing = null
)
{
    /// <summary>Whether the draw is from the photos on which two models disagree.</summary>
    public bool IsOnDisagreements => Cell is null;
}

/// <summary>Labelled photos of all draws that share window, fine cell and draws on disagreements.</summary>
/// <param name="WindowId">The window.</param>
/// <param name="Cell">The fine cell.</param>
/// <param name="Labelled">Number of photos with a blind label.</param>
/// <param name="Right">Number of these whose label is the class that the model named.</param>
/// <param name="DisagreementDraws">
/// Indexes of the draws on disagreements in which these photos differ, in order; empty for none.
/// </param>
public sealed record LabelledGroup(Guid WindowId, FineCell Cell, int Labelled, int Right, ImmutableArray<int> DisagreementDraws);

/// <summary>A drawn photo that nobody could judge, or that was deleted before it got a label.</summary>
/// <param name="WindowId">The window.</param>
/// <param name="Cell">The fine cell.</param>
/// <param name="Draw">Index of the extra draw that took the photo; null for the base draw.</param>
public sealed record UnusablePhoto(Guid WindowId, FineCell Cell, int? Draw);

/// <summary>All counts that the estimate of accuracy needs. No step of the estimate needs single photos.</summary>
/// <param name="Windows">Closed windows of a period in time order. Windows that are never measured are not among them.</param>
/// <param name="ExtraDraws">Extra draws in time order.</param>
/// <param name="Labels">Labelled photos of all draws.</param>
/// <param name="Unusable">Drawn photos that nobody could judge.</param>
public sealed record AccuracyTable(
    IReadOnlyList<AccuracyWindow> Windows,
    IReadOnlyList<ExtraDrawCounts> ExtraDraws,
    IReadOnlyList<LabelledGroup> Labels,
    IReadOnlyList<UnusablePhoto> Unusable
);

/// <summary>Whether a share could be estimated.</summary>
public enum EstimateState
{
    /// <summary>There are no photos.</summary>
    NoData = 0,

    /// <summary>There are fewer labels or photos than an estimate needs.</summary>
    TooFew,

    /// <summary>Too many photos are in windows that have no labels.</summary>
    NotEstimable,

    /// <summary>There is an estimate with an interval.</summary>
    Estimated,
}

/// <summary>Why a window is left out of an estimate.</summary>
public enum LeftOutReason
{
    /// <summary>No photo was drawn, for example because the loop was paused.</summary>
    NotSampled = 0,

    /// <summary>Photos were drawn, but are not labelled yet.</summary>
    NotLabelled,
}

/// <summary>A window that is left out of an estimate.</summary>
/// <param name="WindowId">The window.</param>
/// <param name="Photos">Number of its photos.</param>
/// <param name="Reason">Why it is left out.</param>
public sealed record LeftOutWindow(Guid WindowId, int Photos, LeftOutReason Reason);

/// <summary>A post-stratum of one model version: cells that are estimated together.</summary>
/// <param name="ModelVersionId">The model version.</param>
/// <param name="Cells">The joined fine cells; empty for the photos of a draw on disagreements.</param>
/// <param name="DisagreementDraw">Index of the draw on disagreements whose photos it holds; null for cells.</param>
/// <param name="Photos">Number of photos, adopted windows included.</param>
/// <param name="Labels">Number of labels.</param>
/// <param name="Accuracy">Weighted share of labels for which the model was right.</param>
public sealed record AccuracyStratum(
    Guid ModelVersionId,
    ImmutableArray<FineCell> Cells,
    int? DisagreementDraw,
    int Photos,
    int Labels,
    double Accuracy
);

/// <summary>Estimated accuracy of the model on all photos of a period, with a 95 % interval (docs/statistics.md 5.2).</summary>
public sealed record AccuracyEstimate
{
    public required EstimateState State { get; init; }

    /// <summary>Number of photos in the period.</summary>
    public required int Photos { get; init; }

    /// <summary>Number of photos in measured windows.</summary>
    public int MeasuredPhotos { get; init; }

    /// <summary>Number of labels in measured windows.</summary>
    public int Labels { get; init; }

    /// <summary>Windows that are left out, in time order.</summary>
    public ImmutableArray<LeftOutWindow> LeftOut { get; init; } = [];

    /// <summary>Number of labels that are missing for an estimate; null unless there are too few.</summary>
    public int? Needed { get; init; }

    /// <summary>Why there is no estimate; null unless the state is <see cref="EstimateState.NotEstimable"/>.</summary>
    public LeftOutReason? Reason { get; init; }

    /// <summary>Share of photos that the model named correctly, from 0 to 1; null unless estimated. So are all numbers below.</summary>
    public double? Share { get; init; }

    /// <summary>Low end of the 95 % interval.</summary>
    public double? Low { get; init; }

    /// <summary>High end of the 95 % interval.</summary>
    public double? High { get; init; }

    /// <summary>
    /// Number of labels of a simple random sample that would be as precise; infinite when every photo is labelled.
    /// </summary>
    public double? EffectiveLabels { get; init; }

    /// <summary>Number of photos that the label with the largest weight speaks for.</summary>
    public double? LargestWeight { get; init; }

    /// <summary>The estimate if the model were wrong on all photos that nobody could judge; never above the estimate.</summary>
    public double? Worst { get; init; }

    /// <summary>Lowest low end of the worst case, the best case and the estimate.</summary>
    public double? WorstLow { get; init; }

    /// <summary>The estimate if the model were right on all photos that nobody could judge; never below the estimate.</summary>
    public double? Best { get; init; }

    /// <summary>Highest high end of the worst case, the best case and the estimate.</summary>
    public double? BestHigh { get; init; }

    /// <summary>The post-strata.</summary>
    public ImmutableArray<AccuracyStratum> Strata { get; init; } = [];

    /// <summary>
    /// Calibrated weight of one label of each group, in the order of the table; 0 for groups in windows that are left out. The weights of
    /// all labels sum to the measured photos.
    /// </summary>
    public ImmutableArray<double> Weights { get; init; } = [];
}
