using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Labeling;

/// <summary>The progress of a photo's copy to a dataset.</summary>
public enum CollectedState
{
    /// <summary>The photo is still to be copied.</summary>
    Pending = 0,

    /// <summary>The dataset has the copy.</summary>
    Copied,

    /// <summary>People gave another answer, so the copy, which exists or was about to be created, is to be deleted.</summary>
    Superseded,

    /// <summary>The copy was deleted.</summary>
    Removed,

    /// <summary>The photo was not in the object store when it was last looked for. Every run looks for it again.</summary>
    Missing,
}

/// <summary>
/// A copy of a photo in the folder of the class that people gave it, in the bucket of the loop that asked:
/// <c>{bucket}/class_NN/{predictionId}{ext}</c>.
/// </summary>
public sealed class CollectedImage
{
    private CollectedImage()
    {
        Loop = null!;
        Bucket = null!;
        Extension = null!;
    }

    public Guid Id { get; private init; }

    public Guid PredictionId { get; private init; }

    /// <summary>Name of the loop that asked.</summary>
    public string Loop { get; private init; }

    public string Bucket { get; private init; }

    /// <summary>The class that people gave it, in model order.</summary>
    public int ClassIndex { get; private init; }

    /// <summary>File extension of the photo, with its dot.</summary>
    public string Extension { get; private init; }

    public CollectedState State { get; private set; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Path in the bucket.</summary>
    public string ObjectKey => $"{ClassLabel.FolderOf(ClassIndex)}/{PredictionId}{Extension}";

    /// <summary>Plans a copy of a photo.</summary>
    public static CollectedImage Plan(Prediction prediction, string loop, string bucket, int classIndex, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return new CollectedImage
        {
            Id = Guid.CreateVersion7(now),
            PredictionId = prediction.Id,
            Loop = loop,
            Bucket = bucket,
            ClassIndex = classIndex,
            Extension = prediction.Photo.Extension,
            CreatedAt = now,
        };
    }

    /// <summary>Records that the copy exists.</summary>
    /// <exception cref="InvalidOperationException">No copy was due.</exception>
    public void MarkCopied() => Move(CollectedState.Copied, CollectedState.Pending, CollectedState.Missing);

    /// <summary>Records that the photo is not in the object store.</summary>
    /// <exception cref="InvalidOperationException">No copy was due, or the photo was missing already.</exception>
    public void MarkMissing() => Move(CollectedState.Missing, CollectedState.Pending);

    /// <summary>Marks the copy to be deleted, because people gave another answer.</summary>
    /// <exception cref="InvalidOperationException">The copy was superseded or deleted already.</exception>
    public void Supersede()
    {
        if (State is CollectedState.Superseded or CollectedState.Removed)
            throw new InvalidOperationException($"{Bucket}/{ObjectKey} is {State}.");
        State = CollectedState.Superseded;
    }

    /// <summary>Records that the copy was deleted.</summary>
    /// <exception cref="InvalidOperationException">The copy was not to be deleted.</exception>
    public void MarkRemoved() => Move(CollectedState.Removed, CollectedState.Superseded);

    private void Move(CollectedState to, params ReadOnlySpan<CollectedState> from)
    {
        if (!from.Contains(State))
            throw new InvalidOperationException($"{Bucket}/{ObjectKey} is {State} and cannot become {to}.");
        State = to;
    }
}
