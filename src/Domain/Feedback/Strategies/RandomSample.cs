using System.ComponentModel.DataAnnotations;

namespace GourmetGram.Domain.Feedback.Strategies;

/// <summary>
/// Draws a simple random sample of each window: the first k predictions in the keyed order, independent of all other facts about them.
/// </summary>
public sealed class RandomSample : WindowStrategy<RandomSample.Settings>
{
    /// <summary>The size of the sample.</summary>
    public sealed record Settings
    {
        [Display(
            Name = "Photos per window",
            Description = "A window is one day unless it is closed early. If it has fewer photos, all are selected. Changes apply from "
                + "the next window."
        )]
        [Range(0, 100_000)]
        public int PerWindow { get; init; } = 5;
    }

    public override string Name => "randomsampled";

    public override string Title => "Random Sampling Review";

    public override string Description => "Photos drawn at random from all photos. Accuracy is measured on these.";

    public override string Bucket => "cleanproduction";

    public override bool IsBlind => true;

    public override LabNames Lab => new("random_sampling", "random_sample");

    protected override IReadOnlyList<Guid> Draw(IReadOnlyCollection<Guid> window, Settings settings, KeyedOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return order.First("draw", Name, window, settings.PerWindow);
    }

    protected override string Describe(Settings settings) => $"{settings.PerWindow} a day";
}
