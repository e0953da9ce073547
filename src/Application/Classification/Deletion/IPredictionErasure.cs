using GourmetGram.Application.Common;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Removes what a later module holds of predictions that are being erased. Classification defines it and each module that keeps something of predictions answers it, so that the
/// arrow between the modules keeps its direction.
/// </summary>
public interface IPredictionErasure
{
    /// <summary>
    /// Marks the module's rows for removal in the scope's unit of work, which the caller commits together with the predictions' own.
    /// </summary>
    Task EraseAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken);

    /// <summary>Removes what the module keeps of a prediction outside of the database, after its rows are gone. It is repeated until it has succeeded once: what is gone already is no error.</summary>
    /// <exception cref="StoreUnavailableException">The object store is away.</exception>
    Task RemoveObjectsAsync(Guid predictionId, CancellationToken cancellationToken) => Task.CompletedTask;
}
