using GourmetGram.Application.Common;

namespace GourmetGram.Application.Classification;

/// <summary>The circuit breaker's view of the object store.</summary>
public enum StoreCircuitState
{
    /// <summary>The store works. All attempts are allowed.</summary>
    Closed = 0,

    /// <summary>The store failed and the pause is over. One attempt is allowed, to find out whether the store works again.</summary>
    HalfOpen,

    /// <summary>The store failed. No attempt is allowed until the pause is over.</summary>
    Open,
}

/// <summary>Circuit breaker of the object store: fails writes immediately after others have failed, instead of letting each wait.</summary>
public interface IStoreCircuit
{
    StoreCircuitState State { get; }

    /// <summary>Runs an attempt to write, unless the circuit is open.</summary>
    /// <param name="attempt">The write.</param>
    /// <param name="deadline">Longest time the attempt may take.</param>
    /// <param name="cancellationToken">Cancels the attempt, which does not count as a failure of the store.</param>
    /// <exception cref="StoreUnavailableException">The circuit is open, or the store did not respond in time or refused.</exception>
    Task AttemptAsync(Func<CancellationToken, Task> attempt, TimeSpan deadline, CancellationToken cancellationToken);
}
