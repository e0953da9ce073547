using GourmetGram.Domain.Feedback;

namespace GourmetGram.Domain.Labeling;

/// <summary>How far a task is.</summary>
public enum TaskState
{
    /// <summary>People are still to be asked.</summary>
    Created = 0,

    /// <summary>It stands in Label Studio, and people are still to be asked.</summary>
    Published,

    /// <summary>People said what the photo shows.</summary>
    Labelled,

    /// <summary>People could not tell.</summary>
    Skipped,

    /// <summary>It is not asked any more.</summary>
    Withdrawn,
}

/// <summary>The question what a photo shows, asked for one loop. All copies of a photo that the loop selects share it.</summary>
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

    /// <summary>The photo, by the bytes that were uploaded.</summary>
    public string PhotoSha256 { get; private init; }

    /// <summary>The prediction whose photo is shown: that of the first copy that was selected.</summary>
    public Guid PredictionId { get; private set; }

    /// <summary>Its place in the order in which tasks are handed out.</summary>
    public long Place { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>How many people should label it.</summary>
    public int Votes { get; private init; }

    /// <summary>Whether annotators see no answer of the model before they decide.</summary>
    public bool IsBlind { get; private init; }

    public TaskState State { get; private set; }

    /// <summary>The class that people gave; null unless it is <see cref="TaskState.Labelled"/>.</summary>
    public int? ClassIndex { get; private set; }

    /// <summary>When it was last decided, UTC; null while it is open.</summary>
    public DateTimeOffset? DecidedAt { get; private set; }

    /// <summary>Who has it now; null when nobody has.</summary>
    public string? LeasedTo { get; private set; }

    /// <summary>Until when they have it, UTC; null when nobody has.</summary>
    public DateTimeOffset? LeaseUntil { get; private set; }

    /// <summary>Whether what was decided is still to be brought to the datasets.</summary>
    public bool IsOutputDue { get; private set; }

    /// <summary>Whether an object of it stands where Label Studio looks for tasks, or may stand there.</summary>
    public bool HasObject { get; private set; }

    /// <summary>Whether Label Studio holds it, or may.</summary>
    public bool IsOnPlatform { get; private set; }

    /// <summary>Whether what Label Studio holds is no longer right (it shows a photo that is gone), so that it has to go from there before it is asked again.</summary>
    public bool IsRecallDue { get; private set; }

    /// <summary>One more after each change: of two who change a task at once, the second has to look again.</summary>
    public int Revision { get; private set; }

    /// <summary>Whether people are still to be asked.</summary>
    public bool IsOpen => State is TaskState.Created or TaskState.Published;

    /// <summary>The question for the first copy that a loop selected.</summary>
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

    /// <summary>Gives it to one person for a while; who has it already has it longer.</summary>
    /// <exception cref="InvalidOperationException">It is not open, or somebody else has it.</exception>
    public void Lease(string person, DateTimeOffset now, TimeSpan time)
    {
        if (!IsOpen)
            throw new InvalidOperationException($"Task {Id} is {State}: there is nothing to ask.");
        if (IsLeasedToOther(person, now))
            throw new InvalidOperationException($"Task {Id} is with somebody else until {LeaseUntil:O}.");
        (LeasedTo, LeaseUntil) = (person, now + time);
        Revision++;
    }

    /// <summary>Takes it back from who has it.</summary>
    /// <exception cref="InvalidOperationException">This person does not have it.</exception>
    public void Release(string person)
    {
        if (LeasedTo != person)
            throw new InvalidOperationException($"Task {Id} is not with {person}.");
        (LeasedTo, LeaseUntil) = (null, null);
        Revision++;
    }

    /// <summary>Whether another person has it now.</summary>
    public bool IsLeasedToOther(string person, DateTimeOffset now) => LeasedTo is not null && LeasedTo != person && LeaseUntil > now;

    /// <summary>One more copy of the photo was selected: what was decided holds for it too.</summary>
    public void AddCopy()
    {
        IsOutputDue = IsOutputDue || State == TaskState.Labelled;
        Revision++;
    }

    /// <summary>The copy that was shown is erased; another one is left.</summary>
    public void ShowCopy(Guid predictionId)
    {
        PredictionId = predictionId;
        IsRecallDue = IsOnPlatform;
        Revision++;
    }

    /// <summary>Its object stands where Label Studio looks for tasks.</summary>
    /// <exception cref="InvalidOperationException">It is not open, stands there already, or somebody has it on the review page.</exception>
    public void Publish(DateTimeOffset now)
    {
        if (State != TaskState.Created || HasObject || (LeasedTo is not null && LeaseUntil > now))
            throw new InvalidOperationException($"Task {Id} is {State} and cannot be published now.");
        (State, HasObject, IsOnPlatform) = (TaskState.Published, true, true);
        (LeasedTo, LeaseUntil) = (null, null);
        Revision++;
    }

    /// <summary>Its object stands there no more, so that Label Studio does not take it in again; what it holds of it stays.</summary>
    /// <exception cref="InvalidOperationException">People are still to be asked there, or no object stood there.</exception>
    public void RetireObject()
    {
        if (!HasObject || IsOpen)
            throw new InvalidOperationException($"Task {Id} is {State}, and its object has to stay.");
        HasObject = false;
        Revision++;
    }

    /// <summary>Its object was removed by somebody else; it is published anew.</summary>
    /// <exception cref="InvalidOperationException">None stood there.</exception>
    public void LoseObject()
    {
        if (!HasObject)
            throw new InvalidOperationException($"No object of task {Id} is published.");
        HasObject = false;
        if (State == TaskState.Published)
            State = TaskState.Created;
        Revision++;
    }

    /// <summary>Label Studio does not hold it any more, nor will it again: it is handed out here, or published anew.</summary>
    /// <exception cref="InvalidOperationException">Label Studio did not hold it.</exception>
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
    /// Somebody decides. The label is blind only if the task is, and the same person has not named a class for it before: that shows the model's answer, except in Label Studio. A skip does not.
    /// </summary>
    /// <param name="person">Who, see <see cref="HumanLabel.Person"/>.</param>
    /// <param name="source">How it came in.</param>
    /// <param name="classIndex">The class, or null for a skip.</param>
    /// <param name="labels">All labels of this task, current or not; what this one supersedes is ended.</param>
    /// <param name="decidedAt">When, UTC.</param>
    /// <param name="took">How long the person looked; null when unknown.</param>
    /// <param name="note">What they noted.</param>
    /// <param name="externalId">What it is called where it came from.</param>
    /// <param name="sawAnswer">Whether the person is known to have seen the model's answer on this photo elsewhere.</param>
    /// <param name="showedAnswer">Whether the screen on which the person decided showed it.</param>
    /// <returns>The label, to be added.</returns>
    /// <exception cref="InvalidOperationException">The task is withdrawn.</exception>
    public HumanLabel Decide(
        string person,
        LabelSource source,
        int? classIndex,
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
        if (State == TaskState.Withdrawn)
            throw new InvalidOperationException($"Task {Id} is withdrawn.");
        var earlier = labels.Where(label => label.Person == person).ToList();
        foreach (var current in earlier.Where(label => label.EndedAt is null))
            current.Supersede(decidedAt);
        var label = HumanLabel.Record(
            this,
            person,
            source,
            classIndex,
            IsBlind && !sawAnswer && !showedAnswer && (source == LabelSource.LabelStudio || earlier.All(label => label.ClassIndex is null)),
            showedAnswer,
            decidedAt,
            took,
            note,
            externalId
        );
        if (LeasedTo == person)
            (LeasedTo, LeaseUntil) = (null, null);
        Conclude([.. labels, label], decidedAt);
        return label;
    }

    /// <summary>Draws the conclusion from the labels as they are now.</summary>
    /// <param name="labels">All labels of this task.</param>
    /// <param name="now">The time, UTC.</param>
    public void Conclude(IReadOnlyCollection<HumanLabel> labels, DateTimeOffset now)
    {
        if (State == TaskState.Withdrawn)
            throw new InvalidOperationException($"Task {Id} is withdrawn.");
        var verdict = Truth.Of(labels, Votes, IsBlind);
        if (verdict.ClassIndex != ClassIndex)
            IsOutputDue = true;
        if (verdict.State != TaskState.Created)
            State = verdict.State;
        else if (!IsOpen)
            State = HasObject ? TaskState.Published : TaskState.Created;
        ClassIndex = verdict.ClassIndex;
        DecidedAt = IsOpen ? null : now;
        Revision++;
    }

    /// <summary>The datasets hold what was decided.</summary>
    /// <exception cref="InvalidOperationException">They did already.</exception>
    public void MarkOutputPlanned()
    {
        if (!IsOutputDue)
            throw new InvalidOperationException($"The output of task {Id} was not due.");
        IsOutputDue = false;
        Revision++;
    }
}
