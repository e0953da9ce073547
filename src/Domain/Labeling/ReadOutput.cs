namespace GourmetGram.Domain.Labeling;

/// <summary>What came of one finished label that was found in the object store.</summary>
public enum OutputOutcome
{
    /// <summary>It is a label now.</summary>
    Labelled = 0,

    /// <summary>It is a skip now.</summary>
    Skipped,

    /// <summary>It cannot be used.</summary>
    Invalid,

    /// <summary>What it says was known.</summary>
    AlreadyProcessed,

    /// <summary>It is older than what is known.</summary>
    Superseded,
}

/// <summary>Bookkeeping of an object below <c>labelstudio/output</c> that somebody else wrote: which version of it was read, and what came of it. One row for each object.</summary>
public sealed class ReadOutput
{
    private ReadOutput()
    {
        Key = null!;
        Version = null!;
    }

    /// <summary>Path in bucket <c>labelstudio</c>.</summary>
    public string Key { get; private init; }

    /// <summary>The version that was read, as the store tells it (ETag).</summary>
    public string Version { get; private set; }

    /// <summary>Label Studio's id of the annotation; null for other files.</summary>
    public long? AnnotationId { get; private set; }

    /// <summary>When the annotation was last changed, UTC; null for other files.</summary>
    public DateTimeOffset? UpdatedAt { get; private set; }

    public OutputOutcome Outcome { get; private set; }

    /// <summary>Why it cannot be used; null when it can.</summary>
    public string? Reason { get; private set; }

    /// <summary>When it was read, UTC.</summary>
    public DateTimeOffset ReadAt { get; private set; }

    /// <summary>Whether the object is still to be moved away, where its kind is.</summary>
    public bool IsMoveDue { get; private set; }

    /// <summary>An object was read for the first time.</summary>
    public static ReadOutput Record(
        string key,
        string version,
        long? annotationId,
        DateTimeOffset? updatedAt,
        OutputOutcome outcome,
        string? reason,
        bool isMoveDue,
        DateTimeOffset now
    )
    {
        var read = new ReadOutput { Key = key, Version = version };
        read.ReadAgain(version, annotationId, updatedAt, outcome, reason, isMoveDue, now);
        return read;
    }

    /// <summary>Another version of it was read.</summary>
    public void ReadAgain(
        string version,
        long? annotationId,
        DateTimeOffset? updatedAt,
        OutputOutcome outcome,
        string? reason,
        bool isMoveDue,
        DateTimeOffset now
    ) =>
        (Version, AnnotationId, UpdatedAt, Outcome, Reason, IsMoveDue, ReadAt) = (
            version,
            annotationId,
            updatedAt,
            outcome,
            reason,
            isMoveDue,
            now
        );

    /// <summary>The object is where it belongs.</summary>
    /// <exception cref="InvalidOperationException">It was already.</exception>
    public void MarkMoved()
    {
        if (!IsMoveDue)
            throw new InvalidOperationException($"{Key} was moved already.");
        IsMoveDue = false;
    }
}
