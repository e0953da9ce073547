using System.Collections.Immutable;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Feedback;

/// <summary>A line of the ledger: this loop selected that prediction, then, for this reason. A prediction is selected by a loop once; one that several loops select has a line for each.</summary>
public sealed class Selection
{
    private Selection()
    {
        Loop = null!;
        PhotoSha256 = null!;
        Reason = null!;
        Settings = null!;
    }

    public Guid Id { get; private init; }

    public Guid PredictionId { get; private init; }

    /// <summary>Name of the loop.</summary>
    public string Loop { get; private init; }

    /// <summary>The photo: copies of it share one task of a loop.</summary>
    public string PhotoSha256 { get; private init; }

    /// <summary>Why, in a few words.</summary>
    public string Reason { get; private init; }

    /// <summary>Version of the strategy that selected.</summary>
    public int StrategyVersion { get; private init; }

    /// <summary>The strategy's settings at that time.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; private init; }

    /// <summary>The window it was drawn from; null where a rule selected it.</summary>
    public Guid? WindowId { get; private init; }

    /// <summary>How probable it was to be selected: k/N for a random draw, 1 for a rule, which takes all that it applies to.</summary>
    public double Probability { get; private init; }

    /// <summary>Its place in the random order in which the loop's tasks are handed out.</summary>
    public long Place { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Whether there is a task for it.</summary>
    public bool HasTask { get; private set; }

    /// <summary>A rule selected it.</summary>
    public static Selection ByRule(
        Prediction prediction,
        Strategy strategy,
        LoopSettings settings,
        string reason,
        KeyedOrder order,
        DateTimeOffset now
    ) => Create(prediction, strategy, settings, reason, windowId: null, probability: 1, order, now);

    /// <summary>It was drawn from a window.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in (0, 1].</exception>
    public static Selection ByDraw(
        Prediction prediction,
        Strategy strategy,
        LoopSettings settings,
        Guid windowId,
        double probability,
        KeyedOrder order,
        DateTimeOffset now
    ) => Create(prediction, strategy, settings, "drawn by chance", windowId, probability, order, now);

    /// <summary>There is a task for it.</summary>
    /// <exception cref="InvalidOperationException">There was one already.</exception>
    public void MarkTasked()
    {
        if (HasTask)
            throw new InvalidOperationException($"Selection {Id} has a task already.");
        HasTask = true;
    }

    private static Selection Create(
        Prediction prediction,
        Strategy strategy,
        LoopSettings settings,
        string reason,
        Guid? windowId,
        double probability,
        KeyedOrder order,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(strategy);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(order);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(probability, 1);
        return new Selection
        {
            Id = Guid.CreateVersion7(now),
            PredictionId = prediction.Id,
            Loop = strategy.Name,
            PhotoSha256 = prediction.Photo.UploadSha256,
            Reason = reason,
            StrategyVersion = strategy.Version,
            Settings = settings.Settings,
            WindowId = windowId,
            Probability = probability,
            // Another purpose than the draw's: else large windows, whose draws come early in their order, would be labelled first.
            Place = order.PlaceOf("hand out", strategy.Name, prediction.Id),
            CreatedAt = now,
        };
    }
}
