using MathNet.Numerics.Distributions;

namespace GourmetGram.Domain.Monitoring;

/// <summary>State of an alert.</summary>
public enum AlertState
{
    /// <summary>No look had enough labels yet.</summary>
    Waiting,

    /// <summary>Nothing speaks against the floor.</summary>
    Ok,

    /// <summary>Below the floor at one look.</summary>
    Suspected,

    /// <summary>Below the floor at two looks, or clearly below at one.</summary>
    Failing,

    /// <summary>Good again at two looks after Failing; lasts one look.</summary>
    Restored,
}

/// <summary>All that an alert remembers from one look to the next. Consists of plain values, so it can be stored as JSON.</summary>
/// <param name="State">State after the last look.</param>
/// <param name="WasBelow">Whether the last look that counted was below.</param>
/// <param name="WasGood">Whether the last look that counted was good.</param>
public sealed record AlertMemory(AlertState State, bool WasBelow, bool WasGood)
{
    /// <summary>Memory before the first look.</summary>
    public static readonly AlertMemory Start = new(AlertState.Waiting, WasBelow: false, WasGood: false);

    /// <summary>Returns the memory after a look that counts.</summary>
    /// <param name="clear">Whether this look alone suffices for Failing.</param>
    /// <param name="below">Whether this and a second such look suffice.</param>
    /// <param name="good">Whether this look speaks for the end of the alert.</param>
    internal AlertMemory After(bool clear, bool below, bool good)
    {
        var state =
            clear || (below && WasBelow) ? AlertState.Failing
            : State == AlertState.Failing ? (good && WasGood ? AlertState.Restored : AlertState.Failing)
            : below || (State == AlertState.Suspected && !good) ? AlertState.Suspected
            : AlertState.Ok;
        return new AlertMemory(state, below, good);
    }
}

/// <summary>An estimate at the time of a look.</summary>
/// <param name="Estimate">Estimated share in [0, 1].</param>
/// <param name="EffectiveSize">Effective number of labels; infinite if every photo is labelled.</param>
/// <param name="Labels">Number of labels; rules for the whole model need none.</param>
public sealed record AlertLook(double Estimate, double EffectiveSize, int? Labels = null)
{
    /// <summary>Whether there is an estimate at all: a share of no labels is not a number.</summary>
    internal bool IsEstimate => !double.IsNaN(Estimate) && EffectiveSize > 0;
}

/// <summary>
/// A rule for weekly looks at an accuracy (docs/statistics.md 5.15). One look far below the floor raises the alert, or two looks in
/// succession below it. The ends are those of Wilson's interval, not cut to what the labels leave possible.
/// </summary>
/// <param name="Floor">Smallest accuracy that is good, in [0, 1].</param>
/// <param name="Z">Quantile for "below": the upper end is below the floor.</param>
/// <param name="ZClear">Quantile for "clearly below".</param>
/// <param name="LeastEffectiveSize">Effective number of labels with which a look counts.</param>
/// <param name="LeastLabels">Number of labels with which a look counts.</param>
public sealed record AlertRule(
    double Floor,
    double Z = Wilson.Z95,
    double ZClear = AlertRule.Z999,
    double LeastEffectiveSize = 30,
    int LeastLabels = 0
)
{
    /// <summary>Two-sided 99.9 % quantile of the normal distribution.</summary>
    public const double Z999 = 3.290526731491926;

    /// <summary>Creates the rule for one of several classes: looks at 10 labels or more, quantiles for this number of classes.</summary>
    /// <param name="floor">Smallest accuracy of the class that is good.</param>
    /// <param name="classes">Number of classes that are looked at, at least 1.</param>
    public static AlertRule ForClass(double floor, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        return new AlertRule(floor, Quantile(0.025 / classes), Quantile(0.0005 / classes), LeastEffectiveSize: 0, LeastLabels: 10);
    }

    /// <summary>Returns the memory after a look. A look with too few labels changes nothing.</summary>
    /// <param name="memory">Memory of the looks before.</param>
    /// <param name="look">This look; null if there is no estimate.</param>
    public AlertMemory Next(AlertMemory memory, AlertLook? look)
    {
        ArgumentNullException.ThrowIfNull(memory);
        return look is not null && Counts(look)
            ? memory.After(
                clear: Wilson.Of(look.Estimate, look.EffectiveSize, ZClear).High < Floor,
                below: Wilson.Of(look.Estimate, look.EffectiveSize, Z).High < Floor,
                good: look.Estimate >= Floor
            )
            : memory;
    }

    private bool Counts(AlertLook look) =>
        look.IsEstimate && look.EffectiveSize >= LeastEffectiveSize && (LeastLabels == 0 || look.Labels >= LeastLabels);

    // The lower tail keeps its digits for any number of classes.
    private static double Quantile(double upperTail) => -Normal.InvCDF(0, 1, upperTail);
}

/// <summary>
/// A rule for |mean confidence − accuracy|: two looks in succession at which it is above a limit beyond chance (docs/statistics.md 5.15).
/// Ends as <see cref="AlertRule"/> does, after two looks at which the gap itself is within the limit.
/// </summary>
/// <param name="Limit">Largest gap that is good, in [0, 1].</param>
public sealed record ConfidenceGapRule(double Limit)
{
    /// <summary>Number of labels with which a look counts.</summary>
    public const int LeastLabels = 100;

    /// <summary>Returns the memory after a look. A look with too few labels changes nothing.</summary>
    /// <param name="memory">Memory of the looks before.</param>
    /// <param name="gap">Mean confidence − accuracy.</param>
    /// <param name="standardError">Standard error of the gap.</param>
    /// <param name="labels">Number of labels.</param>
    public AlertMemory Next(AlertMemory memory, double gap, double standardError, int labels)
    {
        ArgumentNullException.ThrowIfNull(memory);
        if (labels < LeastLabels || double.IsNaN(gap) || double.IsNaN(standardError))
            return memory;
        var size = Math.Abs(gap);
        return memory.After(clear: false, below: size - (1.96 * standardError) > Limit, good: size <= Limit);
    }
}

/// <summary>Memory of the looks at a serving version beside the version before. Belongs to one serving version.</summary>
/// <param name="State">Waiting before the first look, then Ok or Failing.</param>
/// <param name="LabelsLooked">Number of labels of the last planned look that happened; 0 before the first.</param>
/// <param name="Difference">Difference at the last look; null before the first.</param>
public sealed record VersionLookMemory(AlertState State, int LabelsLooked, Difference? Difference)
{
    /// <summary>Memory before the first look.</summary>
    public static readonly VersionLookMemory Start = new(AlertState.Waiting, LabelsLooked: 0, Difference: null);
}

/// <summary>
/// A rule for the serving version beside the last 90 days of the version before: four looks, with intervals that together keep 95 %
/// (docs/statistics.md 5.15). Failing at a look remains until another version serves.
/// </summary>
public static class VersionBeforeRule
{
    /// <summary>Quantile of both intervals: 95 % over the four looks.</summary>
    public const double Z = 2.4977;

    /// <summary>Numbers of labels of the serving version at which the looks happen.</summary>
    public static IReadOnlyList<int> Looks { get; } = [50, 100, 200, 400];

    /// <summary>
    /// Returns the memory after the number of labels changed. Each look happens once; of several that are due only the last happens.
    /// Without an estimate of both versions the look stays due.
    /// </summary>
    /// <param name="memory">Memory of the looks before.</param>
    /// <param name="labels">Number of labels of the serving version.</param>
    /// <param name="now">Accuracy of the serving version; null if there is no estimate.</param>
    /// <param name="before">Accuracy of the version before; null if there is no estimate.</param>
    public static VersionLookMemory Next(VersionLookMemory memory, int labels, AlertLook? now, AlertLook? before)
    {
        ArgumentNullException.ThrowIfNull(memory);
        var due = Looks.LastOrDefault(look => look <= labels);
        if (due <= memory.LabelsLooked || now is not { IsEstimate: true } || before is not { IsEstimate: true })
            return memory;
        var difference = Difference.Of(now.Estimate, IntervalOf(now), before.Estimate, IntervalOf(before));
        var fails = memory.State == AlertState.Failing || difference.High < 0;
        return new VersionLookMemory(fails ? AlertState.Failing : AlertState.Ok, due, difference);
    }

    private static Interval IntervalOf(AlertLook look) => Wilson.Of(look.Estimate, look.EffectiveSize, Z);
}
