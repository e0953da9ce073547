using Ardalis.Specification;

namespace GourmetGram.Application.Common;

/// <summary>
/// Loads, adds and removes entities of one type. Within a step (see <see cref="IUnitOfWork"/>), loaded entities are tracked, and the step
/// commits the changes of all repositories in its scope together. Outside a step, entities are not tracked and cannot be added or removed.
/// </summary>
public interface IRepository<T>
    where T : class
{
    /// <summary>Marks an entity to be inserted.</summary>
    /// <exception cref="InvalidOperationException">No step is running.</exception>
    void Add(T entity);

    /// <summary>Marks an entity to be deleted.</summary>
    /// <exception cref="InvalidOperationException">No step is running.</exception>
    void Remove(T entity);

    /// <summary>Tracks the unchanged row of an entity that an earlier step loaded, without reading it again.</summary>
    /// <exception cref="InvalidOperationException">No step is running.</exception>
    void Attach(T entity);

    /// <summary>Counts the matching rows in the database, at most as many as the specification's <c>Take</c>.</summary>
    /// <exception cref="StoreUnavailableException">The database does not answer now.</exception>
    Task<int> CountAsync(Specification<T> specification, CancellationToken cancellationToken);

    /// <exception cref="StoreUnavailableException">The database does not answer now.</exception>
    Task<T?> FirstOrDefaultAsync(Specification<T> specification, CancellationToken cancellationToken);

    /// <exception cref="StoreUnavailableException">The database does not answer now.</exception>
    Task<IReadOnlyList<T>> ListAsync(Specification<T> specification, CancellationToken cancellationToken);
}
