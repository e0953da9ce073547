using System.Globalization;
using GourmetGram.Application.Feedback;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>
/// Counts along the indexes (Rater, Kind, CreatedAt) and (Origin, Kind, CreatedAt). The queries are SQL, because Entity Framework cannot
/// subtract a duration from a time that is stored as a number.
/// </summary>
internal sealed class FloodCounts(GourmetGramDbContext context) : IFloodCounts
{
    public async Task<IReadOnlyDictionary<Guid, FloodCount>> CountAsync(
        IReadOnlyCollection<Guid> facts,
        TimeSpan before,
        int mostOfRater,
        int mostOfAddress,
        CancellationToken cancellationToken
    )
    {
        if (facts.Count == 0)
            return new Dictionary<Guid, FloodCount>();
        var names = string.Join(", ", facts.Select((_, i) => $"{{{i}}}"));
        var since = string.Create(CultureInfo.InvariantCulture, $"f.\"CreatedAt\" - {(long)before.TotalMilliseconds}");
        var sql = $"""
            SELECT f."Id", {Count("Rater", mostOfRater)} AS "OfRater", {Count(
                "Origin",
                mostOfAddress
            )} AS "OfAddress" FROM "UserFeedback" f WHERE f."Id" IN ({names})
            """;
        var rows = await context.GuardAsync(() =>
            context.Database.SqlQueryRaw<Row>(sql, [.. facts.Cast<object>()]).ToListAsync(cancellationToken)
        );
        return rows.ToDictionary(row => row.Id, row => new FloodCount(row.OfRater, row.OfAddress));

        // Compares with "=", so that unknown origins (NULL) never match each other.
        string Count(string column, int most) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                CAST((SELECT COUNT(*) FROM (SELECT 1 FROM "UserFeedback" o WHERE o."{column}" = f."{column}" AND o."Kind" = f."Kind" AND o."CreatedAt" > {since} AND o."Id" < f."Id" LIMIT {most}) counted) AS INTEGER)
                """
            );
    }

    private sealed record Row(Guid Id, int OfRater, int OfAddress);
}
