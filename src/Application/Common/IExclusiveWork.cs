namespace GourmetGram.Application.Common;

/// <summary>Runs work with a given name on one node at a time.</summary>
public interface IExclusiveWork
{
    /// <summary>
    /// Waits for the lease, then runs the work. The token is cancelled when the lease is lost because this node did not renew it in time.
    /// </summary>
    /// <param name="name">Name of the work: lower-case words with hyphens.</param>
    /// <param name="patience">Maximum wait for the lease.</param>
    /// <param name="work">The work to run.</param>
    /// <param name="cancellationToken">Cancels the wait and the work.</param>
    /// <exception cref="ConflictException">Another process or request held the lease during the whole wait.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer, or the lease was lost.</exception>
    Task<TResult> RunAsync<TResult>(
        string name,
        TimeSpan patience,
        Func<CancellationToken, Task<TResult>> work,
        CancellationToken cancellationToken
    );
}
