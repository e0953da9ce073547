using GourmetGram.Domain.Feedback;

namespace GourmetGram.Domain.Labeling;

/// <summary>The state of a task.</summary>
public enum TaskState
{
    /// <summary>The task needs more answers.</summary>
    Created = 0,

    /// <summary>The task is published to Label Studio and needs more answers.</summary>
    Published,

    /// <summary>People named a class, or said that the photo shows none of the classes.</summary>
    Labelled,

    /// <summary>
    /// The required number of people skipped the task, and nobody answered. The task is offered to other people, after the tasks that
    /// nobody has seen.
    /// </summary>
    Skipped,

    /// <summary>People said that the photo cannot be judged.</summary>
    Unusable,

    /// <summary>The task is no longer handed out.</summary>
    Withdrawn,

    /// <summary>People disagree, even after another person was asked. An administrator decides.</summary>
    Disputed,
}

/// <summary>The question what a photo shows, asked for one loop. All copies of a photo that the loop selects share one task.</summary>
public sealed class AnnotationTask
{
    private AnnotationTask()
    {
        Loop = null!;
        PhotoSha256 = null!;
    }

    public Guid Id { get; private init; }

    /// <summary>Name of the loop.</summary>
    public string Loop { get; private init; }

    /// <summary>SHA-256 of the uploaded photo.</summary>
    public string PhotoSha256 { get; private init; }

    /// <summary>The prediction whose photo is shown; initially that of the first copy that was selected.</summary>
    public Guid PredictionId { get; private set; }

    /// <summary>Position in the order in which tasks are handed out.</summary>
    public long Place { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>
    /// Number of people who should label the photo. The loop's setting applies until the task is decided, and never to a task that is asked
    /// again.
    /// </summary>
    public int Votes { get; private set; }

    /// <summary>Whether the model's answer is hidden from annotators until they decide.</summary>
    public bool IsBlind { get; private set; }

    /// <summary>Whether the decision was doubted, and the task was handed out to another person after it.</summary>
    public bool IsAskedAgain { get; private set; }

    public TaskState State { get; private set; }

    /// <summary>The answer that people agreed on; null while the task is not decided.</summary>
    public Answer? Answer => Answer.From(AnswerKind, ClassIndex);

    /// <summary>The kind of the answer; null while the task is not decided.</summary>
    public AnswerKind? AnswerKind { get; private set; }

    /// <summary>Index of the class that people gave; null unless the answer is a class.</summary>
    public int? ClassIndex { get; private set; }

    /// <summary>
    /// The answer of people who had not seen the model's answer, by the same rules; null while there is none. Only this answer measures the
    /// model.
    /// </summary>
    public Answer? BlindAnswer => Answer.From(BlindAnswerKind, BlindClassIndex);

    /// <summary>The kind of the blind answer; null while there is none.</summary>
    public AnswerKind? BlindAnswerKind { get; private set; }

    /// <summary>Index of the class of the blind answer; null unless that answer is a class.</summary>
    public int? BlindClassIndex { get; private set; }

    /// <summary>Whether enough people answered, but no answer has more votes than every other. False once no decision is needed.</summary>
    public bool IsTied { get; private set; }

    /// <summary>When the task was last decided, UTC; null while it is not decided.</summary>
    public DateTimeOffset? DecidedAt { get; private set; }

    /// <summary>The person who holds the lease; null when there is no lease.</summary>
    public string? LeasedTo { get; private set; }

    /// <summary>When the lease ends, UTC; null when there is no lease.</summary>
    public DateTimeOffset? LeaseUntil { get; private set; }

    /// <summary>Whether the decision is still to be applied to the datasets.</summary>
    public bool IsOutputDue { get; private set; }

    /// <summary>Whether the task has an object, or may have one, in the place where Label Studio looks for tasks.</summary>
    public bool HasObject { get; private set; }

    /// <summary>Whether Label Studio has the task, or may have it.</summary>
    public bool IsOnPlatform { get; private set; }

    /// <summary>
    /// Whether the task in Label Studio is no longer valid (it shows a deleted photo, or was withdrawn), and must be removed from there
    /// before the task is handed out again.
    /// </summary>
    public bool IsRecallDue { get; private set; }

    /// <summary>Whether the reason for the task was withdrawn. The task is then withdrawn too, unless it has an answer.</summary>
    public bool IsUnwanted { get; private set; }

    /// <summary>Concurrency token. If two requests change a task at the same time, the second one has to retry.</summary>
    public int Revision { get; private set; }

    /// <summary>Whether the task needs more answers.</summary>
    public bool IsOpen => State is TaskState.Created or TaskState.Published;

    /// <summary>Whether the task can still be answered. A skipped task is left to people who have not seen it.</summary>
    public bool IsUnanswered => IsOpen || State == TaskState.Skipped;

    /// <summary>Creates the task for the first copy of a photo that a loop selected.</summary>
    public static AnnotationTask For(Selection selection, LoopSettings loop, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(loop);
        return new AnnotationTask
        {
            Id = Guid.CreateVersion7(now),
            Loop = selection.Loop,
            PhotoSha256 = selection.PhotoSha256,
            PredictionId = selection.PredictionId,
            Place = selection.Place,
            CreatedAt = now,
            Votes = loop.Votes,
            IsBlind = loop.IsBlind,
        };
    }

    /// <summary>Leases the task to one person for a while. If the person holds the lease already, it is extended.</summary>
    /// <exception cref="InvalidOperationException">The task is answered, or another person holds the lease.</exception>
    public void Lease(string person, DateTimeOffset now, TimeSpan time)
    {
        if (!IsUnanswered)
            throw new InvalidOperationException($"Task {Id} is {State} and needs no more labels.");
        if (IsLeasedToOther(person, now))
            throw new InvalidOperationException($"Task {Id} is leased to another person until {LeaseUntil:O}.");
        (LeasedTo, LeaseUntil) = (person, now + time);
        Revision++;
    }

    /// <summary>Ends a person's lease.</summary>
    /// <exception cref="InvalidOperationException">The person does not hold the lease.</exception>
    public void Release(string person)
    {
        if (LeasedTo != person)
            throw new InvalidOperationException($"Task {Id} is not leased to {person}.");
        (LeasedTo, LeaseUntil) = (null, null);
        Revision++;
    }

    /// <summary>Whether another person holds the lease now.</summary>
    public bool IsLeasedToOther(string person, DateTimeOffset now) => LeasedTo is not null && LeasedTo != person && LeaseUntil > now;

    /// <summary>Records that another copy of the photo was selected. The decision applies to it too.</summary>
    public void AddCopy()
    {
        IsOutputDue = IsOutputDue || State == TaskState.Labelled;
        Revision++;
    }

    /// <summary>Withdraws the task for all copies of the photo, because its reason was withdrawn. An existing answer stays.</summary>
    public void Withdraw()
    {
        IsUnwanted = true;
        if (IsUnanswered || State == TaskState.Disputed)
            (State, IsTied, LeasedTo, LeaseUntil, IsRecallDue) = (TaskState.Withdrawn, false, null, null, IsOnPlatform);
        Revision++;
    }

    /// <summary>Renews the task because its reason is valid again.</summary>
    /// <param name="votes">Number of people who should label the photo now.</param>
    /// <param name="labels">All labels of this task.</param>
    /// <param name="now">The time, UTC.</param>
    public void Renew(int votes, IReadOnlyCollection<HumanLabel> labels, DateTimeOffset now)
    {
        IsUnwanted = false;
        if (State == TaskState.Withdrawn)
        {
            if (!IsAskedAgain)
                Votes = votes;
            Conclude(labels, now);
        }

        Revision++;
    }

    /// <summary>Switches to another copy of the photo, because the copy that was shown is deleted.</summary>
    public void ShowCopy(Guid predictionId)
    {
        PredictionId = predictionId;
        IsRecallDue = IsOnPlatform;
        Revision++;
    }

    /// <summary>Records that the task's object is in the place where Label Studio looks for tasks.</summary>
    /// <exception cref="InvalidOperationException">The task is answered, has an object already, or is leased on the review
    /// page.</exception>
    public void Publish(DateTimeOffset now)
    {
        if (!IsUnanswered || HasObject || (LeasedTo is not null && LeaseUntil > now))
            throw new InvalidOperationException($"Task {Id} is {State} and cannot be published now.");
        (HasObject, IsOnPlatform) = (true, true);
        if (State == TaskState.Created)
            State = TaskState.Published;
        (LeasedTo, LeaseUntil) = (null, null);
        Revision++;
    }

    /// <summary>
    /// Records that the task's object was deleted, so that Label Studio does not import the task again. The task in Label Studio stays.
    /// </summary>
    /// <exception cref="InvalidOperationException">The task needs more answers, or it has no object.</exception>
    public void RetireObject()
    {
        if (!HasObject || IsUnanswered)
            throw new InvalidOperationException($"Task {Id} is {State}, so its object cannot be deleted.");
        HasObject = false;
        Revision++;
    }

    /// <summary>Records that another program deleted the task's object. The task is published again.</summary>
    /// <exception cref="InvalidOperationException">The task has no object.</exception>
    public void LoseObject()
    {
        if (!HasObject)
            throw new InvalidOperationException($"Task {Id} has no published object.");
        HasObject = false;
        if (State == TaskState.Published)
            State = TaskState.Created;
        Revision++;
    }

    /// <summary>
    /// Records that Label Studio no longer has the task and will not import it again. The task is handed out here or published again.
    /// </summary>
    /// <exception cref="InvalidOperationException">Label Studio did not have the task.</exception>
    public void Recall()
    {
        if (!IsOnPlatform)
            throw new InvalidOperationException($"Task {Id} is not in Label Studio.");
        (HasObject, IsOnPlatform, IsRecallDue) = (false, false, false);
        if (State == TaskState.Published)
            State = TaskState.Created;
        Revision++;
    }

    /// <summary>
    /// Records a decision. The label is blind only if the task is blind and the same person has not answered before, because an answer
    /// reveals the model's answer, except in Label Studio. A skip does not reveal it.
    /// </summary>
    /// <param name="person">The person who decides, see <see cref="HumanLabel.Person"/>.</param>
    /// <param name="source">The channel through which the label arrived.</param>
    /// <param name="answer">The answer, or null for a skip.</param>
    /// <param name="labels">All labels of this task, current or not. Labels that the new label supersedes are ended.</param>
    /// <param name="decidedAt">Time of the decision, UTC.</param>
    /// <param name="took">How long the person looked; null when unknown.</param>
    /// <param name="note">The person's note.</param>
    /// <param name="externalId">Id of the label in the system that it came from.</param>
    /// <param name="sawAnswer">Whether the person is known to have seen the model's answer on this photo elsewhere.</param>
    /// <param name="showedAnswer">Whether the screen on which the person decided showed the model's answer.</param>
    /// <returns>The new label. The caller adds it.</returns>
    public HumanLabel Decide(
        string person,
        LabelSource source,
        Answer? answer,
        IReadOnlyCollection<HumanLabel> labels,
        DateTimeOffset decidedAt,
        TimeSpan? took = null,
        string? note = null,
        string? externalId = null,
        bool sawAnswer = false,
        bool showedAnswer = false
    )
    {
        ArgumentNullException.ThrowIfNull(labels);
        var earlier = labels.Where(label => label.Person == person).ToList();
        foreach (var current in earlier.Where(label => label is { EndedAt: null, Source: not LabelSource.Adjudication }))
            current.Supersede(decidedAt);
        var isBlind =
            IsBlind && !sawAnswer && !showedAnswer && (source == LabelSource.LabelStudio || earlier.All(label => label.AnswerKind is null));
        var label = HumanLabel.Record(this, person, source, answer, isBlind, showedAnswer, decidedAt, took, note, externalId);
        if (LeasedTo == person)
            (LeasedTo, LeaseUntil) = (null, null);
        Conclude([.. labels, label], decidedAt);
        return label;
    }

    /// <summary>
    /// Records an answer to the task's photo, whose answer is known. The answer changes nothing about the task, see
    /// <see cref="PlantedAnswer"/>.
    /// </summary>
    /// <param name="person">The person who answers, see <see cref="HumanLabel.Person"/>.</param>
    /// <param name="answer">The answer, or null for a skip.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="took">How long the person looked; null when unknown.</param>
    /// <param name="note">The person's note.</param>
    /// <param name="externalId">The idempotency key, as <see cref="HumanLabel.ExternalId"/>.</param>
    /// <returns>The new label. The caller adds it.</returns>
    public HumanLabel AnswerPlanted(
        string person,
        Answer? answer,
        DateTimeOffset now,
        TimeSpan? took = null,
        string? note = null,
        string? externalId = null
    ) => HumanLabel.Record(this, person, LabelSource.Planted, answer, IsBlind, showedAnswer: !IsBlind, now, took, note, externalId);

    /// <summary>Records an administrator's decision between labels that disagree. An administrator may decide again.</summary>
    /// <param name="person">The person who decides, see <see cref="HumanLabel.Person"/>.</param>
    /// <param name="answer">The answer that says what the photo shows.</param>
    /// <param name="labels">All labels of this task, current or not. Labels that the new label supersedes are ended.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="note">The person's note.</param>
    /// <param name="sawAnswer">Whether the administrator is known to have seen the model's answer on this photo.</param>
    /// <returns>The new label. The caller adds it. The label is not blind, because the administrator has seen the other labels.</returns>
    /// <exception cref="InvalidOperationException">The labels do not disagree.</exception>
    public HumanLabel Adjudicate(
        string person,
        Answer answer,
        IReadOnlyCollection<HumanLabel> labels,
        DateTimeOffset now,
        string? note = null,
        bool sawAnswer = false
    )
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (!IsTied && !labels.Any(label => label is { EndedAt: null, Source: LabelSource.Adjudication }))
            throw new InvalidOperationException($"Task {Id} is {State}: its labels do not conflict.");
        return Overrule(person, answer, labels, now, note, showedAnswer: sawAnswer);
    }

    /// <summary>
    /// Records that an administrator, who sees the model's answer, gives a decided photo another label. The label overrules the others, but
    /// it is not blind: the photo has no blind answer until somebody labels it without the model's answer.
    /// </summary>
    /// <param name="person">The person who decides, see <see cref="HumanLabel.Person"/>.</param>
    /// <param name="answer">The answer that says what the photo shows.</param>
    /// <param name="labels">All labels of this task, current or not. Labels that the new label supersedes are ended.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="note">The person's note.</param>
    /// <returns>The new label. The caller adds it.</returns>
    /// <exception cref="InvalidOperationException">The task is not decided.</exception>
    public HumanLabel Change(string person, Answer answer, IReadOnlyCollection<HumanLabel> labels, DateTimeOffset now, string? note = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        RequireDecided();
        return Overrule(person, answer, labels, now, note, showedAnswer: true);
    }

    /// <summary>
    /// Hands out a decided task to one more person, who does not see the model's answer. An administrator's decision ends, and all answers
    /// count as votes.
    /// </summary>
    /// <param name="labels">All labels of this task, current or not.</param>
    /// <param name="now">The time, UTC.</param>
    /// <exception cref="InvalidOperationException">The task is not decided, or its reason was withdrawn.</exception>
    public void AskAgain(IReadOnlyCollection<HumanLabel> labels, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(labels);
        RequireDecided();
        if (IsUnwanted)
            throw new InvalidOperationException($"The reason for task {Id} was withdrawn, so nobody is asked again.");
        EndDecisions(labels, now);
        (IsBlind, IsAskedAgain, LeasedTo, LeaseUntil) = (true, true, null, null);
        Votes = Truth.CountAnswers(labels, IsBlind) + 1;
        Conclude(labels, now);
    }

    /// <summary>Changes the number of people who should label the photo. Existing labels still count.</summary>
    /// <param name="votes">The loop's number of votes.</param>
    /// <param name="labels">The current labels of this task.</param>
    /// <param name="now">The time, UTC.</param>
    /// <exception cref="InvalidOperationException">The task is decided or asked again, and keeps its number of votes.</exception>
    public void ApplyVotes(int votes, IReadOnlyCollection<HumanLabel> labels, DateTimeOffset now)
    {
        if ((!IsUnanswered && State != TaskState.Disputed) || IsAskedAgain)
            throw new InvalidOperationException($"Task {Id} is {State}: its number of votes cannot change.");
        Votes = votes;
        Conclude(labels, now);
    }

    /// <summary>Derives the task's state and answer from its current labels.</summary>
    /// <param name="labels">All labels of this task.</param>
    /// <param name="now">The time, UTC.</param>
    public void Conclude(IReadOnlyCollection<HumanLabel> labels, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var verdict = Truth.Of(labels, Votes, IsBlind);
        if (verdict.Answer?.ClassIndex != ClassIndex)
            IsOutputDue = true;
        if (IsUnwanted && verdict.Answer is null)
            (State, IsRecallDue) = (TaskState.Withdrawn, IsOnPlatform);
        else if (verdict.State != TaskState.Created)
            State = verdict.State;
        else if (!IsOpen)
            State = HasObject ? TaskState.Published : TaskState.Created;
        (AnswerKind, ClassIndex, IsTied) = (
            verdict.Answer?.Kind,
            verdict.Answer?.ClassIndex,
            verdict.IsTied && State != TaskState.Withdrawn
        );
        DecidedAt = IsOpen || State == TaskState.Disputed ? null : now;
        ConcludeBlind(labels);
    }

    /// <summary>Derives the blind answer from the task's labels, after one of them turned out not to be blind.</summary>
    /// <param name="labels">All labels of this task.</param>
    public void ConcludeBlind(IReadOnlyCollection<HumanLabel> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var blind = BlindAnswerOf([.. labels.Where(label => label.EndedAt is null)], !IsUnanswered && State != TaskState.Disputed);
        (BlindAnswerKind, BlindClassIndex) = (blind?.Kind, blind?.ClassIndex);
        Revision++;
    }

    /// <summary>
    /// Derives what the labels said at an earlier moment. The number of votes is that of today; a task that was asked again is judged by
    /// the answers that it had.
    /// </summary>
    /// <param name="labels">All labels of this task, current or not.</param>
    /// <param name="moment">The first moment of which nothing is known, UTC.</param>
    /// <returns>The state that the labels lead to, and the blind answer; null if there was none.</returns>
    public (TaskState State, Answer? BlindAnswer) AsKnownBefore(IReadOnlyCollection<HumanLabel> labels, DateTimeOffset moment)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var current = labels.Where(label => label.IsCurrentBefore(moment)).ToList();
        var votes = IsAskedAgain ? Math.Clamp(Truth.CountCurrent(current, IsBlind), 1, Votes) : Votes;
        return (Truth.OfCurrent(current, votes, IsBlind).State, BlindAnswerOf(current, isDecided: true));
    }

    private Answer? BlindAnswerOf(IReadOnlyCollection<HumanLabel> current, bool isDecided)
    {
        if (!IsBlind)
            return null;
        // Somebody who knew the model's answer overruled the labels before, so only later labels measure the model.
        var overruledAt = current.Where(label => label is { Source: LabelSource.Adjudication, ShowedAnswer: true }).Max(TimeOf);
        // An administrator who decides between blind labels sees these, but not the model's answer.
        var blind = current
            .Where(label => label.IsBlind || label is { Source: LabelSource.Adjudication, ShowedAnswer: false })
            .Where(label => overruledAt is null || label.CreatedAt > overruledAt)
            .ToList();
        // The votes that a task asked again has in addition include labels that are not blind.
        var votes = IsAskedAgain && isDecided ? Math.Clamp(Truth.CountCurrent(blind, IsBlind), 1, Votes) : Votes;
        return Truth.OfCurrent(blind, votes, IsBlind).Answer;

        static DateTimeOffset? TimeOf(HumanLabel label) => label.CreatedAt;
    }

    /// <summary>Adds an administrator's decision that overrules all votes.</summary>
    private HumanLabel Overrule(
        string person,
        Answer answer,
        IReadOnlyCollection<HumanLabel> labels,
        DateTimeOffset now,
        string? note,
        bool showedAnswer
    )
    {
        EndDecisions(labels, now);
        var label = HumanLabel.Record(
            this,
            person,
            LabelSource.Adjudication,
            answer,
            isBlind: false,
            showedAnswer,
            now,
            took: null,
            note,
            externalId: null
        );
        (LeasedTo, LeaseUntil) = (null, null);
        Conclude([.. labels, label], now);
        return label;
    }

    private static void EndDecisions(IReadOnlyCollection<HumanLabel> labels, DateTimeOffset now)
    {
        foreach (var decision in labels.Where(label => label is { EndedAt: null, Source: LabelSource.Adjudication }))
            decision.Supersede(now);
    }

    private void RequireDecided()
    {
        if (State is not (TaskState.Labelled or TaskState.Unusable))
            throw new InvalidOperationException($"Task {Id} is {State}, so there is no decision to doubt.");
    }

    /// <summary>Records that the decision is planned for the datasets.</summary>
    /// <exception cref="InvalidOperationException">No output was due.</exception>
    public void MarkOutputPlanned()
    {
        if (!IsOutputDue)
            throw new InvalidOperationException($"The output of task {Id} was not due.");
        IsOutputDue = false;
        Revision++;
    }
}
