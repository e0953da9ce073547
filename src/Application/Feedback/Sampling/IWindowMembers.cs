namespace GourmetGram.Application.Feedback;

/// <summary>
/// Assigns predictions to sampling windows and lists them. A window may have millions of predictions, so they are never loaded as rows.
/// </summary>
public interface IWindowMembers
{
    /// <summary>
    /// Assigns a few thousand predictions that belong to no window yet to this window, in a transaction of their own. Call again until it
    /// returns 0.
    /// </summary>
    /// <param name="windowId">The window.</param>
    /// <param name="before">Assigns only predictions created before this moment.</param>
    /// <param name="cancellationToken">Cancels the operation before anything has changed.</param>
    /// <returns>The number of predictions assigned; 0 if none was left.</returns>
    Task<int> StampAsync(Guid windowId, DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Returns the ids of all predictions of a window in batches, including predictions deleted since.</summary>
    IAsyncEnumerable<IReadOnlyList<Guid>> ReadAsync(Guid windowId, CancellationToken cancellationToken);
}
