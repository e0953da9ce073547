using System.Collections.Immutable;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Feedback;

/// <summary>
/// An entry in the ledger of selections: a loop selected a prediction at a time and for a reason. A loop selects a prediction at most once;
/// a prediction that several loops select has one entry for each.
/// </summary>
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

    /// <summary>SHA-256 of the uploaded photo. Copies of a photo share one task per loop.</summary>
    public string PhotoSha256 { get; private init; }

    /// <summary>The reason, in a few words.</summary>
    public string Reason { get; private init; }

    /// <summary>Version of the strategy that selected.</summary>
    public int StrategyVersion { get; private init; }

    /// <summary>The strategy's settings at that time.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; private init; }

    /// <summary>The window that the prediction was drawn from; null when a rule selected it.</summary>
    public Guid? WindowId { get; private init; }

    /// <summary>The extra draw that took the prediction; null for the draw of a window, and for a rule.</summary>
    public Guid? DrawId { get; private init; }

    /// <summary>
    /// Probability of the selection: k/N for a random draw, 1 for a rule that took everything that it applied to on that day. Null when the
    /// probability is unknown, because a limit excluded some predictions or the selection was made elsewhere.
    /// </summary>
    public double? Probability { get; private set; }

    /// <summary>Position in the random order in which the loop's tasks are handed out.</summary>
    public long Place { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>
    /// Whether a task reflects this entry. False also after the entry was withdrawn or renewed, until the task is updated.
    /// </summary>
    public bool HasTask { get; private set; }

    /// <summary>When the reason for the selection was withdrawn, UTC; null while it is valid.</summary>
    public DateTimeOffset? WithdrawnAt { get; private set; }

    /// <summary>Records that a rule selected a prediction.</summary>
    /// <param name="prediction">The selected prediction.</param>
    /// <param name="strategy">The rule.</param>
    /// <param name="settings">The loop's settings.</param>
    /// <param name="reason">The reason, in a few words.</param>
    /// <param name="order">The order in which tasks are handed out.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="isSure">Whether the rule takes everything that it applies to; otherwise the probability is unknown.</param>
    public static Selection ByRule(
        Prediction prediction,
        Strategy strategy,
        LoopSettings settings,
        string reason,
        KeyedOrder order,
        DateTimeOffset now,
        bool isSure
    ) => Create(prediction, strategy, settings, reason, windowId: null, isSure ? 1 : null, order, now);

    /// <summary>Records that a prediction was drawn from a window.</summary>
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

    /// <summary>Records that an extra draw took a prediction from its window.</summary>
    public static Selection ByExtraDraw(
        Prediction prediction,
        Strategy strategy,
        LoopSettings settings,
        ExtraDraw draw,
        KeyedOrder order,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(draw);
        var probability = (double)draw.Taken / draw.Eligible;
        return Create(prediction, strategy, settings, "drawn by chance", prediction.WindowId, probability, order, now, draw.Id);
    }

    /// <summary>Records that a task reflects this entry.</summary>
    /// <exception cref="InvalidOperationException">A task reflects this entry already.</exception>
    public void MarkTasked()
    {
        if (HasTask)
            throw new InvalidOperationException($"Selection {Id} already has a task.");
        HasTask = true;
    }

    /// <summary>Clears the probability, because a limit excluded other predictions on the same day.</summary>
    public void ForgetProbability() => Probability = null;

    /// <summary>Withdraws the selection because its reason was withdrawn. Annotators are not asked to label it any more.</summary>
    public void Withdraw(DateTimeOffset now) => (WithdrawnAt, HasTask) = (WithdrawnAt ?? now, WithdrawnAt is not null && HasTask);

    /// <summary>Renews the selection because its reason is valid again. People are asked to label it again.</summary>
    public void Renew() => (WithdrawnAt, HasTask) = (null, WithdrawnAt is null && HasTask);

    private static Selection Create(
        Prediction prediction,
        Strategy strategy,
        LoopSettings settings,
        string reason,
        Guid? windowId,
        double? probability,
        KeyedOrder order,
        DateTimeOffset now,
        Guid? drawId = null
    )
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(strategy);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(order);
        if (probability is <= 0 or > 1)
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability must be above 0 and at most 1.");
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
            DrawId = drawId,
            Probability = probability,
            // The purpose differs from the draw's. Otherwise large windows, whose draws come early in their order, would be labelled first.
            Place = order.PlaceOf("hand out", strategy.Name, prediction.Id),
            CreatedAt = now,
        };
    }
}
