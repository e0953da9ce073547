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

    /// <summary>Where <c>process-annotations</c> puts the export of a correction; it follows from the id, so that an answer can name it before it exists.</summary>
    public string OutputKey => $"output/userfeedback2/feedback_{Id}.json";

    /// <summary>"This is wrong."</summary>
    public static UserFeedback Flag(Prediction prediction, Actor rater, FeedbackSource source, DateTimeOffset now) =>
        Create(prediction, FeedbackKind.Flag, classIndex: null, rater, source, now);

    /// <summary>"It is this class": a <see cref="FeedbackKind.Correction"/>, or a <see cref="FeedbackKind.Confirmation"/> when the class is the predicted one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such class.</exception>
    public static UserFeedback Correct(Prediction prediction, int classIndex, Actor rater, FeedbackSource source, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(classIndex, prediction.Probabilities.Values.Length);
        var kind = classIndex == prediction.PredictedIndex ? FeedbackKind.Confirmation : FeedbackKind.Correction;
        return Create(prediction, kind, classIndex, rater, source, now);
    }

    /// <summary>The rater takes it back.</summary>
    /// <exception cref="InvalidOperationException">It is not current any more.</exception>
    public void Withdraw(DateTimeOffset now) => Close(FeedbackEnd.Withdrawn, now);

    /// <summary>The rater says something else.</summary>
    /// <exception cref="InvalidOperationException">It is not current any more.</exception>
    public void Supersede(DateTimeOffset now) => Close(FeedbackEnd.Superseded, now);

    private void Close(FeedbackEnd end, DateTimeOffset now)
    {
        if (EndedAt is not null)
            throw new InvalidOperationException($"Feedback {Id} was {End} at {EndedAt:O} already.");
        EndedAt = now;
        End = end;
    }

    private static UserFeedback Create(Prediction prediction, FeedbackKind kind, int? classIndex, Actor rater, FeedbackSource source, DateTimeOffset now)
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
        };
    }
}
