using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Monitoring;

/// <summary>Reads labels of all loops together with the probabilities that the model gave before.</summary>
public interface ILabelReader
{
    /// <summary>
    /// Reads the labels that name a class, of photos that were classified in a period and before they were labelled. Photos in the order of
    /// their prediction ids.
    /// </summary>
    /// <param name="from">First moment of the period.</param>
    /// <param name="until">First moment after the period.</param>
    /// <param name="modelVersionIds">The model versions; null for all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<LabelledPrediction>> ReadAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyCollection<Guid>? modelVersionIds,
        CancellationToken cancellationToken
    );
}

/// <summary>A label and the model's answer.</summary>
/// <param name="PredictionId">The prediction whose photo was labelled.</param>
/// <param name="TaskId">The task that was labelled.</param>
/// <param name="Loop">Name of the task's loop.</param>
/// <param name="ModelVersionId">The model version that answered.</param>
/// <param name="LabelIndex">Index of the class that people gave.</param>
/// <param name="Probabilities">The model's answer.</param>
public sealed record LabelledPrediction(
    Guid PredictionId,
    Guid TaskId,
    string Loop,
    Guid ModelVersionId,
    int LabelIndex,
    ClassProbabilities Probabilities
);
