using Ardalis.Specification;
using GourmetGram.Application.Common;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Rows of one type in the scope's <see cref="GourmetGramDbContext"/>.</summary>
internal sealed class Repository<T>(GourmetGramDbContext context, UnitOfWork work) : IRepository<T>
    where T : class
{
    public void Add(T entity)
    {
        work.RequireStep();
        context.Add(entity);
    }

    public void Remove(T entity)
    {
        work.RequireStep();
        context.Remove(entity);
    }

    public void Attach(T entity)
    {
        work.RequireStep();
        context.Attach(entity);
    }

    public Task<int> CountAsync(Specification<T> specification, CancellationToken cancellationToken) =>
        context.GuardAsync(() => Select(specification).CountAsync(cancellationToken));

    public Task<T?> FirstOrDefaultAsync(Specification<T> specification, CancellationToken cancellationToken) =>
        context.GuardAsync(() => Select(specification).FirstOrDefaultAsync(cancellationToken));

    public Task<IReadOnlyList<T>> ListAsync(Specification<T> specification, CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyList<T>>(async () => await Select(specification).ToListAsync(cancellationToken));

    private IQueryable<T> Select(Specification<T> specification) =>
        SpecificationEvaluator.Apply(context.Set<T>(), specification, tracking: work.IsStep);
}
