using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>Current feedback on a prediction.</summary>
/// <param name="Flagged">Whether the prediction is flagged as wrong.</param>
/// <param name="Class">The class given by feedback (a correction, or a confirmation of the predicted class); null if none.</param>
public sealed record PredictionFacts(bool Flagged, string? Class)
{
    public static readonly PredictionFacts None = new(Flagged: false, Class: null);
}

/// <summary>
/// Provides what later modules know about predictions. Classification declares the port and Feedback implements it, so that Classification
/// does not depend on Feedback.
/// </summary>
public interface IPredictionFacts
{
    /// <summary>
    /// Returns the current feedback of <paramref name="rater"/> on these predictions. A prediction without feedback is missing from the
    /// result.
    /// </summary>
    Task<IReadOnlyDictionary<Guid, PredictionFacts>> OfAsync(
        IReadOnlyCollection<Prediction> predictions,
        Actor rater,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Returns the current feedback of all raters that counts: whether anyone flags the prediction, and the class given last.
    /// </summary>
    Task<IReadOnlyDictionary<Guid, PredictionFacts>> OfAllAsync(
        IReadOnlyCollection<Prediction> predictions,
        CancellationToken cancellationToken
    );

    /// <summary>Returns those of these predictions that a random draw has selected.</summary>
    Task<IReadOnlySet<Guid>> SampledAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken);
}
