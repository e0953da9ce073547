using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace GourmetGram.Domain.Feedback.Strategies;

/// <summary>Selects predictions with low confidence (least confidence sampling, 1 − p₁: Lewis and Gale 1994).</summary>
public sealed class LowConfidence : PredictionStrategy<LowConfidence.Settings>
{
    /// <summary>The confidence threshold and the limit per uploader.</summary>
    public sealed record Settings
    {
        [Display(Name = "Select below", Description = "0.7 selects photos that the model is less than 70% sure of.")]
        [Range(0.0, 1.0)]
        public double Threshold { get; init; } = 0.7;

        [Display(
            Name = "Photos per uploader per day",
            Description = "Prevents one visitor from filling the queue. The rest waits for the next day. 0 means no limit."
        )]
        [Range(0, 100_000)]
        public int PerUploader { get; init; } = 20;
    }

    public override string Name => "lowconfidence";

    public override string Title => "Low Confidence Review";

    public override string Description => "Photos the model is not sure of. Useful for training, but not for measuring accuracy.";

    public override int DailyLimit => 200;

    public override LabNames Lab => new("low_confidence", "low_confidence");

    protected override SelectionLimits LimitsOf(Settings settings) => new(PerUploader: settings.PerUploader);

    protected override IEnumerable<Pick> Choose(IReadOnlyList<Candidate> candidates, Settings settings, SelectionContext context) =>
        from candidate in candidates
        let confidence = candidate.Probabilities.Confidence
        where confidence < settings.Threshold
        let reason = string.Create(CultureInfo.InvariantCulture, $"{confidence * 100:0}% sure, below {settings.Threshold * 100:0.##}%")
        select new Pick(candidate.Id, reason, Priority: confidence);

    protected override string Describe(Settings settings) =>
        string.Create(CultureInfo.InvariantCulture, $"below {settings.Threshold * 100:0.##}%");
}
