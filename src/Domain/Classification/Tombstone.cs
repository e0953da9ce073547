namespace GourmetGram.Domain.Classification;

/// <summary>What is left of an erased prediction: that it was there and is gone. Replays and rebuilt datasets can say so; nothing tells what the photo showed or whose it was.</summary>
public sealed class Tombstone
{
    private Tombstone() { }

    /// <summary>Id of the prediction.</summary>
    public Guid Id { get; private init; }

    /// <summary>When the prediction was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>The sampling window it belonged to; null when none had taken it. It still counts there.</summary>
    public Guid? WindowId { get; private init; }

    /// <summary>When it was erased, UTC.</summary>
    public DateTimeOffset ErasedAt { get; private init; }

    /// <summary>Where the photo stands that is still to be removed; null once it is gone. The key tells the predicted class, so it goes with the photo.</summary>
    public string? ObjectKey { get; private set; }

    /// <summary>Whether photo and thumbnails are gone.</summary>
    public bool ImagesRemoved => ObjectKey is null;

    /// <summary>Takes a prediction's place. Its images are still there.</summary>
    public static Tombstone For(Prediction prediction, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return new Tombstone
        {
            Id = prediction.Id,
            CreatedAt = prediction.CreatedAt,
            WindowId = prediction.WindowId,
            ErasedAt = now,
            ObjectKey = prediction.ObjectKey,
        };
    }

    /// <summary>Photo and thumbnails are gone.</summary>
    /// <exception cref="InvalidOperationException">They were gone already.</exception>
    public void MarkImagesRemoved()
    {
        if (ImagesRemoved)
            throw new InvalidOperationException($"The images of prediction {Id} were removed already.");
        ObjectKey = null;
    }
}
