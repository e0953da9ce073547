using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Monitoring;

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

    /// <summary>Reads who gave the labels that <see cref="ReadAsync"/> reads. A label can have several givers.</summary>
    /// <param name="from">First moment of the period.</param>
    /// <param name="until">First moment after the period.</param>
    /// <param name="modelVersionIds">The model versions; null for all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<LabelGiver>> ReadGiversAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyCollection<Guid>? modelVersionIds,
        CancellationToken cancellationToken
    );

    /// <summary>Reads the checks of labels of photos that were classified in a period, oldest check first.</summary>
    /// <param name="from">First moment of the period.</param>
    /// <param name="until">First moment after the period.</param>
    /// <param name="modelVersionIds">The model versions; null for all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<CheckedLabel>> ReadChecksAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyCollection<Guid>? modelVersionIds,
        CancellationToken cancellationToken
    );
}

/// <summary>A label and the model's answer.</summary>
public sealed record LabelledPrediction
{
    /// <summary>The prediction whose photo was labelled.</summary>
    public required Guid PredictionId { get; init; }

    /// <summary>The task that was labelled.</summary>
    public required Guid TaskId { get; init; }

    /// <summary>Name of the task's loop.</summary>
    public required string Loop { get; init; }

    /// <summary>SHA-256 of the uploaded photo.</summary>
    public required string PhotoSha256 { get; init; }

    /// <summary>The model version that answered.</summary>
    public required Guid ModelVersionId { get; init; }

    /// <summary>Index of the class that people gave.</summary>
    public required int LabelIndex { get; init; }

    /// <summary>When the photo was labelled, UTC.</summary>
    public required DateTimeOffset LabelledAt { get; init; }

    /// <summary>The model's answer.</summary>
    public required ClassProbabilities Probabilities { get; init; }
}

/// <summary>A check of a label, and the label now.</summary>
/// <param name="Check">The check.</param>
/// <param name="IsDecided">Whether the task has an answer now.</param>
/// <param name="LabelIndex">Index of the class that is the label now; null for none.</param>
public sealed record CheckedLabel(LabelCheck Check, bool IsDecided, int? LabelIndex)
{
    /// <summary>The prediction whose photo the task shows.</summary>
    public required Guid PredictionId { get; init; }

    /// <summary>Name of the task's loop.</summary>
    public required string Loop { get; init; }

    /// <summary>SHA-256 of the uploaded photo.</summary>
    public required string PhotoSha256 { get; init; }

    /// <summary>The model version that answered.</summary>
    public required Guid ModelVersionId { get; init; }

    /// <summary>Name of the administrator.</summary>
    public required string By { get; init; }
}

/// <summary>A person who gave the label of a task.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Name">Name of the person.</param>
public sealed record LabelGiver(Guid TaskId, string Name);
