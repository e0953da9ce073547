using Ardalis.Specification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>What another request does between two reads of the one under test.</summary>
internal sealed class Interruption
{
    private Func<Task>? work;
    private string? specification;
    private bool isAfter;

    /// <summary>Whether it has happened.</summary>
    public bool HasHappened { get; private set; }

    /// <summary>Arms it, for once: the work is done just before a query is sent.</summary>
    /// <param name="query">Name of the specification that asks.</param>
    /// <param name="interruption">What the other request does.</param>
    public void Before(string query, Func<Task> interruption) =>
        (specification, isAfter, HasHappened, work) = (query, false, false, interruption);

    /// <summary>Arms it, for once: the work is done as soon as a query is answered.</summary>
    /// <param name="query">Name of the specification that asks.</param>
    /// <param name="interruption">What the other request does.</param>
    public void After(string query, Func<Task> interruption) =>
        (specification, isAfter, HasHappened, work) = (query, true, false, interruption);

    public async Task<TResult> MeetAsync<TResult>(object query, Func<Task<TResult>> read)
    {
        if (!isAfter)
            await MeetAsync(query);
        var result = await read();
        if (isAfter)
            await MeetAsync(query);
        return result;
    }

    private async Task MeetAsync(object query)
    {
        if (query.GetType().Name != specification || Interlocked.Exchange(ref work, null) is not { } due)
            return;
        await due();
        HasHappened = true;
    }
}

/// <summary>The product's repository, with an <see cref="Interruption"/> in it.</summary>
internal sealed class InterruptedRepository<T>(GourmetGramDbContext context, UnitOfWork work, Interruption interruption) : IRepository<T>
    where T : class
{
    private readonly Repository<T> repository = new(context, work);

    public void Add(T entity) => repository.Add(entity);

    public void Remove(T entity) => repository.Remove(entity);

    public void Attach(T entity) => repository.Attach(entity);

    public Task<int> CountAsync(Specification<T> specification, CancellationToken cancellationToken) =>
        interruption.MeetAsync(specification, () => repository.CountAsync(specification, cancellationToken));

    public Task<T?> FirstOrDefaultAsync(Specification<T> specification, CancellationToken cancellationToken) =>
        interruption.MeetAsync(specification, () => repository.FirstOrDefaultAsync(specification, cancellationToken));

    public Task<IReadOnlyList<T>> ListAsync(Specification<T> specification, CancellationToken cancellationToken) =>
        interruption.MeetAsync(specification, () => repository.ListAsync(specification, cancellationToken));
}

internal static class Interrupting
{
    /// <summary>Puts an interruption into all repositories.</summary>
    public static void AddInterruption(this IServiceCollection services, Interruption interruption)
    {
        services.AddSingleton(interruption);
        services.AddScoped(typeof(IRepository<>), typeof(InterruptedRepository<>));
    }
}
