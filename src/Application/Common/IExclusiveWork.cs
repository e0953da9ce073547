namespace GourmetGram.Application.Common;

/// <summary>Lets work of one name be done by one node at a time, whichever that is.</summary>
public interface IExclusiveWork
{
    /// <summary>Waits for its turn, then works. The token is cancelled when the turn is lost: this node gave no sign of life for too long.</summary>
    /// <param name="name">Lower-case words with hyphens.</param>
    /// <param name="patience">Longest wait for the turn.</param>
    /// <param name="work">What is to be done.</param>
    /// <param name="cancellationToken">Ends the waiting and the work.</param>
    /// <exception cref="ConflictException">Somebody else was at it all the time.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    Task<TResult> RunAsync<TResult>(
        string name,
        TimeSpan patience,
        Func<CancellationToken, Task<TResult>> work,
        CancellationToken cancellationToken
    );
}
