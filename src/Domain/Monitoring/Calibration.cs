using System.Collections.Immutable;

namespace GourmetGram.Domain.Monitoring;

/// <summary>Labels whose photos have a confidence within one tenth.</summary>
/// <param name="Bin">0 for a confidence below 0.1, to 9 for 0.9 and above.</param>
/// <param name="Labels">Number of labels.</param>
/// <param name="Share">Share of photos in the bin, from 0 to 1.</param>
/// <param name="Confidence">Weighted mean of the confidence.</param>
/// <param name="Accuracy">Weighted share of labels for which the model was right.</param>
/// <param name="Low">Low end of the 95 % interval of the accuracy.</param>
/// <param name="High">High end of the interval.</param>
public sealed record CalibrationBin(int Bin, int Labels, double Share, double Confidence, double Accuracy, double Low, double High);

/// <summary>
/// How well the model's confidence agrees with its accuracy (docs/statistics.md 5.4; expected calibration error: Guo et al. 2017,
/// arXiv:1706.04599).
/// </summary>
/// <param name="Labels">Number of labels.</param>
/// <param name="Error">Expected calibration error (ECE); null without labels. So are all numbers below.</param>
/// <param name="ErrorByChance">The ECE that a perfectly calibrated model would show with these labels, on average.</param>
/// <param name="Gap">Mean confidence minus accuracy; positive when the model is too sure.</param>
/// <param name="GapStandardError">Standard error of the gap.</param>
/// <param name="Brier">Mean squared difference between the confidence and whether the model was right.</param>
/// <param name="Bins">Bins that have labels, from low to high.</param>
public sealed record Calibration(
    int Labels,
    double? Error,
    double? ErrorByChance,
    double? Gap,
    double? GapStandardError,
    double? Brier,
    ImmutableArray<CalibrationBin> Bins
)
{
    private const int Tenths = 10;

    /// <summary>Measures calibration.</summary>
    /// <param name="labels">Calibrated weight, confidence of the named class, and whether it was right, per label.</param>
    public static Calibration Of(IReadOnlyCollection<(double Weight, double Confidence, bool IsRight)> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count == 0)
            return new Calibration(0, null, null, null, null, null, []);
        var all = labels.Sum(label => label.Weight);
        var bins = labels
            .GroupBy(label => BinOf(label.Confidence))
            .OrderBy(bin => bin.Key)
            .Select(bin => Summarize(bin.Key, [.. bin], all))
            .ToList();
        var gap = labels.Sum(label => label.Weight * Difference(label)) / all;
        return new Calibration(
            labels.Count,
            bins.Sum(bin => bin.Bin.Share * Math.Abs(bin.Bin.Confidence - bin.Bin.Accuracy)),
            bins.Sum(bin => bin.Bin.Share * Math.Sqrt(2 * bin.Bin.Confidence * (1 - bin.Bin.Confidence) / (Math.PI * bin.Kish))),
            gap,
            Math.Sqrt(labels.Sum(label => Math.Pow(label.Weight * (Difference(label) - gap), 2))) / all,
            labels.Sum(label => label.Weight * Math.Pow(Difference(label), 2)) / all,
            [.. bins.Select(bin => bin.Bin)]
        );
    }

    private static double Difference((double Weight, double Confidence, bool IsRight) label) => label.Confidence - (label.IsRight ? 1 : 0);

    /// <summary>Returns the bin of a confidence: 0 to 9.</summary>
    public static int BinOf(double confidence) => Math.Min((int)Math.Floor((Tenths * confidence) + 1e-9), Tenths - 1);

    private static (CalibrationBin Bin, double Kish) Summarize(
        int bin,
        List<(double Weight, double Confidence, bool IsRight)> labels,
        double all
    )
    {
        var weight = labels.Sum(label => label.Weight);
        var kish = weight * weight / labels.Sum(label => label.Weight * label.Weight);
        var accuracy = Math.Min(labels.Sum(label => label.IsRight ? label.Weight : 0) / weight, 1);
        var interval = Wilson.Of(accuracy, kish);
        return (
            new CalibrationBin(
                bin,
                labels.Count,
                weight / all,
                labels.Sum(label => label.Weight * label.Confidence) / weight,
                accuracy,
                interval.Low,
                interval.High
            ),
            kish
        );
    }
}
