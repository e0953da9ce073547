namespace GourmetGram.Domain.Labeling;

/// <summary>The result of reading one finished label from the object store.</summary>
public enum OutputOutcome
{
    /// <summary>The object was stored as a label.</summary>
    Labelled = 0,

    /// <summary>The object was stored as a skip.</summary>
    Skipped,

    /// <summary>The object cannot be used.</summary>
    Invalid,

    /// <summary>The content of the object was known already.</summary>
    AlreadyProcessed,

    /// <summary>The object is out of date, for example because a newer label is stored or the photo was deleted.</summary>
    Superseded,
}

/// <summary>
/// The record of an object below <c>labelstudio/output</c> that another program wrote: which version was read, and with which result. Each
/// object has one row.
/// </summary>
public sealed class ReadOutput
{
    private ReadOutput()
    {
        Key = null!;
        Version = null!;
    }

    /// <summary>Path in bucket <c>labelstudio</c>.</summary>
    public string Key { get; private init; }

    /// <summary>The version that was read, as the store reports it (ETag).</summary>
    public string Version { get; private set; }

    /// <summary>Label Studio's id of the annotation; null for other files.</summary>
    public long? AnnotationId { get; private set; }

    /// <summary>When the annotation was last changed, UTC; null for other files.</summary>
    public DateTimeOffset? UpdatedAt { get; private set; }

    public OutputOutcome Outcome { get; private set; }

    /// <summary>Why the object cannot be used; null when it can.</summary>
    public string? Reason { get; private set; }

    /// <summary>
    /// What was missing when the object was read. The object is read again once it exists. Holds the photo's names, one per line; empty
    /// when the loop was missing; null when nothing is missing.
    /// </summary>
    public string? Awaits { get; private set; }

    /// <summary>When the object was last read, UTC.</summary>
    public DateTimeOffset ReadAt { get; private set; }

    /// <summary>Whether the object is still to be moved away, or its copy in quarantine is still to be updated.</summary>
    public bool IsMoveDue { get; private set; }

    /// <summary>Records an object that is read for the first time.</summary>
    public static ReadOutput Record(
        string key,
        string version,
        long? annotationId,
        DateTimeOffset? updatedAt,
        OutputOutcome outcome,
        string? reason,
        string? awaits,
        bool isMoveDue,
        DateTimeOffset now
    )
    {
        var read = new ReadOutput { Key = key, Version = version };
        read.ReadAgain(version, annotationId, updatedAt, outcome, reason, awaits, isMoveDue, now);
        return read;
    }

    /// <summary>Records that the object was read again: it has another version, it was put back, or nothing is missing any more.</summary>
    public void ReadAgain(
        string version,
        long? annotationId,
        DateTimeOffset? updatedAt,
        OutputOutcome outcome,
        string? reason,
        string? awaits,
        bool isMoveDue,
        DateTimeOffset now
    ) =>
        (Version, AnnotationId, UpdatedAt, Outcome, Reason, Awaits, IsMoveDue, ReadAt) = (
            version,
            annotationId,
            updatedAt,
            outcome,
            reason,
            awaits,
            isMoveDue,
            now
        );

    /// <summary>Records that the object is in its place.</summary>
    /// <exception cref="InvalidOperationException">No move was due.</exception>
    public void MarkMoved()
    {
        if (!IsMoveDue)
            throw new InvalidOperationException($"{Key} was already moved.");
        IsMoveDue = false;
    }
}
