using System.Linq.Expressions;

namespace GourmetGram.Application.Common;

/// <summary>
/// A named query: which rows, in which order, how many. Application states what it needs; the persistence adapter turns it into SQL.
/// The shape is that of Ardalis.Specification (a <c>Query</c> builder used in the constructor), so that the package can take this class's place.
/// </summary>
/// <typeparam name="T">The entity asked for.</typeparam>
public abstract class Specification<T>
    where T : class
{
    protected Specification()
    {
        Query = new SpecificationBuilder<T>(this);
    }

    protected SpecificationBuilder<T> Query { get; }

    /// <summary>Conditions, all of which must hold.</summary>
    public IList<Expression<Func<T, bool>>> WhereExpressions { get; } = [];

    /// <summary>Sort keys, most significant first.</summary>
    public IList<(Expression<Func<T, object?>> Key, bool Descending)> OrderExpressions { get; } = [];

    /// <summary>Related entities to load with the rows.</summary>
    public IList<Expression<Func<T, object?>>> IncludeExpressions { get; } = [];

    /// <summary>At most this many rows; null for all.</summary>
    public int? Take { get; internal set; }

    /// <summary>Whether the rows are only read, so that changes to them are not saved.</summary>
    public bool AsNoTracking { get; internal set; }
}

/// <summary>Collects the parts of a <see cref="Specification{T}"/>.</summary>
public sealed class SpecificationBuilder<T>
    where T : class
{
    private readonly Specification<T> specification;

    internal SpecificationBuilder(Specification<T> specification)
    {
        this.specification = specification;
    }

    public SpecificationBuilder<T> Where(Expression<Func<T, bool>> condition)
    {
        specification.WhereExpressions.Add(condition);
        return this;
    }

    public SpecificationBuilder<T> OrderBy(Expression<Func<T, object?>> key)
    {
        specification.OrderExpressions.Add((key, Descending: false));
        return this;
    }

    public SpecificationBuilder<T> OrderByDescending(Expression<Func<T, object?>> key)
    {
        specification.OrderExpressions.Add((key, Descending: true));
        return this;
    }

    public SpecificationBuilder<T> Include(Expression<Func<T, object?>> related)
    {
        specification.IncludeExpressions.Add(related);
        return this;
    }

    public SpecificationBuilder<T> Take(int count)
    {
        specification.Take = count;
        return this;
    }

    public SpecificationBuilder<T> AsNoTracking()
    {
        specification.AsNoTracking = true;
        return this;
    }
}
