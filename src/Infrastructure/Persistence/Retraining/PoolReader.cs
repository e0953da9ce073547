using System.Runtime.CompilerServices;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Retraining;

/// <summary>Reads along the index of predictions by window, so the cost depends on the measuring windows and not on the table.</summary>
internal sealed class PoolReader(GourmetGramDbContext context) : IPoolReader
{
    private const int Batch = 500;

    public async IAsyncEnumerable<IReadOnlyList<PoolPhoto>> ReadAsync(
        string backbone,
        DateTimeOffset? newerThan,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var windows = await context.GuardAsync(() =>
            context
                .Set<SamplingWindow>()
                .AsNoTracking()
                .Where(w => w.IsForMeasuring && w.ModelVersionId != null && w.ClosedAt != null)
                .Where(w => newerThan == null || w.LastPhotoAt > newerThan)
                .OrderBy(w => w.Id)
                .Select(w => new { w.Id, ModelVersionId = w.ModelVersionId!.Value })
                .ToListAsync(cancellationToken)
        );
        foreach (var window in windows)
        {
            Guid? after = null;
            int read;
            do
            {
                var from = after;
                var piece = await context.GuardAsync(() =>
                    context
                        .Set<Prediction>()
                        .AsNoTracking()
                        .Where(p => p.WindowId == window.Id && p.WindowCell != null && (from == null || p.Id > from))
                        .Join(context.Set<PhotoEmbedding>(), p => p.Id, e => e.PredictionId, (p, e) => new { p, e })
                        .Where(row => row.e.Backbone == backbone && (newerThan == null || row.p.CreatedAt > newerThan))
                        .OrderBy(row => row.p.Id)
                        .Take(Batch)
                        .Select(row => new { Cell = row.p.WindowCell!.Value, Embedding = row.e })
                        .ToListAsync(cancellationToken)
                );
                if (piece.Count > 0)
                    yield return
                    [
                        .. piece.Select(row => new PoolPhoto(
                            new WindowPhoto(row.Embedding.PredictionId, window.Id, window.ModelVersionId, row.Cell),
                            row.Embedding.ToFloats()
                        )),
                    ];
                read = piece.Count;
                after = piece.LastOrDefault()?.Embedding.PredictionId;
            } while (read == Batch);
        }
    }

    public Task<IReadOnlyDictionary<Guid, float[]>> ReadEmbeddingsAsync(
        string backbone,
        DateTimeOffset? newerThan,
        IReadOnlyCollection<Guid> predictionIds,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyDictionary<Guid, float[]>>(async () =>
        {
            var found = new Dictionary<Guid, float[]>();
            foreach (var batch in predictionIds.Chunk(Batch))
            {
                var rows = await context
                    .Set<PhotoEmbedding>()
                    .AsNoTracking()
                    .Where(e => batch.Contains(e.PredictionId) && e.Backbone == backbone)
                    .Where(e => newerThan == null || e.CreatedAt > newerThan)
                    .Where(e =>
                        context
                            .Set<Prediction>()
                            .Any(p =>
                                p.Id == e.PredictionId
                                && context
                                    .Set<SamplingWindow>()
                                    .Any(w => w.Id == p.WindowId && w.IsForMeasuring && w.ModelVersionId != null)
                            )
                    )
                    .ToListAsync(cancellationToken);
                foreach (var row in rows)
                    found.Add(row.PredictionId, row.ToFloats());
            }

            return found;
        });
}
