namespace GourmetGram.Domain.Retraining;

/// <summary>What started a run of the pipeline.</summary>
public enum PipelineTrigger
{
    /// <summary>A person or a program.</summary>
    Person,

    /// <summary>Enough new labels.</summary>
    Labels,

    /// <summary>The time since the last run.</summary>
    Schedule,

    /// <summary>An alert about the accuracy.</summary>
    Alert,
}

/// <summary>A step of the pipeline.</summary>
public enum PipelineStage
{
    /// <summary>Builds a dataset version from the labels.</summary>
    Build,

    /// <summary>Trains a model on it.</summary>
    Train,

    /// <summary>Compares the model with the one that serves, and waits for labels.</summary>
    Gate,

    /// <summary>Makes the model serve, automatically or when a person promotes it.</summary>
    Serve,
}

/// <summary>How a run of the pipeline ended.</summary>
public enum PipelineOutcome
{
    /// <summary>The new model serves.</summary>
    Serving,

    /// <summary>The gate let the model pass, and a person may promote it.</summary>
    Passed,

    /// <summary>A step said no, for example because there are no new labels or because the gate held the model.</summary>
    Stopped,

    /// <summary>A step failed.</summary>
    Failed,
}

/// <summary>A run of the pipeline: build, train, gate, serve. It is continued after a crash at any step.</summary>
public sealed class PipelineRun
{
    /// <summary>Longest name of the person or job that starts or stops a run.</summary>
    public const int NameLength = 256;

    private PipelineRun()
    {
        By = null!;
    }

    /// <summary>UUIDv7: runs are ordered by time.</summary>
    public Guid Id { get; private init; }

    public DateTimeOffset CreatedAt { get; private init; }

    public PipelineTrigger Trigger { get; private init; }

    /// <summary>The person or job that started the run.</summary>
    public string By { get; private init; }

    /// <summary>The step that the run is at, or ended at.</summary>
    public PipelineStage Stage { get; private set; }

    /// <summary>The build of the dataset version; null before.</summary>
    public Guid? BuildId { get; private set; }

    /// <summary>The training; null before.</summary>
    public Guid? TrainingId { get; private set; }

    /// <summary>The trained model; null before.</summary>
    public Guid? ModelId { get; private set; }

    /// <summary>The trial; null before.</summary>
    public Guid? TrialId { get; private set; }

    /// <summary>When the run ended, UTC; null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>
    /// True while the run goes on, otherwise null. The database keeps it unique, so that there is one such run on all nodes.
    /// </summary>
    public bool? IsOpen { get; private set; } = true;

    /// <summary>How it ended; null while it goes on.</summary>
    public PipelineOutcome? Outcome { get; private set; }

    /// <summary>What happened, as a sentence; empty while there is nothing to say.</summary>
    public string Message { get; private set; } = "";

    /// <summary>Concurrency token.</summary>
    public int Revision { get; private set; }

    /// <summary>Starts a run.</summary>
    public static PipelineRun Start(PipelineTrigger trigger, string by, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            CreatedAt = now,
            Trigger = trigger,
            By = by,
        };

    /// <summary>Records that a dataset version is being built.</summary>
    public void BeginBuild(Guid buildId)
    {
        BuildId = buildId;
        Revision++;
    }

    /// <summary>Records that a training is queued.</summary>
    public void BeginTraining(Guid trainingId)
    {
        (Stage, TrainingId) = (PipelineStage.Train, trainingId);
        Revision++;
    }

    /// <summary>Records that a model was trained and is to be compared.</summary>
    public void BeginGate(Guid modelId)
    {
        (Stage, ModelId) = (PipelineStage.Gate, modelId);
        Revision++;
    }

    /// <summary>Records that a trial has begun.</summary>
    public void AwaitTrial(Guid trialId)
    {
        TrialId = trialId;
        Revision++;
    }

    /// <summary>Records that the gate let the model pass.</summary>
    public void BeginServing()
    {
        Stage = PipelineStage.Serve;
        Revision++;
    }

    /// <summary>Ends the run.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="message">What happened, as a sentence.</param>
    /// <param name="now">The time, UTC.</param>
    public void End(PipelineOutcome outcome, string message, DateTimeOffset now)
    {
        (Outcome, Message, EndedAt, IsOpen) = (outcome, message, now, null);
        Revision++;
    }
}

/// <summary>
/// The rules that start the pipeline automatically, and whether it promotes models automatically. There is one row; without it, the
/// defaults apply.
/// </summary>
public sealed class PipelineRules
{
    /// <summary>Id of the only row.</summary>
    public const int OnlyId = 1;

    private PipelineRules()
    {
        ChangedBy = "";
    }

    public int Id { get; private init; } = OnlyId;

    /// <summary>Number of new labels that starts a run; null to start none.</summary>
    public int? NewLabels { get; private set; }

    /// <summary>Number of days after which a run starts; null to start none.</summary>
    public int? EveryDays { get; private set; }

    /// <summary>Whether an alert about the accuracy starts a run.</summary>
    public bool OnAlert { get; private set; }

    /// <summary>Minimum number of hours between the starts of two automatic runs.</summary>
    public int PauseHours { get; private set; } = 24;

    /// <summary>Whether a model that the gate lets pass is promoted without a person.</summary>
    public bool PromotesByItself { get; private set; }

    /// <summary>Who changed the rules last; empty for the defaults.</summary>
    public string ChangedBy { get; private set; }

    /// <summary>Concurrency token.</summary>
    public int Revision { get; private set; }

    /// <summary>Returns the rules of a new installation: only people start the pipeline, and only people promote.</summary>
    public static PipelineRules Default() => new();

    /// <summary>Returns when the schedule starts the next run, UTC; null without a schedule.</summary>
    /// <param name="last">When the last run started; null for none.</param>
    /// <param name="now">The time, UTC.</param>
    public DateTimeOffset? NextScheduled(DateTimeOffset? last, DateTimeOffset now)
    {
        if (EveryDays is not { } days)
            return null;
        var due = last?.AddDays(days) ?? now;
        return due > now ? due : now;
    }

    /// <summary>Replaces the rules.</summary>
    public void Change(int? newLabels, int? everyDays, bool onAlert, int pauseHours, bool promotesByItself, string by)
    {
        (NewLabels, EveryDays, OnAlert, PauseHours, PromotesByItself) = (newLabels, everyDays, onAlert, pauseHours, promotesByItself);
        ChangedBy = by;
        Revision++;
    }
}
