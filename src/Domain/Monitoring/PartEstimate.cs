namespace GourmetGram.Domain.Monitoring;

/// <summary>
/// Estimated share within a part of the photos, for example the recall of a class: labels inside the part, with the calibrated weights of
/// <see cref="AccuracyEstimate.Weights"/> (docs/statistics.md 5.13).
/// </summary>
/// <param name="State">Whether there is an estimate; <see cref="EstimateState.NotEstimable"/> does not occur.</param>
/// <param name="Labels">Number of labels in the part.</param>
/// <param name="Needed">Number of labels that are missing for an estimate; null unless there are too few.</param>
public sealed record PartEstimate(EstimateState State, int Labels, int? Needed = null)
{
    /// <summary>The share, from 0 to 1; null unless estimated. So are all numbers below.</summary>
    public double? Share { get; init; }

    /// <summary>Low end of the 95 % interval.</summary>
    public double? Low { get; init; }

    /// <summary>High end of the 95 % interval.</summary>
    public double? High { get; init; }

    /// <summary>Effective number of labels for the interval; infinite when every photo is labelled.</summary>
    public double? EffectiveLabels { get; init; }

    /// <summary>Kish's effective number of labels, for comparisons of models rather than of these photos.</summary>
    public double? KishLabels { get; init; }

    /// <summary>Estimates the weighted share of labels for which something is true.</summary>
    /// <param name="labels">All labels inside the part.</param>
    /// <param name="z">Quantile of the normal distribution for the interval.</param>
    public static PartEstimate Of(IEnumerable<(double Weight, bool IsTrue)> labels, double z = Wilson.Z95)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var (count, sum, hits, squares, excess) = (0, 0.0, 0.0, 0.0, 0.0);
        foreach (var (weight, isTrue) in labels)
        {
            count++;
            sum += weight;
            hits += isTrue ? weight : 0;
            squares += weight * weight;
            excess += weight * Math.Max(weight - 1, 0);
        }

        if (count == 0)
            return new PartEstimate(EstimateState.NoData, 0);
        if (count < AccuracyEstimator.FewestLabels)
            return new PartEstimate(EstimateState.TooFew, count, AccuracyEstimator.FewestLabels - count);
        // Summing the weights of only right labels rounds differently from summing all of them.
        var share = Math.Min(hits / sum, 1);
        var effective = excess > 0 ? sum * sum / excess : double.PositiveInfinity;
        var interval = Wilson.Of(share, effective, z);
        return new PartEstimate(EstimateState.Estimated, count)
        {
            Share = share,
            Low = interval.Low,
            High = interval.High,
            EffectiveLabels = effective,
            KishLabels = sum * sum / squares,
        };
    }
}
