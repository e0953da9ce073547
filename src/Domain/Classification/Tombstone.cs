namespace GourmetGram.Domain.Classification;

/// <summary>
/// The record of a deleted prediction. Replays and rebuilt datasets use it to report the deletion. It reveals neither what the photo showed
/// nor whose it was.
/// </summary>
public sealed class Tombstone
{
    private Tombstone() { }

    /// <summary>Id of the prediction.</summary>
    public Guid Id { get; private init; }

    /// <summary>When the prediction was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>
    /// The sampling window of the prediction; null when no window had taken it. The prediction still counts in the window.
    /// </summary>
    public Guid? WindowId { get; private init; }

    /// <summary>See <see cref="Prediction.WindowCell"/>.</summary>
    public int? WindowCell { get; private init; }

    /// <summary>When the prediction was deleted, UTC.</summary>
    public DateTimeOffset ErasedAt { get; private init; }

    /// <summary>
    /// Key of the photo that is still to be deleted; null once the photo is deleted. The key reveals the predicted class, so it is deleted
    /// together with the photo.
    /// </summary>
    public string? ObjectKey { get; private set; }

    /// <summary>Whether the photo and its thumbnails are deleted.</summary>
    public bool ImagesRemoved => ObjectKey is null;

    /// <summary>Creates the tombstone that replaces a prediction. The images of the prediction still exist.</summary>
    public static Tombstone For(Prediction prediction, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return new Tombstone
        {
            Id = prediction.Id,
            CreatedAt = prediction.CreatedAt,
            WindowId = prediction.WindowId,
            WindowCell = prediction.WindowCell,
            ErasedAt = now,
            ObjectKey = prediction.ObjectKey,
        };
    }

    /// <summary>Records that the photo and its thumbnails are deleted.</summary>
    /// <exception cref="InvalidOperationException">The images were deleted already.</exception>
    public void MarkImagesRemoved()
    {
        if (ImagesRemoved)
            throw new InvalidOperationException($"The images of prediction {Id} were already removed.");
        ObjectKey = null;
    }
}
