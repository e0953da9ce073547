namespace GourmetGram.Domain.Classification;

/// <summary>One answer of the model about one photo. It is a fact and never changes; what people think of it is feedback and stands beside it.</summary>
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

    /// <summary>The predicted class.</summary>
    public ClassLabel PredictedClass => new(PredictedIndex, Model.Labels[PredictedIndex]);

    /// <summary>Where the photo is kept in the object store: <c>class_NN/{id}{ext}</c> in bucket <c>production</c>.</summary>
    public string ObjectKey => $"{ClassLabel.FolderOf(PredictedIndex)}/{Id}{Photo.Extension}";

    /// <summary>Records an answer.</summary>
    /// <exception cref="ArgumentException">The number of probabilities is not the model's number of classes.</exception>
    public static Prediction Record(
        StoredPhoto photo, ClassProbabilities probabilities, ModelVersion model, Actor maker, TimeSpan decodeTime, TimeSpan inferenceTime, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(model);
        if (probabilities.Values.Length != model.Labels.Length)
            throw new ArgumentException($"The model has {model.Labels.Length} classes, found {probabilities.Values.Length} probabilities.", nameof(probabilities));
        return new Prediction
        {
            Id = Guid.CreateVersion7(now),
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
}
