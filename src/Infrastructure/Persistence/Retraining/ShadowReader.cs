using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Retraining;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Retraining;

/// <summary>Reads the answers of a run along its index.</summary>
internal sealed class ShadowReader(GourmetGramDbContext context) : IShadowReader
{
    private const double Share = 0.95;

    public Task<ShadowFigures> ReadAsync(Guid shadowId, CancellationToken cancellationToken) =>
        context.GuardAsync(async () =>
        {
            var answers = context.Set<ModelAnswer>().AsNoTracking().Where(a => a.ShadowId == shadowId);
            var pairs = await answers
                .Join(
                    context.Set<Prediction>(),
                    a => a.PredictionId,
                    p => p.Id,
                    (a, p) => new { Champion = p.PredictedIndex, Challenger = a.ClassIndex!.Value }
                )
                .GroupBy(pair => pair)
                .Select(group => new { group.Key, Count = group.Count() })
                .ToListAsync(cancellationToken);
            var count = pairs.Sum(pair => pair.Count);
            var place = Math.Max(0, (int)Math.Ceiling(Share * count) - 1);
            return new ShadowFigures(
                [.. pairs.Select(pair => new ShadowPair(pair.Key.Champion, pair.Key.Challenger, pair.Count))],
                await answers.AverageAsync(a => a.Milliseconds, cancellationToken),
                await answers.OrderBy(a => a.Milliseconds).Skip(place).Select(a => a.Milliseconds).FirstOrDefaultAsync(cancellationToken)
            );
        });
}
