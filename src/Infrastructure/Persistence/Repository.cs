using GourmetGram.Application.Common;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Rows of one kind in the scope's <see cref="GourmetGramDbContext"/>.</summary>
internal sealed class Repository<T>(GourmetGramDbContext context) : IRepository<T>
    where T : class
{
    public void Add(T entity) => context.Add(entity);

    public void Remove(T entity) => context.Remove(entity);

    public Task<int> CountAsync(Specification<T> specification, CancellationToken cancellationToken) =>
        context.GuardAsync(() => SpecificationEvaluator.Apply(context.Set<T>(), specification).CountAsync(cancellationToken));

    public Task<T?> FirstOrDefaultAsync(Specification<T> specification, CancellationToken cancellationToken) =>
        context.GuardAsync(() => SpecificationEvaluator.Apply(context.Set<T>(), specification).FirstOrDefaultAsync(cancellationToken));

    public Task<IReadOnlyList<T>> ListAsync(Specification<T> specification, CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyList<T>>(async () =>
            await SpecificationEvaluator.Apply(context.Set<T>(), specification).ToListAsync(cancellationToken)
        );

    public void Release() => context.ChangeTracker.Clear();

    public Task SaveChangesAsync(CancellationToken cancellationToken) =>
        context.GuardAsync(() => context.SaveChangesAsync(cancellationToken));
}
