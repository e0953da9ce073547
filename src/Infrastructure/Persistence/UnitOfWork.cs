using GourmetGram.Application.Common;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Runs steps on a <see cref="GourmetGramDbContext"/>: each attempt has its own scope, and so its own context.</summary>
internal sealed class UnitOfWork(GourmetGramDbContext context, IServiceScopeFactory scopes) : IUnitOfWork
{
    private readonly List<Action> announcements = [];
    private readonly List<Func<Task>> undoings = [];

    /// <summary>Whether this unit of work belongs to a step.</summary>
    public bool IsStep { get; private set; }

    public Task<TResult> RunStepAsync<TService, TResult>(Func<TService, Task<TResult>> work)
        where TService : notnull
    {
        ArgumentNullException.ThrowIfNull(work);
        if (IsStep)
            throw new InvalidOperationException(
                "A step cannot contain another step, because the inner one would commit first. Run them one after the other."
            );
        return ConcurrentChangeException.RetryAsync(async () =>
        {
            await using var scope = scopes.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<UnitOfWork>().RunAsync(scope.ServiceProvider, work);
        });
    }

    public void AfterCommit(Action action)
    {
        RequireStep();
        announcements.Add(action);
    }

    public void AfterRollback(Func<Task> undo)
    {
        RequireStep();
        undoings.Add(undo);
    }

    /// <exception cref="InvalidOperationException">No step is running.</exception>
    public void RequireStep()
    {
        if (!IsStep)
            throw new InvalidOperationException("Only a step can commit. Use IUnitOfWork.RunStepAsync, or make the message an ICommand.");
    }

    private async Task<TResult> RunAsync<TService, TResult>(IServiceProvider services, Func<TService, Task<TResult>> work)
        where TService : notnull
    {
        IsStep = true;
        var isWorking = true;
        TResult result;
        try
        {
            result = await work(services.GetRequiredService<TService>());
            isWorking = false;
            await context.GuardAsync(() => context.SaveChangesAsync(CancellationToken.None));
        }
        // After any other failure of the commit, the rows may be stored, so nothing is undone.
        catch (Exception e) when (isWorking || e is ConcurrentChangeException or StorageFullException)
        {
            context.ChangeTracker.Clear();
            foreach (var undo in undoings)
                await undo();
            throw;
        }

        foreach (var announce in announcements)
            announce();
        return result;
    }
}
