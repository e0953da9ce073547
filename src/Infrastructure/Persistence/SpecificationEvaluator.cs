using System.Linq.Expressions;
using Ardalis.Specification;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// Turns a specification into a query. The package evaluates conditions, order and paging. Tracking and includes depend on Entity Framework
/// and are evaluated here. <c>IgnoreQueryFilters</c> means that answers to planted photos are selected too; see <see cref="LabelQueries"/>.
/// </summary>
internal static class SpecificationEvaluator
{
    /// <param name="rows">All rows.</param>
    /// <param name="specification">Selects the rows.</param>
    /// <param name="tracking">Whether changes to the rows are committed. A specification with <c>AsNoTracking</c> is never tracked.</param>
    /// <exception cref="NotSupportedException">The specification includes the relations of related rows (<c>ThenInclude</c>).</exception>
    public static IQueryable<T> Apply<T>(IQueryable<T> rows, ISpecification<T> specification, bool tracking)
        where T : class
    {
        // With identity resolution, rows that refer to the same related row share one object, as they do when tracked.
        var query = tracking && !specification.AsNoTracking ? rows : rows.AsNoTrackingWithIdentityResolution();
        if (!specification.IgnoreQueryFilters)
            query = LabelQueries.WithoutPlanted(query);
        foreach (var include in specification.IncludeExpressions)
        {
            if (include.Type != IncludeTypeEnum.Include)
                throw new NotSupportedException(
                    $"{specification.GetType().Name} uses ThenInclude, which is not supported. Implement it here."
                );
            query = query.Include(Expression.Lambda<Func<T, object?>>(include.LambdaExpression.Body, include.LambdaExpression.Parameters));
        }

        query = WhereEvaluator.Instance.GetQuery(query, specification);
        query = OrderEvaluator.Instance.GetQuery(query, specification);
        return PaginationEvaluator.Instance.GetQuery(query, specification);
    }
}
