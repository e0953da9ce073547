using GourmetGram.Domain.Access;

namespace GourmetGram.Domain.Labeling;

/// <summary>The channel through which a label arrived.</summary>
public enum LabelSource
{
    /// <summary>The review page, or the API used in its place.</summary>
    Review = 0,

    /// <summary>Label Studio.</summary>
    LabelStudio,

    /// <summary>A user's correction of the model's answer.</summary>
    Correction,

    /// <summary>A file from the lab's own web app.</summary>
    Lab,

    /// <summary>An administrator's decision between labels that disagree, or instead of a label that may be wrong.</summary>
    Adjudication,

    /// <summary>
    /// An answer to a photo whose answer is known, see <see cref="PlantedAnswer"/>. It says how reliable the person is, and nothing about
    /// the photo. Queries leave these labels out unless they ask for them.
    /// </summary>
    Planted,
}

/// <summary>Why a label is no longer current.</summary>
public enum LabelEnd
{
    /// <summary>The person who gave the label withdrew it.</summary>
    Withdrawn = 0,

    /// <summary>The same person decided again, or an administrator's decision ended because of a new one or because people are asked
    /// again.</summary>
    Superseded,
}

/// <summary>Evidence: a person examined a photo and decided. Labels are added and ended, but never rewritten.</summary>
public sealed class HumanLabel
{
    /// <summary>Maximum length of a note in characters.</summary>
    public const int NoteLength = 1000;

    private HumanLabel()
    {
        Person = null!;
    }

    public Guid Id { get; private init; }

    /// <summary>The task that the label answers.</summary>
    public Guid TaskId { get; private init; }

    /// <summary>
    /// The person who decided: an account or key as an <see cref="Actor"/>, or a name in another system, e.g. <c>LabelStudio:7</c>.
    /// </summary>
    public string Person { get; private init; }

    public LabelSource Source { get; private init; }

    /// <summary>The person's answer; null when the photo was skipped.</summary>
    public Answer? Answer => Answer.From(AnswerKind, ClassIndex);

    /// <summary>The kind of the answer; null when the photo was skipped.</summary>
    public AnswerKind? AnswerKind { get; private init; }

    /// <summary>The class, in model order; null unless the answer is a class.</summary>
    public int? ClassIndex { get; private init; }

    /// <summary>Whether the person had not seen the model's answer on this photo.</summary>
    public bool IsBlind { get; private set; }

    /// <summary>
    /// Whether the screen on which the person decided showed the model's answer. Such a label cannot close a blind task, unless an
    /// administrator decides. An administrator's decision has it also if the administrator had seen the model's answer before.
    /// </summary>
    public bool ShowedAnswer { get; private init; }

    /// <summary>When the person decided, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>How long the person looked; null when unknown.</summary>
    public TimeSpan? Took { get; private init; }

    public string? Note { get; private init; }

    /// <summary>
    /// Id of the label in the system that it came from; null for our own labels. At most one label with an id is current.
    /// </summary>
    public string? ExternalId { get; private init; }

    /// <summary>When the label stopped being current, UTC; null while it is current.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Why the label stopped being current; null while it is current.</summary>
    public LabelEnd? End { get; private set; }

    /// <summary>Records a decision.</summary>
    internal static HumanLabel Record(
        AnnotationTask task,
        string person,
        LabelSource source,
        Answer? answer,
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
            AnswerKind = answer?.Kind,
            ClassIndex = answer?.ClassIndex,
            IsBlind = isBlind,
            ShowedAnswer = showedAnswer,
            CreatedAt = decidedAt,
            Took = took,
            Note = note,
            ExternalId = externalId,
        };

    /// <summary>Whether the label was current just before a moment.</summary>
    public bool IsCurrentBefore(DateTimeOffset moment) => CreatedAt < moment && (EndedAt is null || EndedAt >= moment);

    /// <summary>Records that the person had seen the model's answer before deciding.</summary>
    public void MarkAnswerSeen() => IsBlind = false;

    /// <summary>Withdraws the label.</summary>
    /// <exception cref="InvalidOperationException">The label is not current any more.</exception>
    public void Withdraw(DateTimeOffset now) => Close(LabelEnd.Withdrawn, now);

    /// <summary>Ends the label because the same person decided again.</summary>
    /// <exception cref="InvalidOperationException">The label is not current any more.</exception>
    public void Supersede(DateTimeOffset now) => Close(LabelEnd.Superseded, now);

    private void Close(LabelEnd end, DateTimeOffset now)
    {
        if (EndedAt is not null)
            throw new InvalidOperationException($"Label {Id} was already {End} at {EndedAt:O}.");
        (EndedAt, End) = (now, end);
    }
}
