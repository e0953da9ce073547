namespace GourmetGram.Domain.Classification;

/// <summary>
/// One answer of the model about one photo. The answer is a fact and never changes; what people think of it is feedback and stands beside it. What changes is how far its photo has got
/// on its way to the object store.
/// </summary>
public sealed class Prediction
{
    private Prediction()
    {
        Photo = null!;
        Maker = null!;
        Probabilities = null!;
        Model = null!;
    }

    /// <summary>UUIDv7: sorts by <see cref="CreatedAt"/>, so lists page by it.</summary>
    public Guid Id { get; private init; }

    /// <summary>When the model answered, UTC, to the millisecond.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Who sent the photo.</summary>
    public Actor Maker { get; private init; }

    public StoredPhoto Photo { get; private init; }

    /// <summary>The full calibrated answer.</summary>
    public ClassProbabilities Probabilities { get; private init; }

    /// <summary>Index of the predicted class, kept as a column of its own for queries.</summary>
    public int PredictedIndex { get; private init; }

    /// <summary>Probability of the predicted class, kept as a column of its own for queries.</summary>
    public float Confidence { get; private init; }

    public Guid ModelVersionId { get; private init; }

    /// <summary>The model that answered.</summary>
    public ModelVersion Model { get; private init; }

    /// <summary>Time spent decoding and resizing.</summary>
    public TimeSpan DecodeTime { get; private init; }

    /// <summary>Time spent in the model.</summary>
    public TimeSpan InferenceTime { get; private init; }

    /// <summary>Where the photo is.</summary>
    public ImageState ImageState { get; private set; }

    /// <summary>Whether the photo's tags in the object store are as they should be.</summary>
    public TagsState TagsState { get; private set; }

    /// <summary>Whether the rules that look at single predictions have looked at this one.</summary>
    public SelectionState SelectionState { get; private set; }

    /// <summary>The sampling window it belongs to; null until one takes it.</summary>
    public Guid? WindowId { get; private set; }

    /// <summary>One more after each change: of two who change a prediction at once, the second has to look again.</summary>
    public int Revision { get; private set; }

    /// <summary>The predicted class.</summary>
    public ClassLabel PredictedClass => new(PredictedIndex, Model.Labels[PredictedIndex]);

    /// <summary>Where the photo is kept in the object store: <c>class_NN/{id}{ext}</c> in bucket <c>production</c>.</summary>
    public string ObjectKey => $"{ClassLabel.FolderOf(PredictedIndex)}/{Id}{Photo.Extension}";

    /// <summary>Records an answer.</summary>
    /// <exception cref="ArgumentException">The number of probabilities is not the model's number of classes.</exception>
    public static Prediction Record(
        StoredPhoto photo,
        ClassProbabilities probabilities,
        ModelVersion model,
        Actor maker,
        TimeSpan decodeTime,
        TimeSpan inferenceTime,
        DateTimeOffset now
    ) => Record(Guid.CreateVersion7(now), photo, probabilities, model, maker, decodeTime, inferenceTime, now);

    /// <summary>Records an answer that was given elsewhere, under an id that follows from where it was found: taken over twice, it is still one.</summary>
    /// <param name="id">UUIDv7 of <paramref name="answeredAt"/>.</param>
    /// <param name="photo">Its photo.</param>
    /// <param name="probabilities">What is known of the answer.</param>
    /// <param name="model">The model that answered.</param>
    /// <param name="answeredAt">When it did, UTC, to the millisecond.</param>
    /// <exception cref="ArgumentException">The number of probabilities is not the model's number of classes, or the id is not of this time.</exception>
    public static Prediction TakeOver(
        Guid id,
        StoredPhoto photo,
        ClassProbabilities probabilities,
        ModelVersion model,
        DateTimeOffset answeredAt
    ) =>
        id.Version == 7
        && Guid.CreateVersion7(answeredAt)
            .ToByteArray(bigEndian: true)
            .AsSpan(0, 6)
            .SequenceEqual(id.ToByteArray(bigEndian: true).AsSpan(0, 6))
            ? Record(id, photo, probabilities, model, Actor.Anonymous, TimeSpan.Zero, TimeSpan.Zero, answeredAt)
            : throw new ArgumentException($"{id} is no UUIDv7 of {answeredAt:O}.", nameof(id));

    private static Prediction Record(
        Guid id,
        StoredPhoto photo,
        ClassProbabilities probabilities,
        ModelVersion model,
        Actor maker,
        TimeSpan decodeTime,
        TimeSpan inferenceTime,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(model);
        if (probabilities.Values.Length != model.Labels.Length)
            throw new ArgumentException(
                $"The model has {model.Labels.Length} classes, found {probabilities.Values.Length} probabilities.",
                nameof(probabilities)
            );
        return new Prediction
        {
            Id = id,
            CreatedAt = now,
            Maker = maker,
            Photo = photo,
            Probabilities = probabilities,
            PredictedIndex = probabilities.PredictedIndex,
            Confidence = probabilities.Confidence,
            ModelVersionId = model.Id,
            Model = model,
            DecodeTime = decodeTime,
            InferenceTime = inferenceTime,
        };
    }

    /// <summary>The object store has the photo.</summary>
    /// <exception cref="InvalidOperationException">It is not on its way there.</exception>
    public void MarkImageStored()
    {
        if (ImageState != ImageState.Pending)
            throw new InvalidOperationException($"The photo of prediction {Id} is {ImageState}, not {ImageState.Pending}.");
        ImageState = ImageState.Stored;
        Revision++;
    }

    /// <summary>The photo is nowhere to be found.</summary>
    /// <exception cref="InvalidOperationException">That was known already.</exception>
    public void MarkImageLost()
    {
        if (ImageState == ImageState.Lost)
            throw new InvalidOperationException($"The photo of prediction {Id} was lost already.");
        ImageState = ImageState.Lost;
        Revision++;
    }

    /// <summary>All rules have looked at it. It is no change that somebody else has to notice.</summary>
    /// <exception cref="InvalidOperationException">They had before.</exception>
    public void MarkConsidered()
    {
        if (SelectionState == SelectionState.Considered)
            throw new InvalidOperationException($"Prediction {Id} was considered already.");
        SelectionState = SelectionState.Considered;
    }

    /// <summary>A sampling window takes it.</summary>
    /// <exception cref="InvalidOperationException">It belongs to one already.</exception>
    public void JoinWindow(Guid windowId)
    {
        if (WindowId is not null)
            throw new InvalidOperationException($"Prediction {Id} belongs to window {WindowId} already.");
        WindowId = windowId;
    }

    /// <summary>Something that the tags tell has changed: they are to be written, also when they were to be written before.</summary>
    public void MarkTagsDirty()
    {
        TagsState = TagsState.Dirty;
        Revision++;
    }

    /// <summary>The tags say what was known when this prediction was read.</summary>
    /// <exception cref="InvalidOperationException">They did already.</exception>
    public void MarkTagsWritten()
    {
        if (TagsState == TagsState.Clean)
            throw new InvalidOperationException($"The tags of prediction {Id} were written already.");
        TagsState = TagsState.Clean;
        Revision++;
    }
}
