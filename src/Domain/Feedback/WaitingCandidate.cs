using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Feedback;

/// <summary>The reason why a prediction waits for a loop.</summary>
public enum WaitingSince
{
    /// <summary>The loop examined the prediction when it was new.</summary>
    New = 0,

    /// <summary>The loop was off when a user flagged or corrected the prediction.</summary>
    Paused,

    /// <summary>An administrator let the loop examine stored predictions again.</summary>
    Backfill,
}

/// <summary>
/// A prediction that a loop wants but has not selected yet: it was offered a moment ago, the loop is off, or the loop's limits for the day
/// are used up.
/// </summary>
public sealed class WaitingCandidate
{
    private WaitingCandidate()
    {
        Loop = null!;
        Uploader = null!;
    }

    /// <summary>Name of the loop.</summary>
    public string Loop { get; private init; }

    public Guid PredictionId { get; private init; }

    /// <summary>Position in the strategy's order, see <see cref="Pick.Priority"/>.</summary>
    public double Priority { get; private init; }

    /// <summary>Index of the predicted class, for limits per class.</summary>
    public int PredictedIndex { get; private init; }

    /// <summary>The sender of the photo, for limits per uploader.</summary>
    public Actor Uploader { get; private init; }

    /// <summary>The reason why the prediction waits.</summary>
    public WaitingSince Since { get; private init; }

    /// <summary>When the prediction was offered, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Records that a strategy wants a prediction.</summary>
    public static WaitingCandidate Offer(string loop, Prediction prediction, Pick pick, WaitingSince since, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(pick);
        return new WaitingCandidate
        {
            Loop = loop,
            PredictionId = prediction.Id,
            Priority = double.IsNaN(pick.Priority) ? double.MaxValue : pick.Priority,
            PredictedIndex = prediction.PredictedIndex,
            Uploader = prediction.Maker,
            Since = since,
            CreatedAt = now,
        };
    }
}
