namespace GourmetGram.Application.Common;

/// <summary>Loads, adds and removes entities of one kind. All repositories of a scope share one unit of work, so one save commits what all of them hold, together.</summary>
public interface IRepository<T>
    where T : class
{
    /// <summary>Marks an entity to be inserted by the next save.</summary>
    void Add(T entity);

    /// <summary>Marks an entity to be deleted by the next save.</summary>
    void Remove(T entity);

    /// <summary>Counts in the database; the specification's <c>Take</c> holds.</summary>
    /// <exception cref="StoreUnavailableException">The database does not answer now.</exception>
    Task<int> CountAsync(Specification<T> specification, CancellationToken cancellationToken);

    /// <exception cref="StoreUnavailableException">The database does not answer now.</exception>
    Task<T?> FirstOrDefaultAsync(Specification<T> specification, CancellationToken cancellationToken);

    /// <exception cref="StoreUnavailableException">The database does not answer now.</exception>
    Task<IReadOnlyList<T>> ListAsync(Specification<T> specification, CancellationToken cancellationToken);

    /// <summary>Forgets all rows that the scope has loaded, so that long work does not gather them; what was not saved is lost.</summary>
    void Release();

    /// <summary>Commits every change of the scope in one transaction, as safe as <c>GourmetGram:Durability</c> says.</summary>
    /// <exception cref="ConcurrentChangeException">Another request wrote a row that must be unique, or deleted one that this needs; the unit of work is empty again and the work can be repeated.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer now; nothing was committed.</exception>
    Task SaveChangesAsync(CancellationToken cancellationToken);
}
