namespace GourmetGram.Domain.Retraining;

/// <summary>Why a model began to answer.</summary>
public enum ServingReason
{
    /// <summary>The server was started with its folder.</summary>
    Start,

    /// <summary>The gate let it pass, and a person or the pipeline promoted it.</summary>
    Promotion,

    /// <summary>A person promoted it although the gate had not let it pass.</summary>
    Override,

    /// <summary>A person returned to it.</summary>
    Rollback,

    /// <summary>The model after it failed its first photos.</summary>
    AutomaticRollback,
}

/// <summary>
/// An entry in the history of service: which model answered from when to when, and who decided that. Entries never overlap.
/// </summary>
public sealed class ServingPeriod
{
    /// <summary>Longest note in characters.</summary>
    public const int NoteLength = 2000;

    private ServingPeriod()
    {
        Model = null!;
        By = null!;
    }

    /// <summary>UUIDv7: entries are ordered by their beginning.</summary>
    public Guid Id { get; private init; }

    public Guid ModelId { get; private init; }

    public RegisteredModel Model { get; private init; }

    /// <summary>When the model began to answer, UTC. Other nodes follow within 5 seconds.</summary>
    public DateTimeOffset From { get; private init; }

    /// <summary>When the next model began to answer, UTC; null while this one does.</summary>
    public DateTimeOffset? Until { get; private set; }

    public ServingReason Reason { get; private init; }

    /// <summary>The person or job that decided.</summary>
    public string By { get; private init; }

    /// <summary>The note of the person, or what went wrong; null for none.</summary>
    public string? Note { get; private init; }

    /// <summary>The trial whose decision let the model pass; null for none.</summary>
    public Guid? TrialId { get; private init; }

    /// <summary>Concurrency token: of two promotions at the same time, the second starts over.</summary>
    public int Revision { get; private set; }

    /// <summary>Begins the history.</summary>
    public static ServingPeriod First(RegisteredModel model, string by, DateTimeOffset now) =>
        Create(model, ServingReason.Start, by, note: null, trialId: null, now);

    /// <summary>Ends this entry and begins the next at the same moment.</summary>
    /// <param name="model">The model that answers from now on.</param>
    /// <param name="reason">Why.</param>
    /// <param name="by">Who decided.</param>
    /// <param name="note">Their note; null for none.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="trialId">The trial whose decision let the model pass; null for none.</param>
    /// <exception cref="InvalidOperationException">This entry has ended.</exception>
    public ServingPeriod Follow(
        RegisteredModel model,
        ServingReason reason,
        string by,
        string? note,
        DateTimeOffset now,
        Guid? trialId = null
    )
    {
        if (Until is not null)
            throw new InvalidOperationException($"Entry {Id} of the history ended at {Until:O}.");
        // A clock that was set back must not make entries overlap.
        var moment = now > From ? now : From;
        Until = moment;
        Revision++;
        return Create(model, reason, by, note, trialId, moment);
    }

    private static ServingPeriod Create(
        RegisteredModel model,
        ServingReason reason,
        string by,
        string? note,
        Guid? trialId,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ServingPeriod
        {
            Id = Guid.CreateVersion7(now),
            ModelId = model.Id,
            Model = model,
            From = now,
            Reason = reason,
            By = by,
            Note = note,
            TrialId = trialId,
        };
    }
}
