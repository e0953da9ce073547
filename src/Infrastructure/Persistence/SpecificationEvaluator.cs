using GourmetGram.Application.Common;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Turns a <see cref="Specification{T}"/> into a query.</summary>
internal static class SpecificationEvaluator
{
    public static IQueryable<T> Apply<T>(IQueryable<T> rows, Specification<T> specification)
        where T : class
    {
        // With identity resolution, rows that point to the same related row share one object, as they do when tracked.
        var query = specification.AsNoTracking ? rows.AsNoTrackingWithIdentityResolution() : rows;
        query = specification.IncludeExpressions.Aggregate(query, (q, related) => q.Include(related));
        query = specification.WhereExpressions.Aggregate(query, (q, condition) => q.Where(condition));
        IOrderedQueryable<T>? ordered = null;
        foreach (var (key, descending) in specification.OrderExpressions)
        {
            ordered = (ordered, descending) switch
            {
                (null, false) => query.OrderBy(key),
                (null, true) => query.OrderByDescending(key),
                (_, false) => ordered.ThenBy(key),
                (_, true) => ordered.ThenByDescending(key),
            };
        }

        query = ordered ?? query;
        return specification.Take is { } count ? query.Take(count) : query;
    }
}
