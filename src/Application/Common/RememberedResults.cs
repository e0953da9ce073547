namespace GourmetGram.Application.Common;

/// <summary>
/// Returns results that are computed from windows, draws, selections and answers, and computes each again only after one of these changed.
/// </summary>
public sealed class RememberedResults(IChangeStamp changes, ResultCache cache)
{
    /// <summary>Returns the value of the <see cref="IChangeStamp"/>.</summary>
    public Task<Guid> ReadStampAsync(CancellationToken cancellationToken) => changes.ReadAsync(cancellationToken);

    /// <summary>Returns a result, or the remembered one if nothing has changed.</summary>
    /// <param name="key">All else that the result depends on.</param>
    /// <param name="computeAsync">Computes the result, which is never changed afterwards.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public async Task<T> GetAsync<T>(object key, Func<Task<T>> computeAsync, CancellationToken cancellationToken)
        where T : class => await GetAsync(key, await ReadStampAsync(cancellationToken), computeAsync);

    /// <summary>Returns a result for a stamp that was just read. See the other overload.</summary>
    public async Task<T> GetAsync<T>(object key, Guid stamp, Func<Task<T>> computeAsync)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(computeAsync);
        var full = (typeof(T), key);
        if (cache.Find<T>(full, stamp) is { } known)
            return known;
        // The stamp is older than what is read now: a change in the meantime makes the result old, and never too new.
        var result = await computeAsync();
        cache.Keep(full, stamp, result);
        return result;
    }
}
