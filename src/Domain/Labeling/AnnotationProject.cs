namespace GourmetGram.Domain.Labeling;

/// <summary>Ids of the parts that an annotation platform has for one loop.</summary>
/// <param name="ProjectId">Id of the project.</param>
/// <param name="ProjectMadeAt">When the platform created the project, UTC. A platform that lost its database gives the same ids
/// again.</param>
/// <param name="SourceId">Id of the storage from which the project reads tasks.</param>
/// <param name="TargetId">Id of the storage to which the project writes labels.</param>
/// <param name="PicturesId">Id of the storage from which the project reads photos; null when tasks contain links.</param>
/// <param name="WebhookId">Id of the webhook that notifies us of labels; null when there is none.</param>
public sealed record ProjectParts(
    long ProjectId,
    DateTimeOffset ProjectMadeAt,
    long SourceId,
    long TargetId,
    long? PicturesId,
    long? WebhookId
);

/// <summary>The project in which an annotation platform (Label Studio) hands out the tasks of a loop, as last found or created.</summary>
public sealed class AnnotationProject
{
    private AnnotationProject()
    {
        Loop = null!;
        Parts = null!;
        WebhookSecret = null!;
    }

    /// <summary>Name of the loop.</summary>
    public string Loop { get; private init; }

    public ProjectParts Parts { get; private set; }

    /// <summary>Whether a person or another program created the project.</summary>
    public bool IsAdopted { get; private set; }

    /// <summary>Whether the project's screen shows the model's answer. Its labels are then not blind.</summary>
    public bool ShowsAnswer { get; private set; }

    /// <summary>Secret that the webhook must send, so that no other program can trigger it; 64 hexadecimal digits.</summary>
    public string WebhookSecret { get; private init; }

    /// <summary>When the webhook was last received, UTC; null for never.</summary>
    public DateTimeOffset? HeardAt { get; private set; }

    /// <summary>When the project's tasks were last imported successfully, UTC; null for never.</summary>
    public DateTimeOffset? SyncedAt { get; private set; }

    /// <summary>Why the last import of tasks failed; null when it succeeded.</summary>
    public string? SyncFault { get; private set; }

    /// <summary>When all of the project's tasks were last scanned, UTC; null for never.</summary>
    public DateTimeOffset? ScannedAt { get; private set; }

    /// <summary>Time of the latest change that was seen, by the platform's clock, UTC; null for none.</summary>
    public DateTimeOffset? SeenTo { get; private set; }

    /// <summary>Concurrency token. If two requests change the project at the same time, the second one has to retry.</summary>
    public int Revision { get; private set; }

    /// <summary>Creates the row of a project that was found or created for the first time.</summary>
    public static AnnotationProject Found(string loop, ProjectParts parts, bool isAdopted, bool showsAnswer, string webhookSecret) =>
        new()
        {
            Loop = loop,
            Parts = parts,
            IsAdopted = isAdopted,
            ShowsAnswer = showsAnswer,
            WebhookSecret = webhookSecret,
        };

    /// <summary>
    /// Updates the row after the project was checked again. If it is another project than before, its tasks must be scanned from the
    /// beginning.
    /// </summary>
    public void Renew(ProjectParts parts, bool isAdopted, bool showsAnswer)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if ((parts.ProjectId, parts.ProjectMadeAt) != (Parts.ProjectId, Parts.ProjectMadeAt))
            (ScannedAt, SeenTo) = (null, null);
        (Parts, IsAdopted, ShowsAnswer) = (parts, isAdopted, showsAnswer);
        Revision++;
    }

    /// <summary>Records that the tasks were imported, or why the import failed.</summary>
    /// <param name="now">The time, UTC.</param>
    /// <param name="fault">The reason for the failure; null when the import succeeded.</param>
    public void Synced(DateTimeOffset now, string? fault)
    {
        (SyncedAt, SyncFault) = (fault is null ? now : SyncedAt, fault);
        Revision++;
    }

    /// <summary>Records that the project's tasks were scanned.</summary>
    /// <param name="now">The time, UTC.</param>
    /// <param name="isWhole">Whether all tasks were scanned, not only the changed ones.</param>
    /// <param name="seenTo">Time of the latest change that was seen; null when none was seen.</param>
    public void Scanned(DateTimeOffset now, bool isWhole, DateTimeOffset? seenTo)
    {
        ScannedAt = isWhole ? now : ScannedAt;
        SeenTo = seenTo > SeenTo || SeenTo is null ? seenTo : SeenTo;
        Revision++;
    }

    /// <summary>Records that the webhook was received.</summary>
    public void Heard(DateTimeOffset now)
    {
        HeardAt = now;
        Revision++;
    }
}
