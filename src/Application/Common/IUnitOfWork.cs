namespace GourmetGram.Application.Common;

/// <summary>
/// The only way to commit changes. A step starts with an empty unit of work and commits its changes once, so a crash leaves all of the step
/// or nothing. Outside a step, repositories only read.
/// </summary>
public interface IUnitOfWork
{
    /// <summary>
    /// Runs a step in its own scope and commits it. After a conflict or a deadlock, the step starts over in another new scope. A step must
    /// therefore be repeatable: its effects outside the database are idempotent, and it announces nothing before the commit. A commit that
    /// has begun is not cancelled.
    /// </summary>
    /// <typeparam name="TService">The service that does the work, resolved in the step's scope.</typeparam>
    /// <typeparam name="TResult">The result of the work.</typeparam>
    /// <param name="work">The work. It may change only entities that the repositories of its scope return.</param>
    /// <exception cref="ConcurrentChangeException">Other requests were faster in every attempt; nothing was committed.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer now.</exception>
    /// <exception cref="InvalidOperationException">The method is called within a step: a step has one commit.</exception>
    Task<TResult> RunStepAsync<TService, TResult>(Func<TService, Task<TResult>> work)
        where TService : notnull;

    /// <summary>
    /// Runs an action after this step is committed, e.g. writes a log line or counts a metric. Work that may fail belongs after the step.
    /// </summary>
    /// <exception cref="InvalidOperationException">No step is running.</exception>
    void AfterCommit(Action action);

    /// <summary>
    /// Undoes an effect outside the database when this step was certainly not committed. The unit of work is empty when the undo action
    /// runs.
    /// </summary>
    /// <exception cref="InvalidOperationException">No step is running.</exception>
    void AfterRollback(Func<Task> undo);
}
