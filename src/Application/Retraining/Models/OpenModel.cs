using GourmetGram.Application.Classification;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Application.Retraining;

/// <summary>A registered model that can answer photos on this node, although it does not serve.</summary>
/// <param name="backbone">SHA-256 of the file whose network computes the embeddings that <paramref name="head"/> takes.</param>
/// <param name="temperature">Divides the logits.</param>
/// <param name="classes">Number of classes.</param>
/// <param name="head">The head; null for the head of the network's file.</param>
/// <param name="network">Runs the network.</param>
/// <param name="own">The network, if it was loaded for this model and has to be closed with it.</param>
internal sealed class OpenModel(
    string backbone,
    double temperature,
    int classes,
    LinearHead? head,
    IClassifier network,
    ILoadedNetwork? own
) : IAsyncDisposable
{
    /// <summary>Width of the input in pixels.</summary>
    public int InputWidth => network.Model.InputWidth;

    /// <summary>Height of the input in pixels.</summary>
    public int InputHeight => network.Model.InputHeight;

    /// <summary>
    /// Answers a photo that another model has answered. A head on the same network uses the embedding of that answer, so that the network
    /// does not run again.
    /// </summary>
    /// <exception cref="InvalidDataException">The answer is not a finite number for each class.</exception>
    public ClassProbabilities Answer(ClassifierOutput other, ReadOnlySpan<byte> rgb, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(other);
        return head is not null && other.Embedding is { } embedding && other.Model.Backbone == backbone
            ? Apply(head, embedding)
            : Answer(rgb, cancellationToken);
    }

    /// <summary>Answers a photo.</summary>
    /// <param name="rgb">The pixels, see <see cref="IModelLease.Run"/>.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <exception cref="InvalidDataException">The answer is not a finite number for each class.</exception>
    public ClassProbabilities Answer(ReadOnlySpan<byte> rgb, CancellationToken cancellationToken)
    {
        using var lease = network.Lease();
        var output = lease.Run(rgb, cancellationToken);
        if (head is null)
            return Calibrate(output.Logits);
        return Apply(head, output.Embedding ?? throw new InvalidDataException("Its network computes no embedding."));
    }

    public ValueTask DisposeAsync() => own?.DisposeAsync() ?? ValueTask.CompletedTask;

    private ClassProbabilities Apply(LinearHead weights, float[] embedding)
    {
        if (embedding.Length != weights.Dimension)
            throw new InvalidDataException($"Its head takes {weights.Dimension} numbers, but the embedding has {embedding.Length}.");
        var logits = new float[weights.Classes];
        weights.Logits(embedding, logits);
        return Calibrate(logits);
    }

    private ClassProbabilities Calibrate(float[] logits)
    {
        if (logits.Length != classes)
            throw new InvalidDataException($"It answered with {logits.Length} numbers instead of {classes}.");
        if (!Array.TrueForAll(logits, float.IsFinite))
            throw new InvalidDataException("It answered with numbers that are not finite.");
        return ClassProbabilities.FromLogits(logits, temperature);
    }
}
