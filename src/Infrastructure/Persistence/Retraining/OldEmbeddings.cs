using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Retraining;

/// <summary>Finds embeddings along the primary key: ids sort by the time of the photo.</summary>
internal sealed class OldEmbeddings(GourmetGramDbContext context) : IOldEmbeddings
{
    public Task<IReadOnlyList<PhotoEmbedding>> ListAsync(
        DateTimeOffset before,
        DateTimeOffset measuredBefore,
        int most,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyList<PhotoEmbedding>>(async () =>
        {
            var (end, measuredEnd) = (PredictionIds.SmallestOf(before), PredictionIds.SmallestOf(measuredBefore));
            return await context
                .Set<PhotoEmbedding>()
                .Where(e => e.PredictionId < end)
                .Where(e => !context.Set<Selection>().Any(s => s.PredictionId == e.PredictionId))
                .Where(e => !context.Set<ImportedLabel>().Any(l => l.PredictionId == e.PredictionId))
                .Where(e =>
                    e.PredictionId < measuredEnd
                    || !context
                        .Set<Prediction>()
                        .Any(p => p.Id == e.PredictionId && context.Set<SamplingWindow>().Any(w => w.Id == p.WindowId && w.IsForMeasuring))
                )
                .OrderBy(e => e.PredictionId)
                .Take(most)
                .ToListAsync(cancellationToken);
        });

    public Task<IReadOnlyList<ModelAnswer>> ListAnswersAsync(
        DateTimeOffset before,
        DateTimeOffset measuredBefore,
        int most,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyList<ModelAnswer>>(async () =>
        {
            var (end, measuredEnd) = (PredictionIds.SmallestOf(before), PredictionIds.SmallestOf(measuredBefore));
            return await context
                .Set<ModelAnswer>()
                .Where(a => a.PredictionId < end)
                .Where(a =>
                    a.PredictionId < measuredEnd
                    || !context
                        .Set<Prediction>()
                        .Any(p => p.Id == a.PredictionId && context.Set<SamplingWindow>().Any(w => w.Id == p.WindowId && w.IsForMeasuring))
                )
                .OrderBy(a => a.PredictionId)
                .Take(most)
                .ToListAsync(cancellationToken);
        });
}
