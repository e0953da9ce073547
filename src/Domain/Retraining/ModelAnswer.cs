using System.Runtime.InteropServices;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Domain.Retraining;

/// <summary>
/// The answer of a model that does not serve to a photo: given in shadow, or computed to compare the model with the one that serves. It
/// never changes.
/// </summary>
public sealed class ModelAnswer
{
    private ModelAnswer()
    {
        Values = [];
    }

    /// <summary>The photo's prediction.</summary>
    public Guid PredictionId { get; private init; }

    /// <summary>The registered model that answered.</summary>
    public Guid ModelId { get; private init; }

    /// <summary>The run in shadow; null for an answer that was computed afterwards.</summary>
    public Guid? ShadowId { get; private init; }

    /// <summary>
    /// The calibrated probabilities in model order, float32, little-endian; empty if the photo could not be read, so there is no answer.
    /// </summary>
    public byte[] Values { get; private init; }

    /// <summary>Index of the class that the model names, stored in its own column for queries; null without an answer.</summary>
    public int? ClassIndex { get; private init; }

    /// <summary>Milliseconds that the answer took; null if it was computed afterwards.</summary>
    public double? Milliseconds { get; private init; }

    /// <summary>When it was stored, UTC.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Returns the answer; null if the photo could not be read.</summary>
    public ClassProbabilities? Read() => Values.Length == 0 ? null : new ClassProbabilities([.. MemoryMarshal.Cast<byte, float>(Values)]);

    /// <summary>Records an answer in shadow.</summary>
    /// <param name="run">The run.</param>
    /// <param name="predictionId">The photo's prediction.</param>
    /// <param name="probabilities">The answer.</param>
    /// <param name="milliseconds">How long it took.</param>
    /// <param name="now">The time, UTC.</param>
    public static ModelAnswer InShadow(
        ShadowRun run,
        Guid predictionId,
        ClassProbabilities probabilities,
        double milliseconds,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(probabilities);
        return Create(run.ChallengerId, predictionId, probabilities, run.Id, milliseconds, now);
    }

    /// <summary>Records an answer that was computed to compare models.</summary>
    /// <param name="modelId">The registered model.</param>
    /// <param name="predictionId">The photo's prediction.</param>
    /// <param name="probabilities">The answer; null if the photo could not be read.</param>
    /// <param name="now">The time, UTC.</param>
    public static ModelAnswer Computed(Guid modelId, Guid predictionId, ClassProbabilities? probabilities, DateTimeOffset now) =>
        Create(modelId, predictionId, probabilities, shadowId: null, milliseconds: null, now);

    private static ModelAnswer Create(
        Guid modelId,
        Guid predictionId,
        ClassProbabilities? probabilities,
        Guid? shadowId,
        double? milliseconds,
        DateTimeOffset now
    ) =>
        new()
        {
            PredictionId = predictionId,
            ModelId = modelId,
            ShadowId = shadowId,
            Values = probabilities is null ? [] : MemoryMarshal.AsBytes(probabilities.Values.AsSpan()).ToArray(),
            ClassIndex = probabilities?.PredictedIndex,
            Milliseconds = milliseconds,
            CreatedAt = now,
        };
}
