namespace GourmetGram.Domain.Retraining;

/// <summary>Records that an administrator excluded a photo, with all its copies, from new dataset versions.</summary>
public sealed class PhotoExclusion
{
    /// <summary>Maximum length of a note in characters.</summary>
    public const int NoteLength = 1000;

    private PhotoExclusion()
    {
        UploadSha256 = By = null!;
    }

    /// <summary>SHA-256 of the uploaded photo.</summary>
    public string UploadSha256 { get; private init; }

    /// <summary>The copy that the administrator saw; another copy once that one is deleted.</summary>
    public Guid PredictionId { get; private set; }

    /// <summary>The administrator.</summary>
    public string By { get; private init; }

    /// <summary>When the photo was excluded, UTC.</summary>
    public DateTimeOffset At { get; private init; }

    /// <summary>The administrator's reason; null for none.</summary>
    public string? Note { get; private init; }

    /// <summary>Excludes a photo.</summary>
    /// <param name="uploadSha256">SHA-256 of the uploaded photo.</param>
    /// <param name="predictionId">The copy that the administrator saw.</param>
    /// <param name="by">The administrator.</param>
    /// <param name="note">The reason; null for none.</param>
    /// <param name="now">The time, UTC.</param>
    public static PhotoExclusion Of(string uploadSha256, Guid predictionId, string by, string? note, DateTimeOffset now) =>
        new()
        {
            UploadSha256 = uploadSha256,
            PredictionId = predictionId,
            By = by,
            Note = note,
            At = now,
        };

    /// <summary>Switches to another copy of the photo, because the copy is deleted.</summary>
    public void MoveTo(Guid predictionId) => PredictionId = predictionId;
}
