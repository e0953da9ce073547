namespace GourmetGram.Domain.Retraining;

/// <summary>Why a model no longer answers in shadow.</summary>
public enum ShadowEnd
{
    /// <summary>A person switched it off.</summary>
    Stopped,

    /// <summary>Another model answers in shadow instead.</summary>
    Replaced,

    /// <summary>Another model began to serve.</summary>
    ChampionChanged,

    /// <summary>The model could not be loaded, or failed too often in a row.</summary>
    Fault,
}

/// <summary>
/// A time in which a challenger answered live photos in shadow: after the answer of the model that serves was sent, and without effect on
/// it. At most one model does so at a time, on all nodes.
/// </summary>
public sealed class ShadowRun
{
    /// <summary>Longest reason of a fault in characters.</summary>
    public const int FaultLength = 1000;

    private ShadowRun()
    {
        Challenger = null!;
        Champion = null!;
        By = null!;
    }

    /// <summary>UUIDv7: runs are ordered by time.</summary>
    public Guid Id { get; private init; }

    public Guid ChallengerId { get; private init; }

    /// <summary>The model that answers in shadow.</summary>
    public RegisteredModel Challenger { get; private init; }

    public Guid ChampionId { get; private init; }

    /// <summary>The model that serves meanwhile.</summary>
    public RegisteredModel Champion { get; private init; }

    public DateTimeOffset StartedAt { get; private init; }

    /// <summary>Who switched it on.</summary>
    public string By { get; private init; }

    /// <summary>Number of photos that were chosen, but found the queue full.</summary>
    public long Dropped { get; private set; }

    /// <summary>Number of photos that the challenger failed to answer.</summary>
    public long Failed { get; private set; }

    /// <summary>When it ended, UTC; null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>
    /// True while it goes on, otherwise null. The database keeps it unique, so that at most one model answers in shadow.
    /// </summary>
    public bool? IsOpen { get; private set; } = true;

    /// <summary>Why it ended; null while it goes on.</summary>
    public ShadowEnd? End { get; private set; }

    /// <summary>The person who ended it, or who has seen the fault that ended it; null for none.</summary>
    public string? EndedBy { get; private set; }

    /// <summary>The fault that ended it, as a sentence; null for none.</summary>
    public string? Fault { get; private set; }

    /// <summary>Concurrency token.</summary>
    public int Revision { get; private set; }

    /// <summary>Whether a fault ended it, and no person has acknowledged the fault yet.</summary>
    public bool NeedsAttention => End == ShadowEnd.Fault && EndedBy is null;

    /// <summary>Begins to let a model answer in shadow.</summary>
    /// <param name="challenger">The model that answers in shadow.</param>
    /// <param name="champion">The model that serves.</param>
    /// <param name="by">Who switches it on.</param>
    /// <param name="now">The time, UTC.</param>
    /// <exception cref="ArgumentException">The challenger serves.</exception>
    public static ShadowRun Start(RegisteredModel challenger, RegisteredModel champion, string by, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(challenger);
        ArgumentNullException.ThrowIfNull(champion);
        if (challenger.Id == champion.Id)
            throw new ArgumentException($"Model {champion.Version} serves.", nameof(challenger));
        return new ShadowRun
        {
            Id = Guid.CreateVersion7(now),
            ChallengerId = challenger.Id,
            Challenger = challenger,
            ChampionId = champion.Id,
            Champion = champion,
            StartedAt = now,
            By = by,
        };
    }

    /// <summary>Counts photos without an answer.</summary>
    /// <param name="dropped">Photos that found the queue full.</param>
    /// <param name="failed">Photos that the challenger failed to answer.</param>
    public void Count(long dropped, long failed)
    {
        if (dropped + failed == 0)
            return;
        (Dropped, Failed) = (Dropped + dropped, Failed + failed);
        Revision++;
    }

    /// <summary>Ends it, if it goes on. After a fault, records who has seen the fault.</summary>
    /// <param name="end">Why.</param>
    /// <param name="by">Who ends it.</param>
    /// <param name="now">The time, UTC.</param>
    public void Stop(ShadowEnd end, string by, DateTimeOffset now)
    {
        if (IsOpen is null && !NeedsAttention)
            return;
        EndedBy = by;
        if (IsOpen is not null)
            (End, EndedAt, IsOpen) = (end, now, null);
        Revision++;
    }

    /// <summary>Ends it because of a fault, if it goes on.</summary>
    /// <param name="fault">What went wrong, as a sentence.</param>
    /// <param name="now">The time, UTC.</param>
    public void Fail(string fault, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (IsOpen is null)
            return;
        Fault = fault.Length > FaultLength ? fault[..FaultLength] : fault;
        (End, EndedAt, IsOpen) = (ShadowEnd.Fault, now, null);
        Revision++;
    }
}
