namespace GourmetGram.Application.Classification;

/// <summary>
/// Removes what a later module holds of predictions that are being erased. Classification defines it and each module that keeps something of predictions answers it, so that the
/// arrow between the modules keeps its direction.
/// </summary>
public interface IPredictionErasure
{
    /// <summary>
    /// Marks the module's rows for removal in the scope's unit of work, which the caller commits together with the predictions' own. What lies outside the database is removed
    /// before this returns. An erasure that was interrupted is repeated: what is gone already is no error.
    /// </summary>
    Task EraseAsync(IReadOnlyCollection<Guid> predictionIds, CancellationToken cancellationToken);
}
