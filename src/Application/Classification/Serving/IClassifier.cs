using System.Collections.Immutable;

namespace GourmetGram.Application.Classification;

/// <summary>The loaded model, as its manifest describes it.</summary>
/// <param name="Name">Name in the manifest.</param>
/// <param name="Version">Version in the manifest.</param>
/// <param name="Variant">The variant in use: <c>float</c> or <c>int8</c>.</param>
/// <param name="Sha256">SHA-256 of the model file, lower-case hex.</param>
/// <param name="Temperature">Divides the logits before softmax; greater than 0.</param>
/// <param name="Labels">Class names in the order of the model's output.</param>
/// <param name="InputWidth">Pixels.</param>
/// <param name="InputHeight">Pixels.</param>
/// <param name="EmbeddingSize">Length of the embedding; null when the model has none, which switches off what needs it.</param>
/// <param name="Validation">What the model's makers measured; null when the manifest does not say.</param>
public sealed record ModelDescription(
    string Name,
    string Version,
    string Variant,
    string Sha256,
    double Temperature,
    ImmutableArray<string> Labels,
    int InputWidth,
    int InputHeight,
    int? EmbeddingSize,
    ModelValidation? Validation
);

/// <summary>Figures of the manifest's validation set.</summary>
/// <param name="Photos">Number of photos.</param>
/// <param name="Accuracy">Share that is right, 0 to 1.</param>
/// <param name="Ece">Expected calibration error after temperature, 15 equal bins, 0 to 1.</param>
public sealed record ModelValidation(int Photos, double Accuracy, double Ece);

/// <summary>The model's raw answer.</summary>
/// <param name="Logits">One score a class, before temperature.</param>
/// <param name="Embedding">The last activation, <see cref="ModelDescription.EmbeddingSize"/> values; null when the model gives none.</param>
public sealed record ClassifierOutput(float[] Logits, float[]? Embedding);

/// <summary>Runs the model. Thread-safe; one call uses one thread.</summary>
public interface IClassifier
{
    ModelDescription Model { get; }

    /// <summary>Runs the model on one photo.</summary>
    /// <param name="rgb"><see cref="ModelDescription.InputWidth"/> × <see cref="ModelDescription.InputHeight"/> × 3 bytes, row by row, RGB, as <see cref="IPhotoReader.Decode"/> gives them.</param>
    /// <param name="cancellationToken">Stops a run that nobody waits for.</param>
    ClassifierOutput Run(ReadOnlySpan<byte> rgb, CancellationToken cancellationToken);
}

/// <summary>Lets a bounded number of photos, and so many as there is memory for, be decoded and classified at once.</summary>
public interface IInferenceGate
{
    /// <summary>Whether a photo that comes now would be refused: then its bytes need not be read.</summary>
    bool IsFull { get; }

    /// <summary>Waits for a turn and for memory, first come first served; disposing what it returns gives both back.</summary>
    /// <param name="decodeBytes">What decoding takes: <see cref="PhotoHeader.DecodeBytes"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Common.ServerBusyException">The queue is full, or no turn came in time.</exception>
    Task<IDisposable> EnterAsync(long decodeBytes, CancellationToken cancellationToken);
}
