using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Labeling;

/// <summary>How far a photo is on its way to a dataset.</summary>
public enum CollectedState
{
    /// <summary>It is to be copied.</summary>
    Pending = 0,

    /// <summary>It is there.</summary>
    Copied,

    /// <summary>It is there or was about to be, and is to be removed: people said something else.</summary>
    Superseded,

    /// <summary>It is there no more.</summary>
    Removed,

    /// <summary>It cannot be copied: the photo itself is lost.</summary>
    Lost,
}

/// <summary>A photo in the folder of the class that people gave it, in the bucket of the loop that asked: <c>{bucket}/class_NN/{predictionId}{ext}</c>.</summary>
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

    /// <summary>Of the photo, with its dot.</summary>
    public string Extension { get; private init; }

    public CollectedState State { get; private set; }

    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Its path in the bucket.</summary>
    public string ObjectKey => $"{ClassLabel.FolderOf(ClassIndex)}/{PredictionId}{Extension}";

    /// <summary>A photo is to be copied.</summary>
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

    /// <summary>It is there.</summary>
    /// <exception cref="InvalidOperationException">It was not to be copied.</exception>
    public void MarkCopied() => Move(CollectedState.Pending, CollectedState.Copied);

    /// <summary>The photo is nowhere to be found.</summary>
    /// <exception cref="InvalidOperationException">It was not to be copied.</exception>
    public void MarkLost() => Move(CollectedState.Pending, CollectedState.Lost);

    /// <summary>People said something else.</summary>
    /// <exception cref="InvalidOperationException">They had before.</exception>
    public void Supersede()
    {
        if (State is CollectedState.Superseded or CollectedState.Removed)
            throw new InvalidOperationException($"{Bucket}/{ObjectKey} is {State}.");
        State = CollectedState.Superseded;
    }

    /// <summary>It is there no more.</summary>
    /// <exception cref="InvalidOperationException">It was not to be removed.</exception>
    public void MarkRemoved() => Move(CollectedState.Superseded, CollectedState.Removed);

    private void Move(CollectedState from, CollectedState to)
    {
        if (State != from)
            throw new InvalidOperationException($"{Bucket}/{ObjectKey} is {State}, not {from}.");
        State = to;
    }
}
