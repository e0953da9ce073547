using System.Collections.Immutable;

namespace GourmetGram.Application.Classification;

/// <summary>The loaded model, as described by its manifest.</summary>
public sealed record ModelDescription
{
    /// <summary>Name in the manifest.</summary>
    public required string Name { get; init; }

    /// <summary>Version in the manifest.</summary>
    public required string Version { get; init; }

    /// <summary>The variant in use: <c>float</c> or <c>int8</c>.</summary>
    public required string Variant { get; init; }

    /// <summary>SHA-256 of the model file, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>
    /// SHA-256 of the file whose network computes the embeddings, lower-case hex. It differs from <see cref="Sha256"/> for a model whose
    /// head was trained here.
    /// </summary>
    public required string Backbone { get; init; }

    /// <summary>Divides the logits before softmax; greater than 0.</summary>
    public required double Temperature { get; init; }

    /// <summary>Class names in the order of the model's output.</summary>
    public required ImmutableArray<string> Labels { get; init; }

    /// <summary>Width of the input in pixels.</summary>
    public required int InputWidth { get; init; }

    /// <summary>Height of the input in pixels.</summary>
    public required int InputHeight { get; init; }

    /// <summary>Length of the embedding; null if the model has none, which disables everything that needs it.</summary>
    public required int? EmbeddingSize { get; init; }

    /// <summary>Results measured by the model's authors; null if the manifest has none.</summary>
    public required ModelValidation? Validation { get; init; }
}

/// <summary>Results on the validation set, from the manifest.</summary>
/// <param name="Photos">Number of photos.</param>
/// <param name="Accuracy">Share of correct answers, 0 to 1.</param>
/// <param name="Ece">Expected calibration error after temperature, 15 equal bins, 0 to 1.</param>
public sealed record ModelValidation(int Photos, double Accuracy, double Ece);

/// <summary>The model's raw answer.</summary>
/// <param name="Model">The model that answered.</param>
/// <param name="Logits">One score per class, before temperature.</param>
/// <param name="Embedding">The last activation, <see cref="ModelDescription.EmbeddingSize"/> values; null if the model has none.</param>
public sealed record ClassifierOutput(ModelDescription Model, float[] Logits, float[]? Embedding);

/// <summary>The model being served.</summary>
public interface IClassifier
{
    /// <summary>The model in use.</summary>
    ModelDescription Model { get; }

    /// <summary>Keeps the model loaded until the lease is disposed. Shutdown waits for open leases too.</summary>
    /// <exception cref="ObjectDisposedException">The server has shut down.</exception>
    IModelLease Lease();
}

/// <summary>Keeps a model loaded until disposed.</summary>
public interface IModelLease : IDisposable
{
    /// <summary>The leased model.</summary>
    ModelDescription Model { get; }

    /// <summary>Runs the model on one photo, on the caller's thread.</summary>
    /// <param name="rgb"><see cref="ModelDescription.InputWidth"/> × <see cref="ModelDescription.InputHeight"/> × 3 bytes, row by row, RGB,
    /// as returned by <see cref="IPhotoReader.Decode"/>.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    ClassifierOutput Run(ReadOnlySpan<byte> rgb, CancellationToken cancellationToken);
}

/// <summary>Limits how many photos are decoded and classified at the same time, by a number of slots and by memory.</summary>
public interface IInferenceGate
{
    /// <summary>Refuses a photo that would wait too long before its bytes are read.</summary>
    /// <param name="requests">How many other requests with photos have not ended.</param>
    /// <exception cref="Common.ServerBusyException">The queue is full, or the expected wait is too long.</exception>
    void ThrowIfFull(int requests);

    /// <summary>Waits for a slot and for memory, first come, first served. Disposing the result releases both.</summary>
    /// <param name="photo">Its size predicts how long the slot is held, and how much memory decoding takes.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="Common.ServerBusyException">
    /// The queue is full, the expected wait is too long, or no slot became free in time.
    /// </exception>
    Task<IDisposable> EnterAsync(PhotoHeader photo, CancellationToken cancellationToken);
}

/// <summary>Limits by memory how many photos are read for their thumbnails at the same time.</summary>
public interface IThumbnailGate
{
    /// <summary>Waits for memory, first come, first served. Disposing the result releases it.</summary>
    /// <param name="photoBytes">Size of the photo in bytes.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="Common.ServerBusyException">The queue is full, or no memory became free in time.</exception>
    Task<IDisposable> EnterAsync(long photoBytes, CancellationToken cancellationToken);
}
