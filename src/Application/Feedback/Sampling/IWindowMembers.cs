namespace GourmetGram.Application.Feedback;

/// <summary>Which predictions belong to a sampling window. A window may have millions: they are never loaded as rows.</summary>
public interface IWindowMembers
{
    /// <summary>Gives predictions that belong to no window yet to this one, a few thousand in one transaction, until there are none.</summary>
    /// <param name="windowId">The window.</param>
    /// <param name="before">Only those that were made before this moment.</param>
    /// <param name="cancellationToken">Between two transactions.</param>
    Task StampAsync(Guid windowId, DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>All predictions of a window, also those that were erased since, in pieces.</summary>
    IAsyncEnumerable<IReadOnlyList<Guid>> ReadAsync(Guid windowId, CancellationToken cancellationToken);
}
