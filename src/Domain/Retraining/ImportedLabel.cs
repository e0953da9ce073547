using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Retraining;

/// <summary>A label that was imported with its photo, for example from class folders of an earlier project. It measures nothing.</summary>
public sealed class ImportedLabel
{
    /// <summary>Start of the sources of imported labels, followed by the name of the import.</summary>
    public const string SourcePrefix = "import:";

    private ImportedLabel()
    {
        Source = UploadSha256 = By = null!;
    }

    public Guid Id { get; private init; }

    /// <summary>The source, as dataset versions name it: <c>import:</c> and the name of the import.</summary>
    public string Source { get; private init; }

    /// <summary>The photo's prediction.</summary>
    public Guid PredictionId { get; private init; }

    /// <summary>SHA-256 of the imported file. Each source has at most one label for it.</summary>
    public string UploadSha256 { get; private init; }

    /// <summary>Index of the class in the classes of the photo's model.</summary>
    public int ClassIndex { get; private set; }

    /// <summary>The person or program that imported it.</summary>
    public string By { get; private init; }

    /// <summary>When it was imported or last changed, UTC.</summary>
    public DateTimeOffset At { get; private set; }

    /// <summary>Stores the label of a photo.</summary>
    /// <param name="source">The source, see <see cref="Source"/>.</param>
    /// <param name="prediction">The photo's prediction.</param>
    /// <param name="classIndex">Index of the class.</param>
    /// <param name="by">The person or program that imports it.</param>
    /// <param name="now">The time, UTC.</param>
    public static ImportedLabel Of(string source, Prediction prediction, int classIndex, string by, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
        return new ImportedLabel
        {
            Id = Guid.CreateVersion7(now),
            Source = source,
            PredictionId = prediction.Id,
            UploadSha256 = prediction.Photo.UploadSha256,
            ClassIndex = classIndex,
            By = by,
            At = now,
        };
    }

    /// <summary>Changes the class, because the photo was imported again with another one.</summary>
    public void Change(int classIndex, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
        (ClassIndex, At) = (classIndex, now);
    }
}
