using System.Collections.Immutable;
using MathNet.Numerics.Distributions;

namespace GourmetGram.Domain.Retraining;

/// <summary>Question that the gate answers.</summary>
public enum GateMode
{
    /// <summary>Whether the challenger's accuracy is at most the margin below the champion's.</summary>
    NonInferiority,

    /// <summary>Whether the challenger's accuracy is above the champion's.</summary>
    Superiority,
}

/// <summary>Decision of the gate.</summary>
public enum GateDecision
{
    /// <summary>The challenger may serve.</summary>
    Promote,

    /// <summary>The champion stays, for now or for good.</summary>
    Hold,

    /// <summary>The labels leave open a question that a person has to answer.</summary>
    Ask,
}

/// <summary>Reason why the gate does not promote.</summary>
public enum GateReason
{
    /// <summary>The pool has fewer than 100 photos.</summary>
    TooFewPhotos,

    /// <summary>More labels are needed for the next look.</summary>
    NeedLabels,

    /// <summary>The challenger is worse by the margin.</summary>
    Worse,

    /// <summary>All labels of the plan do not show what was asked.</summary>
    NotShown,

    /// <summary>The challenger is clearly worse on a class.</summary>
    ClassWorse,

    /// <summary>The challenger may be worse on a class.</summary>
    ClassUnclear,

    /// <summary>The challenger's probabilities are worse.</summary>
    Calibration,

    /// <summary>
    /// All photos that could be drawn were answered, but too many of the answers do not count: they are not blind, or say that the photo
    /// cannot be judged.
    /// </summary>
    LabelsRunOut,

    /// <summary>One of the models cannot answer photos here, so the two cannot be compared.</summary>
    ModelUnusable,
}

/// <summary>Photos of a class in the pool.</summary>
/// <param name="Class">Index of the class.</param>
/// <param name="Called">Photos that the champion calls so.</param>
/// <param name="Differ">Photos among these for which the challenger has another answer.</param>
public sealed record GateClass(int Class, int Called, int Differ);

/// <summary>Equal labels on photos of the pool on which the models differ.</summary>
/// <param name="Weight">Weight of each label: 1/π.</param>
/// <param name="Outcome">1 if only the challenger is right, −1 if only the champion is, 0 if both or none are.</param>
/// <param name="Label">Index of the class; null for None of these classes.</param>
/// <param name="Champion">Index of the champion's class; null if it is none of the classes that are compared.</param>
/// <param name="Count">Number of labels, at least 1.</param>
public sealed record GateLabel(double Weight, int Outcome, int? Label, int? Champion, int Count = 1);

/// <summary>
/// A difference of the models' Brier scores over the same blind random labels, challenger − champion: positive if the challenger's
/// probabilities are worse.
/// </summary>
/// <param name="Mean">Weighted mean.</param>
/// <param name="StandardError">Standard error of the mean.</param>
/// <param name="Count">Number of labels.</param>
public sealed record PairedBrier(double Mean, double StandardError, int Count)
{
    /// <summary>Returns the mean of differences of single photos.</summary>
    /// <param name="differences">Per label its weight and the challenger's score minus the champion's.</param>
    /// <returns>Mean with its standard error; null without labels.</returns>
    public static PairedBrier? Of(IReadOnlyCollection<(double Weight, double Difference)> differences)
    {
        ArgumentNullException.ThrowIfNull(differences);
        var weight = differences.Sum(one => one.Weight);
        if (weight <= 0)
            return null;
        var mean = differences.Sum(one => one.Weight * one.Difference) / weight;
        var squares = differences.Sum(one => one.Weight * one.Weight * (one.Difference - mean) * (one.Difference - mean));
        return new PairedBrier(mean, Math.Sqrt(squares) / weight, differences.Count);
    }

    /// <summary>Returns the Brier score of one photo: Σ (p − t)², in [0, 2].</summary>
    /// <param name="probabilities">The model's probabilities per class.</param>
    /// <param name="label">Index of the class among them; null for None of these classes, or a class that the model does not know.</param>
    public static double ScoreOf(IReadOnlyList<float> probabilities, int? label)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        var sum = 0.0;
        for (var i = 0; i < probabilities.Count; i++)
        {
            var error = probabilities[i] - (i == label ? 1.0 : 0.0);
            sum += error * error;
        }

        return sum;
    }
}

/// <summary>A plan of looks. Each look happens once, and decisions are made at looks only.</summary>
/// <param name="Labels">Number of labels on disagreements per look, ascending.</param>
public sealed record GatePlan(ImmutableArray<int> Labels)
{
    /// <summary>Number of disagreements up to which one look at all labels suffices.</summary>
    private const int MostForOneLook = 50;

    /// <summary>Number of looks at more disagreements.</summary>
    private const int MostLooks = 4;

    /// <summary>O'Brien–Fleming constants for 1 to 4 looks, one-sided 4 %.</summary>
    private static readonly ImmutableArray<double> Constants = [1.7507, 1.7777, 1.8077, 1.8301];

    /// <summary>Number of looks: K.</summary>
    public int Looks => Labels.Length;

    /// <summary>Plans the looks.</summary>
    /// <param name="disagreements">Photos of the pool on which the models differ.</param>
    /// <param name="mostLabels">Number of labels that may be asked for.</param>
    public static GatePlan Of(int disagreements, int mostLabels)
    {
        var most = Math.Max(0, Math.Min(disagreements, mostLabels));
        var looks = most <= MostForOneLook ? 1 : MostLooks;
        return new GatePlan([.. Enumerable.Range(1, looks).Select(j => (int)(((long)most * j + looks - 1) / looks))]);
    }

    /// <summary>Returns the look that is due, or null if none is. Of several looks that are due only the last happens.</summary>
    /// <param name="labels">Number of labels that are there.</param>
    /// <param name="lastLook">Number of the last look that happened; 0 before the first.</param>
    public int? Due(int labels, int lastLook) => Reached(labels) is var reached && reached > lastLook ? reached : null;

    /// <summary>Returns the limit that z must reach at a look.</summary>
    /// <param name="look">Number of the look, from 1.</param>
    public double LimitAt(int look) => Constants[Looks - 1] * Math.Sqrt((double)Looks / look);

    /// <summary>Returns the number of the last look for which the labels suffice; 0 if they do not suffice for the first.</summary>
    internal int Reached(int labels) => Labels.Count(needed => needed <= labels);
}

/// <summary>All that the gate decides on.</summary>
/// <param name="Photos">Photos in the pool: of measuring windows, newer than both trainings, both models' answers known.</param>
/// <param name="Disagreements">Photos among these on which the models differ.</param>
/// <param name="Classes">Photos per class of the champion.</param>
/// <param name="Labels">Labels on disagreements; in a labelled pool labels on all its photos.</param>
/// <param name="Look">Number of the look that is to happen, from 1; 0 before the first.</param>
/// <param name="PassedBefore">Whether an earlier look met the overall rule.</param>
public sealed record GateInput(
    int Photos,
    int Disagreements,
    IReadOnlyList<GateClass> Classes,
    IReadOnlyList<GateLabel> Labels,
    int Look,
    bool PassedBefore = false
)
{
    /// <summary>Question to answer.</summary>
    public GateMode Mode { get; init; } = GateMode.NonInferiority;

    /// <summary>Margin of the accuracy: δ, as a share of all photos.</summary>
    public double Margin { get; init; } = 0.02;

    /// <summary>Margin of a class, as a share of the photos that the champion calls so.</summary>
    public double ClassMargin { get; init; } = 0.1;

    /// <summary>Number of labels that may be asked for.</summary>
    public int MostLabels { get; init; } = 200;

    /// <summary>Difference of the Brier scores; null if it is not known.</summary>
    public PairedBrier? Brier { get; init; }

    /// <summary>
    /// Whether answers are known for labelled photos only. The pool then is these photos, and all of them count as disagreements.
    /// </summary>
    public bool IsPoolLabelled { get; init; }
}

/// <summary>Outcome of a look.</summary>
/// <param name="Decision">What to do.</param>
/// <param name="Reason">Why the challenger is not promoted; null if it is.</param>
/// <param name="Needed">Number of labels that are missing to the next look; null if none are asked for.</param>
/// <param name="Classes">Classes that the reason is about, in the order of the input.</param>
/// <param name="Passed">Whether this or an earlier look met the overall rule; to be given to the next look.</param>
public sealed record GateOutcome(GateDecision Decision, GateReason? Reason, int? Needed, ImmutableArray<int> Classes, bool Passed)
{
    /// <summary>Estimated accuracy of the challenger − the champion's over the pool; null if no look happened.</summary>
    public double? Difference { get; init; }

    /// <summary>Statistic of the look; null if no look at labels happened.</summary>
    public double? Z { get; init; }

    /// <summary>What z must reach; null likewise.</summary>
    public double? Limit { get; init; }
}

/// <summary>
/// The promotion gate: whether a challenger may replace the champion, by labels on the photos on which they differ
/// (docs/statistics.md 5.12). Looks in groups with limits of O'Brien and Fleming (1979, doi:10.2307/2530245). The same input gives the
/// same decision.
/// </summary>
public static class PromotionGate
{
    /// <summary>Number of photos of the pool below which nothing is decided.</summary>
    public const int LeastPhotos = 100;

    private const double WorseZ = -1.96;
    private const int LeastNetLosses = 3;
    private const double ClassLevel = 0.01;
    private const int LeastLabelsPerClass = 5;
    private const int LeastLabelsPerClassOfLabelledPool = 20;
    private const int LeastBrierLabels = 50;
    private const double BrierMargin = 0.02;
    private const double BrierZ = 1.645;

    /// <summary>Decides at a look.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number of photos or a margin is negative.</exception>
    public static GateOutcome Decide(GateInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfNegative(input.Photos, nameof(input));
        ArgumentOutOfRangeException.ThrowIfNegative(input.Disagreements, nameof(input));
        ArgumentOutOfRangeException.ThrowIfNegative(input.Margin, nameof(input));
        ArgumentOutOfRangeException.ThrowIfNegative(input.ClassMargin, nameof(input));
        var outcome = new GateOutcome(GateDecision.Hold, Reason: null, Needed: null, [], input.PassedBefore);
        if (input.Photos < LeastPhotos)
            return outcome with { Reason = GateReason.TooFewPhotos };

        var differing = (double)input.Disagreements / input.Photos;
        if (input.Mode == GateMode.NonInferiority && differing <= input.Margin)
            return AfterOverallRule(input, outcome with { Passed = true }, missing: null);

        var plan = GatePlan.Of(input.Disagreements, input.MostLabels);
        var labels = input.Labels.Sum(one => one.Count);
        var look = Math.Clamp(Math.Max(input.Look, plan.Reached(labels)), 1, plan.Looks);
        if (labels < plan.Labels[look - 1])
            return outcome with { Reason = GateReason.NeedLabels, Needed = plan.Labels[look - 1] - labels };

        int? missing = look < plan.Looks ? plan.Labels[look] - labels : null;
        var (gains, losses, size) = SharesOf(input.Labels);
        var margin = input.Mode == GateMode.Superiority ? 0 : input.Margin / differing;
        var z = GateScore.Tango(gains * size, losses * size, size, margin);
        outcome = outcome with
        {
            Difference = differing * (gains - losses),
            Z = z,
            Limit = plan.LimitAt(look),
            Passed = input.PassedBefore || z >= plan.LimitAt(look),
        };

        if (z <= WorseZ)
            return outcome with { Reason = GateReason.Worse };
        if (!outcome.Passed)
            return missing is null
                ? outcome with
                {
                    Reason = GateReason.NotShown,
                }
                : outcome with
                {
                    Reason = GateReason.NeedLabels,
                    Needed = missing,
                };
        return AfterOverallRule(input, outcome, missing);
    }

    /// <summary>Decides on classes and probabilities after the overall rule was met.</summary>
    /// <param name="input">Input of the look.</param>
    /// <param name="outcome">Outcome so far.</param>
    /// <param name="missing">Number of labels missing to the next look; null at the last look.</param>
    private static GateOutcome AfterOverallRule(GateInput input, GateOutcome outcome, int? missing)
    {
        var judged = input.Classes.Select(one => (one.Class, Judgement: Judge(one, input))).ToList();
        ImmutableArray<int> Those(ClassJudgement judgement) =>
            [.. judged.Where(one => one.Judgement == judgement).Select(one => one.Class)];

        if (Those(ClassJudgement.Worse) is { IsEmpty: false } worse)
            return outcome with { Reason = GateReason.ClassWorse, Classes = worse };
        if (Those(ClassJudgement.Unclear) is { IsEmpty: false } unclear)
            return missing is null
                ? outcome with
                {
                    Decision = GateDecision.Ask,
                    Reason = GateReason.ClassUnclear,
                    Classes = unclear,
                }
                : outcome with
                {
                    Reason = GateReason.NeedLabels,
                    Needed = missing,
                    Classes = unclear,
                };
        if (input.Brier is { Count: >= LeastBrierLabels, Mean: > BrierMargin } brier)
        {
            var isClear = brier.Mean - (BrierZ * brier.StandardError) > 0;
            return outcome with { Decision = isClear ? GateDecision.Hold : GateDecision.Ask, Reason = GateReason.Calibration };
        }

        return outcome with
        {
            Decision = GateDecision.Promote,
        };
    }

    private static ClassJudgement Judge(GateClass one, GateInput input)
    {
        int Count(Func<GateLabel, bool> counts) => input.Labels.Where(counts).Sum(label => label.Count);
        var won = Count(label => label.Label == one.Class && label.Outcome > 0);
        var lost = Count(label => label.Label == one.Class && label.Outcome < 0);
        var isWorse = won - lost <= -LeastNetLosses && one.Called > 0 && NetChange(one, input) < -input.ClassMargin;
        if (isWorse && Binomial.CDF(0.5, lost + won, won) < ClassLevel)
            return ClassJudgement.Worse;

        var isUnknown = input.IsPoolLabelled
            ? Count(label => label.Label == one.Class) < LeastLabelsPerClassOfLabelledPool
            : one.Differ > input.ClassMargin * one.Called
                && Count(label => label.Champion == one.Class) < Math.Min(LeastLabelsPerClass, one.Differ);
        return isWorse || isUnknown ? ClassJudgement.Unclear : ClassJudgement.Fine;
    }

    /// <summary>Returns the estimated change of the class's right answers as a share of the photos that the champion calls so.</summary>
    private static double NetChange(GateClass one, GateInput input)
    {
        var weights = input.Labels.Sum(label => label.Weight * label.Count);
        var net = input.Labels.Where(label => label.Label == one.Class).Sum(label => label.Weight * label.Count * Math.Sign(label.Outcome));
        return weights > 0 ? net / weights * input.Disagreements / one.Called : 0;
    }

    /// <summary>Returns the weighted shares of labels with only one model right, and the effective number of labels.</summary>
    private static (double Gains, double Losses, double Size) SharesOf(IReadOnlyList<GateLabel> labels)
    {
        double Sum(Func<GateLabel, bool> counts) => labels.Where(counts).Sum(label => label.Weight * label.Count);
        var weights = Sum(_ => true);
        var squares = labels.Sum(label => label.Weight * label.Weight * label.Count);
        return squares > 0
            ? (Sum(label => label.Outcome > 0) / weights, Sum(label => label.Outcome < 0) / weights, weights * weights / squares)
            : (0, 0, 0);
    }

    private enum ClassJudgement
    {
        Fine,
        Unclear,
        Worse,
    }
}
