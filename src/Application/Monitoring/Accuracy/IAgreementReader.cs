namespace GourmetGram.Application.Monitoring;

/// <summary>Counts how often people agreed with the model.</summary>
public interface IAgreementReader
{
    /// <summary>
    /// Counts the labelled photos of a period in each loop that selects by a rule, by the date of the photo. Loops without any are missing.
    /// </summary>
    /// <param name="from">First moment of the period.</param>
    /// <param name="until">First moment after the period.</param>
    /// <param name="modelVersionIds">The model versions that answered; null for all.</param>
    /// <param name="cancellationToken">Cancels the counting.</param>
    Task<IReadOnlyDictionary<string, Agreements>> ReadAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyCollection<Guid>? modelVersionIds,
        CancellationToken cancellationToken
    );
}

/// <summary>Labelled tasks of a loop.</summary>
/// <param name="Labelled">Number of labelled photos.</param>
/// <param name="Agreed">Number of these whose label is the model's answer.</param>
public sealed record Agreements(long Labelled, long Agreed);
