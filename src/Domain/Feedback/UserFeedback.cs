using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Feedback;

/// <summary>What a person said of a prediction.</summary>
public enum FeedbackKind
{
    /// <summary>"This is wrong", without saying what would be right.</summary>
    Flag = 0,

    /// <summary>Another class than the model's.</summary>
    Correction,

    /// <summary>The model's own class: "this is right".</summary>
    Confirmation,
}

/// <summary>What a fact is about. Of one rater at most one fact per topic is current for a prediction.</summary>
public enum FeedbackTopic
{
    /// <summary>Whether the prediction is flagged.</summary>
    Flag = 0,

    /// <summary>Which class it is: a correction or a confirmation.</summary>
    Class,
}

/// <summary>The way feedback came in.</summary>
public enum FeedbackSource
{
    Page = 0,
    Api,

    /// <summary>One of the lab's routes, where knowing the id is the permission.</summary>
    LabRoute,

    /// <summary>Taken over with the lab's photos.</summary>
    Imported,
}

/// <summary>Why a fact is no longer current.</summary>
public enum FeedbackEnd
{
    /// <summary>Taken back by the rater.</summary>
    Withdrawn = 0,

    /// <summary>The rater said something else later.</summary>
    Superseded,
}

/// <summary>How far a fact has got on its way to the loops.</summary>
public enum FeedbackSelection
{
    /// <summary>No loop has looked at it yet.</summary>
    Pending = 0,

    /// <summary>The loops have looked at it.</summary>
    Considered,

    /// <summary>It came with too many others: it counts for nothing until an administrator decides.</summary>
    HeldBack,

    /// <summary>An administrator let it through; no loop has looked at it yet.</summary>
    Released,

    /// <summary>An administrator decided that it counts for nothing.</summary>
    Discarded,
}

/// <summary>How far the export of a correction has got.</summary>
public enum FeedbackOutput
{
    /// <summary>It is no correction: there is nothing to export.</summary>
    None = 0,

    /// <summary>What stands in the object store is not what the row says.</summary>
    Pending,

    /// <summary>It stands in the object store.</summary>
    Processed,

    /// <summary>It was taken back or replaced, and stands there no more.</summary>
    Withdrawn,
}

/// <summary>A fact: this rater said this of that prediction, then. Facts are added and ended, never rewritten, and never touch the prediction.</summary>
public sealed class UserFeedback
{
    private UserFeedback()
    {
        Rater = null!;
    }

    public Guid Id { get; private init; }

    public Guid PredictionId { get; private init; }

    public FeedbackKind Kind { get; private init; }

    public FeedbackTopic Topic { get; private init; }

    /// <summary>The class the rater named; null for a flag.</summary>
    public int? ClassIndex { get; private init; }

    public Actor Rater { get; private init; }

    public FeedbackSource Source { get; private init; }

    /// <summary>When it was said, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When it stopped being current, UTC; null while it is.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Why it stopped being current; null while it is.</summary>
    public FeedbackEnd? End { get; private set; }

    /// <summary>Where it came from, as a number that tells equal addresses and nothing else; null when no address is known.</summary>
    public long? Origin { get; private init; }

    /// <summary>How far it has got on its way to the loops.</summary>
    public FeedbackSelection SelectionState { get; private set; }

    /// <summary>Why it is or was held back; null when it never was.</summary>
    public string? HeldBackReason { get; private set; }

    /// <summary>How far its export has got.</summary>
    public FeedbackOutput OutputState { get; private set; }

    /// <summary>Where <c>process-annotations</c> puts the export of a correction; it follows from the id, so that an answer can name it before it exists.</summary>
    public string OutputKey => $"output/userfeedback2/feedback_{Id}.json";

    /// <summary>"This is wrong."</summary>
    public static UserFeedback Flag(Prediction prediction, Actor rater, FeedbackSource source, DateTimeOffset now, long? origin = null) =>
        Create(prediction, FeedbackKind.Flag, classIndex: null, rater, source, now, origin);

    /// <summary>"It is this class": a <see cref="FeedbackKind.Correction"/>, or a <see cref="FeedbackKind.Confirmation"/> when the class is the predicted one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such class.</exception>
    public static UserFeedback Correct(
        Prediction prediction,
        int classIndex,
        Actor rater,
        FeedbackSource source,
        DateTimeOffset now,
        long? origin = null
    )
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(classIndex, prediction.Probabilities.Values.Length);
        var kind = classIndex == prediction.PredictedIndex ? FeedbackKind.Confirmation : FeedbackKind.Correction;
        return Create(prediction, kind, classIndex, rater, source, now, origin);
    }

    /// <summary>The rater takes it back.</summary>
    /// <exception cref="InvalidOperationException">It is not current any more.</exception>
    public void Withdraw(DateTimeOffset now) => Close(FeedbackEnd.Withdrawn, now);

    /// <summary>The rater says something else.</summary>
    /// <exception cref="InvalidOperationException">It is not current any more.</exception>
    public void Supersede(DateTimeOffset now) => Close(FeedbackEnd.Superseded, now);

    /// <summary>The loops have looked at it.</summary>
    /// <exception cref="InvalidOperationException">They need not: it was considered, or is held back.</exception>
    public void MarkConsidered()
    {
        if (SelectionState is not (FeedbackSelection.Pending or FeedbackSelection.Released))
            throw new InvalidOperationException($"Feedback {Id} is {SelectionState}.");
        SelectionState = FeedbackSelection.Considered;
    }

    /// <summary>It came with too many others.</summary>
    /// <param name="reason">Which limit was passed, in a sentence.</param>
    /// <exception cref="InvalidOperationException">It was considered, or decided on by an administrator.</exception>
    public void HoldBack(string reason)
    {
        if (SelectionState != FeedbackSelection.Pending)
            throw new InvalidOperationException($"Feedback {Id} is {SelectionState}.");
        (SelectionState, HeldBackReason) = (FeedbackSelection.HeldBack, reason);
    }

    /// <summary>An administrator decides on what was held back.</summary>
    /// <param name="release">Whether it counts.</param>
    /// <exception cref="InvalidOperationException">It is not held back.</exception>
    public void Decide(bool release)
    {
        if (SelectionState != FeedbackSelection.HeldBack)
            throw new InvalidOperationException($"Feedback {Id} is {SelectionState}, not {FeedbackSelection.HeldBack}.");
        SelectionState = release ? FeedbackSelection.Released : FeedbackSelection.Discarded;
    }

    /// <summary>The object store says what this row says: the export is there, or gone if the fact is not current.</summary>
    /// <exception cref="InvalidOperationException">It did already.</exception>
    public void MarkExported()
    {
        if (OutputState != FeedbackOutput.Pending)
            throw new InvalidOperationException($"The export of feedback {Id} is {OutputState}, not {FeedbackOutput.Pending}.");
        OutputState = EndedAt is null ? FeedbackOutput.Processed : FeedbackOutput.Withdrawn;
    }

    private void Close(FeedbackEnd end, DateTimeOffset now)
    {
        if (EndedAt is not null)
            throw new InvalidOperationException($"Feedback {Id} was {End} at {EndedAt:O} already.");
        EndedAt = now;
        End = end;
        if (OutputState == FeedbackOutput.Processed)
            OutputState = FeedbackOutput.Pending;
    }

    private static UserFeedback Create(
        Prediction prediction,
        FeedbackKind kind,
        int? classIndex,
        Actor rater,
        FeedbackSource source,
        DateTimeOffset now,
        long? origin
    )
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return new UserFeedback
        {
            Id = Guid.CreateVersion7(now),
            PredictionId = prediction.Id,
            Kind = kind,
            Topic = kind == FeedbackKind.Flag ? FeedbackTopic.Flag : FeedbackTopic.Class,
            ClassIndex = classIndex,
            Rater = rater,
            Source = source,
            CreatedAt = now,
            Origin = origin,
            OutputState = kind == FeedbackKind.Correction ? FeedbackOutput.Pending : FeedbackOutput.None,
        };
    }
}
