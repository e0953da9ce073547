namespace GourmetGram.Domain.Labeling;

/// <summary>What an annotation platform calls its parts of one loop.</summary>
/// <param name="ProjectId">Of the project.</param>
/// <param name="ProjectMadeAt">When the platform made the project, UTC: a platform that lost its database gives the same numbers again.</param>
/// <param name="SourceId">Of the storage that it reads tasks from.</param>
/// <param name="TargetId">Of the storage that it writes labels to.</param>
/// <param name="PicturesId">Of the storage that it reads photos from; null where tasks carry links.</param>
/// <param name="WebhookId">Of the webhook that tells us of labels; null where there is none.</param>
public sealed record ProjectParts(
    long ProjectId,
    DateTimeOffset ProjectMadeAt,
    long SourceId,
    long TargetId,
    long? PicturesId,
    long? WebhookId
);

/// <summary>The project in which an annotation platform (Label Studio) asks the tasks of a loop, as it was found or made last.</summary>
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

    /// <summary>Whether somebody else had made it.</summary>
    public bool IsAdopted { get; private set; }

    /// <summary>Whether its screen shows what the model had said: then no label from it is blind.</summary>
    public bool ShowsAnswer { get; private set; }

    /// <summary>What its webhook must send, so that nobody else can ring; 64 hexadecimal digits.</summary>
    public string WebhookSecret { get; private init; }

    /// <summary>When the webhook was last heard, UTC; null for never.</summary>
    public DateTimeOffset? HeardAt { get; private set; }

    /// <summary>When its tasks were last brought in, UTC; null for never.</summary>
    public DateTimeOffset? SyncedAt { get; private set; }

    /// <summary>Why bringing them in failed the last time; null when it went well.</summary>
    public string? SyncFault { get; private set; }

    /// <summary>When all of its tasks were last looked through, UTC; null for never.</summary>
    public DateTimeOffset? ScannedAt { get; private set; }

    /// <summary>Up to when its changes were seen, by the platform's clock, UTC; null for none.</summary>
    public DateTimeOffset? SeenTo { get; private set; }

    /// <summary>One more after each change: of two who change it at once, the second has to look again.</summary>
    public int Revision { get; private set; }

    /// <summary>It was found or made for the first time.</summary>
    public static AnnotationProject Found(string loop, ProjectParts parts, bool isAdopted, bool showsAnswer, string webhookSecret) =>
        new()
        {
            Loop = loop,
            Parts = parts,
            IsAdopted = isAdopted,
            ShowsAnswer = showsAnswer,
            WebhookSecret = webhookSecret,
        };

    /// <summary>It was looked after again. Another project than before has to be looked through from its beginning.</summary>
    public void Renew(ProjectParts parts, bool isAdopted, bool showsAnswer)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if ((parts.ProjectId, parts.ProjectMadeAt) != (Parts.ProjectId, Parts.ProjectMadeAt))
            (ScannedAt, SeenTo) = (null, null);
        (Parts, IsAdopted, ShowsAnswer) = (parts, isAdopted, showsAnswer);
        Revision++;
    }

    /// <summary>Its tasks were brought in, or could not be.</summary>
    /// <param name="now">The time, UTC.</param>
    /// <param name="fault">Why not; null when they were.</param>
    public void Synced(DateTimeOffset now, string? fault)
    {
        (SyncedAt, SyncFault) = (fault is null ? now : SyncedAt, fault);
        Revision++;
    }

    /// <summary>Its tasks were looked through.</summary>
    /// <param name="now">The time, UTC.</param>
    /// <param name="isWhole">Whether all were, rather than those that had changed.</param>
    /// <param name="seenTo">The latest change that was seen; null when none was.</param>
    public void Scanned(DateTimeOffset now, bool isWhole, DateTimeOffset? seenTo)
    {
        ScannedAt = isWhole ? now : ScannedAt;
        SeenTo = seenTo > SeenTo || SeenTo is null ? seenTo : SeenTo;
        Revision++;
    }

    /// <summary>Its webhook rang.</summary>
    public void Heard(DateTimeOffset now)
    {
        HeardAt = now;
        Revision++;
    }
}
