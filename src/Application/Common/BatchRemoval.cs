using Ardalis.Specification;

namespace GourmetGram.Application.Common;

/// <summary>Deletes many rows in steps of limited size, so that other requests get their turn in between.</summary>
public static class BatchRemoval
{
    /// <summary>The most rows that one step deletes.</summary>
    public const int Batch = 500;

    /// <summary>Deletes all matching rows, as many in each step as the specification's <c>Take</c>.</summary>
    /// <returns>The number of rows deleted.</returns>
    /// <exception cref="ConcurrentChangeException">Other requests changed the rows in every attempt; earlier steps stay.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer now; earlier steps stay.</exception>
    public static async Task<int> RemoveAllAsync<T>(
        this IUnitOfWork work,
        Specification<T> specification,
        CancellationToken cancellationToken
    )
        where T : class
    {
        ArgumentNullException.ThrowIfNull(work);
        var removed = 0;
        while (await work.RunStepAsync((IRepository<T> rows) => RemoveAsync(rows, specification, cancellationToken)) is > 0 and var count)
            removed += count;
        return removed;
    }

    private static async Task<int> RemoveAsync<T>(IRepository<T> rows, Specification<T> specification, CancellationToken cancellationToken)
        where T : class
    {
        var batch = await rows.ListAsync(specification, cancellationToken);
        foreach (var row in batch)
            rows.Remove(row);
        return batch.Count;
    }
}
