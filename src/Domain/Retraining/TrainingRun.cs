namespace GourmetGram.Domain.Retraining;

/// <summary>What trains a model.</summary>
public enum Trainer
{
    /// <summary>A head is fitted to stored embeddings, here.</summary>
    Head,

    /// <summary>A program of the team trains a whole model from the photos.</summary>
    Program,
}

/// <summary>State of a training.</summary>
public enum TrainingState
{
    /// <summary>The training waits for its turn.</summary>
    Queued,

    /// <summary>The training runs. After a crash it starts over.</summary>
    Running,

    /// <summary>The model is registered.</summary>
    Succeeded,

    /// <summary>The training ended without a model, see <see cref="TrainingRun.Failure"/>.</summary>
    Failed,

    /// <summary>A person cancelled the training. There is no model.</summary>
    Cancelled,
}

/// <summary>A training on a dataset version.</summary>
public sealed class TrainingRun
{
    /// <summary>Number of lines of the log that are kept.</summary>
    public const int LogLines = 200;

    private TrainingRun()
    {
        DatasetId = null!;
        By = null!;
    }

    /// <summary>UUIDv7: trainings are ordered by time.</summary>
    public Guid Id { get; private init; }

    /// <summary>Content id of the dataset version.</summary>
    public string DatasetId { get; private init; }

    public Trainer Trainer { get; private init; }

    /// <summary>Strength of the head's regularisation that was asked for; null to choose it.</summary>
    public double? L2 { get; private init; }

    /// <summary>Whether the head expects each class as often as the random sample has it.</summary>
    public bool MatchesShares { get; private init; }

    public TrainingState State { get; private set; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>The person or job that asked for the training.</summary>
    public string By { get; private init; }

    /// <summary>When the latest attempt began, UTC; null before.</summary>
    public DateTimeOffset? StartedAt { get; private set; }

    /// <summary>When the training ended, UTC; null before.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Number of completed steps.</summary>
    public int Step { get; private set; }

    /// <summary>Number of all steps; 0 while it is unknown.</summary>
    public int Steps { get; private set; }

    /// <summary>The log, a line per entry, newest last.</summary>
    public string Log { get; private set; } = "";

    /// <summary>Why there is no model, as a sentence; null unless the training failed.</summary>
    public string? Failure { get; private set; }

    /// <summary>The registered model; null without one.</summary>
    public Guid? ModelId { get; private set; }

    /// <summary>Whether a person asked to cancel the training while it runs.</summary>
    public bool IsCancelling { get; private set; }

    /// <summary>Concurrency token.</summary>
    public int Revision { get; private set; }

    /// <summary>Whether the training has ended.</summary>
    public bool HasEnded => EndedAt is not null;

    /// <summary>Queues a training.</summary>
    /// <param name="datasetId">Content id of the dataset version.</param>
    /// <param name="l2">Strength of a head's regularisation; null to choose it.</param>
    /// <param name="by">Who asks for it.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="trainer">What trains the model.</param>
    /// <param name="matchesShares">Whether the head expects each class as often as the random sample has it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The strength is not above 0.</exception>
    public static TrainingRun Queue(
        string datasetId,
        double? l2,
        string by,
        DateTimeOffset now,
        Trainer trainer = Trainer.Head,
        bool matchesShares = false
    )
    {
        if (l2 is { } strength)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(strength, nameof(l2));
        return new TrainingRun
        {
            Id = Guid.CreateVersion7(now),
            DatasetId = datasetId,
            Trainer = trainer,
            L2 = l2,
            MatchesShares = matchesShares,
            CreatedAt = now,
            By = by,
        };
    }

    /// <summary>Begins an attempt. A training that a crash interrupted begins again.</summary>
    /// <exception cref="InvalidOperationException">The training has ended.</exception>
    public void Start(DateTimeOffset now)
    {
        RequireOpen();
        if (State == TrainingState.Running)
            Write(now, "Interrupted; starting over");
        State = TrainingState.Running;
        (StartedAt, Step, Steps) = (now, 0, 0);
        Revision++;
    }

    /// <summary>Records progress.</summary>
    /// <exception cref="InvalidOperationException">The training has ended.</exception>
    public void Report(TrainingProgress progress, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(progress);
        RequireOpen();
        (Step, Steps) = (progress.Step, progress.Of);
        Write(now, progress.Message);
        Revision++;
    }

    /// <summary>Records that the model is registered.</summary>
    /// <exception cref="InvalidOperationException">The training has ended.</exception>
    public void Succeed(Guid modelId, DateTimeOffset now)
    {
        End(TrainingState.Succeeded, now);
        (ModelId, Step) = (modelId, Steps);
    }

    /// <summary>Records why there is no model.</summary>
    /// <param name="reason">The reason, as a sentence.</param>
    /// <param name="now">The time, UTC.</param>
    /// <exception cref="InvalidOperationException">The training has ended.</exception>
    public void Fail(string reason, DateTimeOffset now)
    {
        End(TrainingState.Failed, now);
        Failure = reason;
        Write(now, reason);
    }

    /// <summary>Cancels the training. A queued training ends immediately; a running one ends when the trainer notices.</summary>
    /// <exception cref="InvalidOperationException">The training has ended.</exception>
    public void Cancel(string by, DateTimeOffset now)
    {
        RequireOpen();
        Write(now, $"Cancelled by {by}");
        IsCancelling = true;
        Revision++;
        if (State == TrainingState.Queued)
            End(TrainingState.Cancelled, now);
    }

    /// <summary>Records that the training has stopped after it was cancelled.</summary>
    /// <exception cref="InvalidOperationException">The training has ended.</exception>
    public void Stop(DateTimeOffset now) => End(TrainingState.Cancelled, now);

    private void End(TrainingState state, DateTimeOffset now)
    {
        RequireOpen();
        (State, EndedAt) = (state, now);
        Revision++;
    }

    private void RequireOpen()
    {
        if (HasEnded)
            throw new InvalidOperationException($"Training {Id} is {State}.");
    }

    private void Write(DateTimeOffset now, string message)
    {
        var lines = Log.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Append($"{now.UtcDateTime:HH:mm:ss}  {message.ReplaceLineEndings(" ")}");
        Log = string.Join('\n', lines.TakeLast(LogLines));
    }
}
