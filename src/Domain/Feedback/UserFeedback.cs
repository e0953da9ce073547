using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Feedback;

/// <summary>The kind of feedback on a prediction.</summary>
public enum FeedbackKind
{
    /// <summary>"This is wrong", without the right class.</summary>
    Flag = 0,

    /// <summary>A class other than the predicted one.</summary>
    Correction,

    /// <summary>The predicted class: "this is right".</summary>
    Confirmation,
}

/// <summary>The topic of a piece of feedback. A rater has at most one current piece of feedback per topic on a prediction.</summary>
public enum FeedbackTopic
{
    /// <summary>Whether the prediction is flagged.</summary>
    Flag = 0,

    /// <summary>The class of the photo: a correction or a confirmation.</summary>
    Class,
}

/// <summary>The channel through which feedback arrived.</summary>
public enum FeedbackSource
{
    Page = 0,
    Api,

    /// <summary>One of the lab's routes. On these routes, knowing the prediction's id is the permission.</summary>
    LabRoute,

    /// <summary>Imported with the lab's photos.</summary>
    Imported,
}

/// <summary>Why feedback is no longer current.</summary>
public enum FeedbackEnd
{
    /// <summary>The rater withdrew the feedback.</summary>
    Withdrawn = 0,

    /// <summary>The rater gave newer feedback on the same topic.</summary>
    Superseded,
}

/// <summary>The progress of feedback on its way to the loops.</summary>
public enum FeedbackSelection
{
    /// <summary>No loop has examined the feedback yet.</summary>
    Pending = 0,

    /// <summary>The loops have examined the feedback.</summary>
    Considered,

    /// <summary>The feedback exceeded a flood limit and is held for review: it is ignored until an administrator decides.</summary>
    HeldBack,

    /// <summary>An administrator accepted the feedback; no loop has examined it yet.</summary>
    Released,

    /// <summary>An administrator rejected the feedback, and it is ignored.</summary>
    Discarded,
}

/// <summary>The state of a correction's export.</summary>
public enum FeedbackOutput
{
    /// <summary>The feedback is not a correction, so there is nothing to export.</summary>
    None = 0,

    /// <summary>The object store does not match the row yet.</summary>
    Pending,

    /// <summary>The export is in the object store.</summary>
    Processed,

    /// <summary>The correction was withdrawn or replaced, and the object store has no export of it.</summary>
    Withdrawn,
}

/// <summary>
/// A fact: a rater gave this feedback on a prediction at this time. Facts are added and ended, but never rewritten, and they never change
/// the prediction.
/// </summary>
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

    /// <summary>The person or program that gave the feedback, or the account that took it over from the visitor who did.</summary>
    public Actor Rater { get; private set; }

    public FeedbackSource Source { get; private init; }

    /// <summary>When the feedback was given, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>When the feedback stopped being current, UTC; null while it is current.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Why the feedback stopped being current; null while it is current.</summary>
    public FeedbackEnd? End { get; private set; }

    /// <summary>
    /// A number for the network address of the rater that only shows whether two addresses are equal; null when no address is known.
    /// </summary>
    public long? Origin { get; private init; }

    /// <summary>The progress of the feedback on its way to the loops.</summary>
    public FeedbackSelection SelectionState { get; private set; }

    /// <summary>Why the feedback is or was held for review; null when it never was.</summary>
    public string? HeldBackReason { get; private set; }

    /// <summary>The state of the export.</summary>
    public FeedbackOutput OutputState { get; private set; }

    /// <summary>
    /// Key to which <c>process-annotations</c> writes the export of a correction. The key is derived from the id, so that a response can
    /// name the export before it exists.
    /// </summary>
    public string OutputKey => $"output/userfeedback2/feedback_{Id}.json";

    /// <summary>Creates a flag: "this is wrong".</summary>
    public static UserFeedback Flag(Prediction prediction, Actor rater, FeedbackSource source, DateTimeOffset now, long? origin = null) =>
        Create(prediction, FeedbackKind.Flag, classIndex: null, rater, source, now, origin);

    /// <summary>
    /// Creates a <see cref="FeedbackKind.Correction"/>, or a <see cref="FeedbackKind.Confirmation"/> when the class is the predicted one.
    /// </summary>
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

    /// <summary>Withdraws the feedback.</summary>
    /// <exception cref="InvalidOperationException">The feedback is not current any more.</exception>
    public void Withdraw(DateTimeOffset now) => Close(FeedbackEnd.Withdrawn, now);

    /// <summary>Ends the feedback because the rater gave newer feedback on the same topic.</summary>
    /// <exception cref="InvalidOperationException">The feedback is not current any more.</exception>
    public void Supersede(DateTimeOffset now) => Close(FeedbackEnd.Superseded, now);

    /// <summary>Moves the feedback from a visitor to the account that the visitor signed in to.</summary>
    /// <exception cref="InvalidOperationException">The rater is not a visitor, or the new owner is not an account.</exception>
    public void HandOver(Actor account)
    {
        ArgumentNullException.ThrowIfNull(account);
        if (Rater.Kind != ActorKind.Visitor || account.Kind != ActorKind.Account)
            throw new InvalidOperationException($"Feedback {Id} cannot move from {Rater.Kind} to {account.Kind}.");
        Rater = account;
    }

    /// <summary>Records that the loops have examined the feedback.</summary>
    /// <exception cref="InvalidOperationException">The feedback was considered already, is held for review, or was rejected.</exception>
    public void MarkConsidered()
    {
        if (SelectionState is not (FeedbackSelection.Pending or FeedbackSelection.Released))
            throw new InvalidOperationException($"Feedback {Id} is {SelectionState}.");
        SelectionState = FeedbackSelection.Considered;
    }

    /// <summary>Holds the feedback for review because it exceeded a flood limit.</summary>
    /// <param name="reason">The limit that was exceeded, in a sentence.</param>
    /// <exception cref="InvalidOperationException">The feedback was considered already, is held for review already, or was accepted or
    /// rejected by an administrator.</exception>
    public void HoldBack(string reason)
    {
        if (SelectionState != FeedbackSelection.Pending)
            throw new InvalidOperationException($"Feedback {Id} is {SelectionState}.");
        (SelectionState, HeldBackReason) = (FeedbackSelection.HeldBack, reason);
    }

    /// <summary>Records an administrator's decision on feedback that is held for review.</summary>
    /// <param name="release">Whether the feedback is accepted.</param>
    /// <exception cref="InvalidOperationException">The feedback is not held for review.</exception>
    public void Decide(bool release)
    {
        if (SelectionState != FeedbackSelection.HeldBack)
            throw new InvalidOperationException($"Feedback {Id} is {SelectionState}, not {FeedbackSelection.HeldBack}.");
        SelectionState = release ? FeedbackSelection.Released : FeedbackSelection.Discarded;
    }

    /// <summary>Records that the object store matches this row: the export exists, or is deleted if the feedback is not current.</summary>
    /// <exception cref="InvalidOperationException">No export was due.</exception>
    public void MarkExported()
    {
        if (OutputState != FeedbackOutput.Pending)
            throw new InvalidOperationException($"The export of feedback {Id} is {OutputState}, not {FeedbackOutput.Pending}.");
        OutputState = EndedAt is null ? FeedbackOutput.Processed : FeedbackOutput.Withdrawn;
    }

    private void Close(FeedbackEnd end, DateTimeOffset now)
    {
        if (EndedAt is not null)
            throw new InvalidOperationException($"Feedback {Id} was already {End} at {EndedAt:O}.");
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
