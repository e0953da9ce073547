using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>An estimated share of photos with its 95 % interval.</summary>
/// <param name="State">Whether there is an estimate.</param>
/// <param name="Estimate">The share, from 0 to 1; null unless estimated.</param>
/// <param name="Low">Low end of the 95 % interval; null unless estimated.</param>
/// <param name="High">High end of the 95 % interval; null unless estimated.</param>
/// <param name="Labels">Number of blind labels of the random sample behind it.</param>
/// <param name="EffectiveLabels">Number of labels of a simple random sample that would be as precise; null if every photo is
/// labelled.</param>
/// <param name="Needed">Number of labels that are missing for an estimate; null unless there are too few.</param>
public sealed record EstimateResponse(
    EstimateState State,
    double? Estimate,
    double? Low,
    double? High,
    int Labels,
    double? EffectiveLabels,
    int? Needed
)
{
    /// <summary>Why there is no estimate, if the state is NotEstimable.</summary>
    public LeftOutReason? Reason { get; init; }

    internal static EstimateResponse From(PartEstimate part) =>
        new(part.State, part.Share, part.Low, part.High, part.Labels, Finite(part.EffectiveLabels), part.Needed);

    internal static EstimateResponse From(AccuracyEstimate estimate) =>
        new(estimate.State, estimate.Share, estimate.Low, estimate.High, estimate.Labels, Finite(estimate.EffectiveLabels), estimate.Needed)
        {
            Reason = estimate.Reason,
        };

    /// <summary>JSON has no infinity; an infinite number of effective labels means that every photo is labelled.</summary>
    internal static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
