using System.ComponentModel.DataAnnotations;
using System.Globalization;
using GourmetGram.Domain.Feedback;

namespace GourmetGram.Tests.Unit.Feedback.Examples;

/// <summary>
/// Predictions whose two best classes are nearly equal: smallest margin, p₁ − p₂ (Scheffer et al. 2001), so many of each predicted class a
/// day.
/// </summary>
public sealed class MarginUncertainty : PredictionStrategy<MarginUncertainty.Settings>
{
    /// <summary>What counts as nearly equal, and how many are wanted.</summary>
    public sealed record Settings
    {
        [Display(Name = "Margin below", Description = "0.2 means: the second class is at most 20 points behind the first.")]
        [Range(0.0, 1.0)]
        public double Margin { get; init; } = 0.2;

        [Display(Name = "Photos per class and day", Description = "So that rare classes are not crowded out by common ones.")]
        [Range(1, 10_000)]
        public int PerClass { get; init; } = 10;
    }

    public override string Name => "marginuncertainty";

    public override string Title => "Close Calls Review";

    public override string Description => "Photos where the model hesitates between two classes.";

    protected override SelectionLimits LimitsOf(Settings settings) => new(PerClass: settings.PerClass);

    protected override IEnumerable<Pick> Choose(IReadOnlyList<Candidate> candidates, Settings settings, SelectionContext context) =>
        from candidate in candidates
        let margin = MarginOf(candidate)
        where margin < settings.Margin
        let reason = string.Create(CultureInfo.InvariantCulture, $"{margin * 100:0} points between the two best classes")
        select new Pick(candidate.Id, reason, Priority: margin);

    protected override string Describe(Settings settings) =>
        string.Create(CultureInfo.InvariantCulture, $"margin below {settings.Margin * 100:0.##} points");

    /// <summary>p₁ − p₂; not a number if only the best class is known, so that no comparison holds.</summary>
    private static double MarginOf(Candidate candidate)
    {
        var best = candidate.Probabilities.Values.OrderDescending().Take(2).ToList();
        return candidate.Probabilities.Values.Any(float.IsNaN) ? double.NaN : best[0] - best[1];
    }
}
