using GourmetGram.Application.Common;

namespace GourmetGram.Application.Classification;

/// <summary>What is thought of the object store.</summary>
public enum StoreCircuitState
{
    /// <summary>It works: everybody may try.</summary>
    Closed = 0,

    /// <summary>It failed, and the pause is over: one attempt finds out.</summary>
    HalfOpen,

    /// <summary>It failed: nobody tries until the pause is over.</summary>
    Open,
}

/// <summary>Keeps photos from waiting for an object store that has just failed others.</summary>
public interface IStoreCircuit
{
    StoreCircuitState State { get; }

    /// <summary>Makes an attempt to write, unless the store is thought to be away.</summary>
    /// <param name="attempt">Writes.</param>
    /// <param name="deadline">Longest wait for it.</param>
    /// <param name="cancellationToken">Ends the attempt; that says nothing of the store.</param>
    /// <exception cref="StoreUnavailableException">The store is thought to be away, did not answer in time, or refused.</exception>
    Task AttemptAsync(Func<CancellationToken, Task> attempt, TimeSpan deadline, CancellationToken cancellationToken);
}
