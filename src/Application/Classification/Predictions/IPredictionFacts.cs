using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>What was said of a prediction.</summary>
/// <param name="Flagged">Whether it is flagged as wrong.</param>
/// <param name="Class">The class it was given (a correction, or a confirmation of the model's own); null when none.</param>
public sealed record PredictionFacts(bool Flagged, string? Class)
{
    public static readonly PredictionFacts None = new(Flagged: false, Class: null);
}

/// <summary>What later modules know of predictions. Classification defines the question, Feedback answers it, so that the arrow between the modules keeps its direction.</summary>
public interface IPredictionFacts
{
    /// <summary>What <paramref name="rater"/> currently says of these predictions; a prediction without facts is missing from the answer.</summary>
    Task<IReadOnlyDictionary<Guid, PredictionFacts>> OfAsync(
        IReadOnlyCollection<Prediction> predictions,
        Actor rater,
        CancellationToken cancellationToken
    );

    /// <summary>What anybody currently says of these predictions: whether somebody flags it, and the class that was named last.</summary>
    Task<IReadOnlyDictionary<Guid, PredictionFacts>> OfAllAsync(
        IReadOnlyCollection<Prediction> predictions,
        CancellationToken cancellationToken
    );

    /// <summary>Those of these predictions that a random draw has selected.</summary>
    Task<IReadOnlySet<Guid>> SampledAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken);
}
