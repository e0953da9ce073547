using System.Buffers.Binary;
using GourmetGram.Domain.Access;

namespace GourmetGram.Domain.Classification;

/// <summary>
/// The model's answer for one photo. The answer is a fact and never changes; feedback on it is stored separately. Only the owner and the
/// processing state, such as the photo's progress to the object store, change.
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

    /// <summary>The sender of the photo, or the account that took the photo over from the visitor who sent it.</summary>
    public Actor Maker { get; private set; }

    public StoredPhoto Photo { get; private init; }

    /// <summary>
    /// The tags that the client gave with the photo; null without tags. They never change, unlike the tags in the object store, which
    /// <see cref="TagsState"/> is about.
    /// </summary>
    public PhotoTags? Tags { get; private init; }

    /// <summary>The full calibrated answer.</summary>
    public ClassProbabilities Probabilities { get; private init; }

    /// <summary>Index of the predicted class, stored in its own column for queries.</summary>
    public int PredictedIndex { get; private init; }

    /// <summary>Probability of the predicted class, stored in its own column for queries.</summary>
    public float Confidence { get; private init; }

    public Guid ModelVersionId { get; private init; }

    /// <summary>The model that answered.</summary>
    public ModelVersion Model { get; private init; }

    /// <summary>Time spent decoding and resizing.</summary>
    public TimeSpan DecodeTime { get; private init; }

    /// <summary>Time spent in the model.</summary>
    public TimeSpan InferenceTime { get; private init; }

    /// <summary>The location of the photo.</summary>
    public ImageState ImageState { get; private set; }

    /// <summary>Whether the photo's tags in the object store are up to date.</summary>
    public TagsState TagsState { get; private set; }

    /// <summary>Why the object store refused the tags; null when it did not refuse them.</summary>
    public string? TagsRefusal { get; private set; }

    /// <summary>Whether the rules that examine single predictions have examined this one.</summary>
    public SelectionState SelectionState { get; private set; }

    /// <summary>The sampling window of the prediction; null until a window takes it.</summary>
    public Guid? WindowId { get; private set; }

    /// <summary>
    /// Number of the confidence band and flag state (0 to 7) that the prediction had when its window took it; null before, and in windows
    /// that are not measured. Later flags do not change it.
    /// </summary>
    public int? WindowCell { get; private set; }

    /// <summary>Concurrency token. If two requests change a prediction at the same time, the second one has to retry.</summary>
    public int Revision { get; private set; }

    /// <summary>The predicted class.</summary>
    public ClassLabel PredictedClass => new(PredictedIndex, Model.Labels[PredictedIndex]);

    /// <summary>Key of the photo in the object store: <c>class_NN/{id}{ext}</c> in bucket <c>production</c>.</summary>
    public string ObjectKey => $"{ClassLabel.FolderOf(PredictedIndex)}/{Id}{Photo.Extension}";

    /// <summary>Records the model's answer.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="probabilities">The answer.</param>
    /// <param name="model">The model that answered.</param>
    /// <param name="maker">The sender of the photo.</param>
    /// <param name="decodeTime">Time spent decoding and resizing.</param>
    /// <param name="inferenceTime">Time spent in the model.</param>
    /// <param name="now">When the model answered, UTC.</param>
    /// <param name="tags">The tags that the client gave; null without tags.</param>
    /// <exception cref="ArgumentException">The number of probabilities is not the model's number of classes.</exception>
    public static Prediction Record(
        StoredPhoto photo,
        ClassProbabilities probabilities,
        ModelVersion model,
        Actor maker,
        TimeSpan decodeTime,
        TimeSpan inferenceTime,
        DateTimeOffset now,
        PhotoTags? tags = null
    ) => Record(Guid.CreateVersion7(now), photo, probabilities, model, maker, decodeTime, inferenceTime, now, windowId: null, tags);

    /// <summary>
    /// Records an answer that another system gave. The id is derived from the place where the answer was found, so a repeated import
    /// creates no duplicate.
    /// </summary>
    /// <param name="id">UUIDv7 with the timestamp <paramref name="answeredAt"/>.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="probabilities">The known part of the answer.</param>
    /// <param name="model">The model that answered.</param>
    /// <param name="answeredAt">When the model answered, UTC, to the millisecond.</param>
    /// <param name="windowId">The window of the import, so that no other window takes the prediction; null for none.</param>
    /// <exception cref="ArgumentException">The number of probabilities is not the model's number of classes, or the id has another
    /// timestamp.</exception>
    public static Prediction TakeOver(
        Guid id,
        StoredPhoto photo,
        ClassProbabilities probabilities,
        ModelVersion model,
        DateTimeOffset answeredAt,
        Guid? windowId = null
    ) =>
        id.Version == 7
        && Guid.CreateVersion7(answeredAt)
            .ToByteArray(bigEndian: true)
            .AsSpan(0, 6)
            .SequenceEqual(id.ToByteArray(bigEndian: true).AsSpan(0, 6))
            ? Record(id, photo, probabilities, model, Actor.Anonymous, TimeSpan.Zero, TimeSpan.Zero, answeredAt, windowId, tags: null)
            : throw new ArgumentException($"{id} is not a UUIDv7 created at {answeredAt:O}.", nameof(id));

    private static Prediction Record(
        Guid id,
        StoredPhoto photo,
        ClassProbabilities probabilities,
        ModelVersion model,
        Actor maker,
        TimeSpan decodeTime,
        TimeSpan inferenceTime,
        DateTimeOffset now,
        Guid? windowId,
        PhotoTags? tags
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
            Tags = tags,
            Probabilities = probabilities,
            PredictedIndex = probabilities.PredictedIndex,
            Confidence = probabilities.Confidence,
            ModelVersionId = model.Id,
            Model = model,
            DecodeTime = decodeTime,
            InferenceTime = inferenceTime,
            WindowId = windowId,
        };
    }

    /// <summary>Returns when a prediction was made, from its id, to the millisecond.</summary>
    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >> 16);
    }

    /// <summary>Moves the prediction from a visitor to the account that the visitor signed in to.</summary>
    /// <exception cref="InvalidOperationException">The maker is not a visitor, or the new owner is not an account.</exception>
    public void HandOver(Actor account)
    {
        ArgumentNullException.ThrowIfNull(account);
        if (Maker.Kind != ActorKind.Visitor || account.Kind != ActorKind.Account)
            throw new InvalidOperationException($"Prediction {Id} cannot move from {Maker.Kind} to {account.Kind}.");
        Maker = account;
        Revision++;
    }

    /// <summary>
    /// Records that the object store has the photo, because it arrived or was found again. The tags must then be written.
    /// </summary>
    /// <exception cref="InvalidOperationException">The photo was stored already.</exception>
    public void MarkImageStored()
    {
        if (ImageState == ImageState.Stored)
            throw new InvalidOperationException($"The photo of prediction {Id} is already stored.");
        ImageState = ImageState.Stored;
        TagsState = TagsState.Dirty;
        TagsRefusal = null;
        Revision++;
    }

    /// <summary>Records that the photo is neither in the spool nor in the object store.</summary>
    /// <exception cref="InvalidOperationException">The photo was missing already.</exception>
    public void MarkImageMissing()
    {
        if (ImageState == ImageState.Missing)
            throw new InvalidOperationException($"The photo of prediction {Id} is already missing.");
        ImageState = ImageState.Missing;
        Revision++;
    }

    /// <summary>
    /// Records that all rules have examined the prediction. The revision stays the same, because concurrent changes need not notice this.
    /// </summary>
    /// <exception cref="InvalidOperationException">The prediction was considered already.</exception>
    public void MarkConsidered()
    {
        if (SelectionState == SelectionState.Considered)
            throw new InvalidOperationException($"Prediction {Id} was already considered.");
        SelectionState = SelectionState.Considered;
    }

    /// <summary>
    /// Records that data in the tags has changed, so the tags must be written. This applies even if a write is due already.
    /// </summary>
    public void MarkTagsDirty()
    {
        TagsState = TagsState.Dirty;
        TagsRefusal = null;
        Revision++;
    }

    /// <summary>Records that the written tags match the prediction as it was when it was read.</summary>
    /// <exception cref="InvalidOperationException">No tags were due to be written.</exception>
    public void MarkTagsWritten()
    {
        if (TagsState != TagsState.Dirty)
            throw new InvalidOperationException($"The tags of prediction {Id} are {TagsState}: no tags were due to be written.");
        TagsState = TagsState.Clean;
        Revision++;
    }

    /// <summary>Records that the object store refused the tags of the prediction as it was when it was read.</summary>
    /// <param name="reason">The reason, as a sentence.</param>
    /// <exception cref="InvalidOperationException">No tags were due to be written.</exception>
    public void MarkTagsRefused(string reason)
    {
        if (TagsState != TagsState.Dirty)
            throw new InvalidOperationException($"The tags of prediction {Id} are {TagsState}: no tags were due to be written.");
        TagsState = TagsState.Refused;
        TagsRefusal = reason;
        Revision++;
    }
}
