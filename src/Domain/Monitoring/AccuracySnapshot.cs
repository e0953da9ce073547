namespace GourmetGram.Domain.Monitoring;

/// <summary>
/// The estimate of accuracy as it was known at the start of a day, for the 30 days before. Never changed: labels that arrive later
/// change the estimate, but not what was known.
/// </summary>
public sealed class AccuracySnapshot
{
    /// <summary>Number of days that a snapshot is about.</summary>
    public const int PeriodDays = 30;

    private AccuracySnapshot() { }

    /// <summary>The day on which the estimate was known, UTC.</summary>
    public DateOnly Day { get; private init; }

    /// <summary>First day of the period, UTC.</summary>
    public DateOnly From { get; private init; }

    /// <summary>Last day of the period, UTC: the day before <see cref="Day"/>.</summary>
    public DateOnly To { get; private init; }

    public EstimateState State { get; private init; }

    /// <summary>Share of photos that the model named correctly; null unless estimated. So are the numbers below.</summary>
    public double? Estimate { get; private init; }

    /// <summary>Low end of the 95 % interval.</summary>
    public double? Low { get; private init; }

    /// <summary>High end of the 95 % interval.</summary>
    public double? High { get; private init; }

    /// <summary>Effective number of labels; null also if every photo is labelled.</summary>
    public double? EffectiveLabels { get; private init; }

    /// <summary>Number of labels in measured windows.</summary>
    public int Labels { get; private init; }

    /// <summary>Number of photos in all windows of the period.</summary>
    public int Photos { get; private init; }

    /// <summary>Number of photos that the estimate is about.</summary>
    public int MeasuredPhotos { get; private init; }

    /// <summary>When the estimate was computed, UTC.</summary>
    public DateTimeOffset AsOf { get; private init; }

    /// <summary>Returns the first day of the period that a day's snapshot is about.</summary>
    public static DateOnly FirstDayOf(DateOnly day) => day.AddDays(-PeriodDays);

    /// <summary>Records what is known today about the 30 days before.</summary>
    public static AccuracySnapshot Take(DateOnly day, AccuracyEstimate estimate, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        return new AccuracySnapshot
        {
            Day = day,
            From = FirstDayOf(day),
            To = day.AddDays(-1),
            State = estimate.State,
            Estimate = estimate.Share,
            Low = estimate.Low,
            High = estimate.High,
            EffectiveLabels = estimate.EffectiveLabels is { } labels && double.IsFinite(labels) ? labels : null,
            Labels = estimate.Labels,
            Photos = estimate.Photos,
            MeasuredPhotos = estimate.MeasuredPhotos,
            AsOf = now,
        };
    }
}
