using GourmetGram.Domain.Feedback;

namespace GourmetGram.Application.Feedback;

/// <summary>
/// Assigns predictions to sampling windows and lists them. A window may have millions of predictions, so they are never loaded as rows.
/// </summary>
public interface IWindowMembers
{
    /// <summary>Returns the model versions of the predictions that belong to no window yet, in order.</summary>
    /// <param name="before">Considers only predictions created before this moment.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<Guid>> ListModelVersionsAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>
    /// Assigns a few thousand predictions that belong to no window yet to this window, each with its fine cell, in a transaction of their
    /// own. Call again until it returns 0.
    /// </summary>
    /// <param name="windowId">The window.</param>
    /// <param name="modelVersionId">Assigns only predictions of this version; null for predictions of any version.</param>
    /// <param name="before">Assigns only predictions created before this moment.</param>
    /// <param name="cancellationToken">Cancels the operation before anything has changed.</param>
    /// <returns>The number of predictions assigned; 0 if none was left.</returns>
    Task<int> StampAsync(Guid windowId, Guid? modelVersionId, DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Returns what is counted when a window closes. Predictions deleted since they were assigned count.</summary>
    Task<WindowTally> TallyAsync(Guid windowId, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the ids of all predictions of a fine cell of a window that a loop has not selected, in batches, including predictions
    /// deleted
    /// since that no draw had taken.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<Guid>> ReadUndrawnAsync(
        Guid windowId,
        FineCell cell,
        string loopName,
        CancellationToken cancellationToken
    );

    /// <summary>Returns the ids of all predictions of a window in batches, including predictions deleted since.</summary>
    IAsyncEnumerable<IReadOnlyList<Guid>> ReadAsync(Guid windowId, CancellationToken cancellationToken);
}

/// <param name="Cells">Number of photos and their mean confidence, per fine cell that has photos.</param>
/// <param name="Counts">Number of photos per day (UTC), predicted class and confidence bin; without deleted photos.</param>
/// <param name="LastPhotoAt">When the newest prediction was made, UTC; null for an empty window.</param>
public sealed record WindowTally(
    IReadOnlyDictionary<FineCell, (int Photos, double MeanConfidence)> Cells,
    IReadOnlyDictionary<(DateOnly Day, int PredictedIndex, int Bin), int> Counts,
    DateTimeOffset? LastPhotoAt
);
