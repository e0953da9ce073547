namespace GourmetGram.Application.Monitoring;

/// <summary>Counts how often people agreed with the model.</summary>
public interface IAgreementReader
{
    /// <summary>Counts the labelled tasks of each loop. Loops without any are missing.</summary>
    Task<IReadOnlyDictionary<string, Agreements>> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>Labelled tasks of a loop.</summary>
/// <param name="Labelled">Number of labelled photos.</param>
/// <param name="Agreed">Number of these whose label is the model's answer.</param>
public sealed record Agreements(long Labelled, long Agreed);
