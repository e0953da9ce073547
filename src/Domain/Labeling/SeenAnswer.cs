using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Labeling;

/// <summary>
/// Records that a person who may label has read the model's answer on a photo. Each person and photo has one row, which is deleted with the
/// photo's last copy.
/// </summary>
public sealed class SeenAnswer
{
    private SeenAnswer()
    {
        Person = null!;
        PhotoSha256 = null!;
    }

    /// <summary>The account or key that read the answer.</summary>
    public Actor Person { get; private init; }

    /// <summary>SHA-256 of the uploaded photo.</summary>
    public string PhotoSha256 { get; private init; }

    /// <summary>The copy whose answer was read; another copy once that one is deleted.</summary>
    public Guid PredictionId { get; private set; }

    /// <summary>When the answer was first read, UTC.</summary>
    public DateTimeOffset SeenAt { get; private init; }

    /// <summary>Records that a person reads the answer for the first time.</summary>
    public static SeenAnswer Of(Prediction prediction, Actor person, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return new SeenAnswer
        {
            Person = person,
            PhotoSha256 = prediction.Photo.UploadSha256,
            PredictionId = prediction.Id,
            SeenAt = now,
        };
    }

    /// <summary>Switches to another copy of the photo, because the copy that was read is deleted.</summary>
    public void MoveTo(Guid predictionId) => PredictionId = predictionId;
}
