using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Labeling;

/// <summary>The way a label came in.</summary>
public enum LabelSource
{
    /// <summary>The review page, or the API in its place.</summary>
    Review = 0,

    /// <summary>Label Studio.</summary>
    LabelStudio,

    /// <summary>Somebody's correction of the model's answer.</summary>
    Correction,

    /// <summary>A file of the lab's own web app.</summary>
    Lab,
}

/// <summary>Why a label is no longer current.</summary>
public enum LabelEnd
{
    /// <summary>Taken back by whoever gave it.</summary>
    Withdrawn = 0,

    /// <summary>The same person decided again.</summary>
    Superseded,
}

/// <summary>Evidence: this person looked at that photo and decided. Labels are added and ended, never rewritten.</summary>
public sealed class HumanLabel
{
    /// <summary>Most characters of a note.</summary>
    public const int NoteLength = 1000;

    private HumanLabel()
    {
        Person = null!;
    }

    public Guid Id { get; private init; }

    /// <summary>The task it answers.</summary>
    public Guid TaskId { get; private init; }

    /// <summary>Who decided: an account or key as an <see cref="Actor"/>, or a name in another system, <c>LabelStudio:7</c>.</summary>
    public string Person { get; private init; }

    public LabelSource Source { get; private init; }

    /// <summary>The class, in model order; null when the photo was skipped.</summary>
    public int? ClassIndex { get; private init; }

    /// <summary>Whether the person had seen no answer of the model on this photo.</summary>
    public bool IsBlind { get; private init; }

    /// <summary>Whether the screen on which it was given showed the model's answer: then it closes no task that is blind.</summary>
    public bool ShowedAnswer { get; private init; }

    /// <summary>When it was decided, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>How long the person looked; null when unknown.</summary>
    public TimeSpan? Took { get; private init; }

    public string? Note { get; private init; }

    /// <summary>What it is called where it came from; null for our own. Of one name at most one label is current.</summary>
    public string? ExternalId { get; private init; }

    /// <summary>When it stopped being current, UTC; null while it is.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Why it stopped being current; null while it is.</summary>
    public LabelEnd? End { get; private set; }

    /// <summary>Somebody decided.</summary>
    internal static HumanLabel Record(
        AnnotationTask task,
        string person,
        LabelSource source,
        int? classIndex,
        bool isBlind,
        bool showedAnswer,
        DateTimeOffset decidedAt,
        TimeSpan? took,
        string? note,
        string? externalId
    ) =>
        new()
        {
            Id = Guid.CreateVersion7(decidedAt),
            TaskId = task.Id,
            Person = person,
            Source = source,
            ClassIndex = classIndex,
            IsBlind = isBlind,
            ShowedAnswer = showedAnswer,
            CreatedAt = decidedAt,
            Took = took,
            Note = note,
            ExternalId = externalId,
        };

    /// <summary>It is taken back.</summary>
    /// <exception cref="InvalidOperationException">It is not current any more.</exception>
    public void Withdraw(DateTimeOffset now) => Close(LabelEnd.Withdrawn, now);

    /// <summary>The same person decided again.</summary>
    /// <exception cref="InvalidOperationException">It is not current any more.</exception>
    public void Supersede(DateTimeOffset now) => Close(LabelEnd.Superseded, now);

    private void Close(LabelEnd end, DateTimeOffset now)
    {
        if (EndedAt is not null)
            throw new InvalidOperationException($"Label {Id} was {End} at {EndedAt:O} already.");
        (EndedAt, End) = (now, end);
    }
}
