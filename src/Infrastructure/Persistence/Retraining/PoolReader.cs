using System.Runtime.CompilerServices;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Retraining;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Retraining;

/// <summary>Reads along the index of predictions by window, so the cost depends on the measuring windows and not on the table.</summary>
internal sealed class PoolReader(GourmetGramDbContext context) : IPoolReader
{
    private const int Batch = 500;

    /// <summary>The closed windows whose photos are the pool.</summary>
    private IQueryable<SamplingWindow> Windows =>
        context.Set<SamplingWindow>().AsNoTracking().Where(w => w.IsForMeasuring && w.ModelVersionId != null && w.ClosedAt != null);

    public async IAsyncEnumerable<IReadOnlyList<PoolPhoto>> ReadAsync(
        string backbone,
        DateTimeOffset? newerThan,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var windows = await ListWindowsAsync(newerThan, cancellationToken);
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

    public async IAsyncEnumerable<IReadOnlyList<AnsweredPhoto>> ReadAnswersAsync(
        IReadOnlyCollection<Guid> modelIds,
        DateTimeOffset? newerThan,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var window in await ListWindowsAsync(newerThan, cancellationToken))
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
                        .Where(p => newerThan == null || p.CreatedAt > newerThan)
                        .OrderBy(p => p.Id)
                        .Take(Batch)
                        .Select(p => new PoolRow(p.Id, window.Id, window.ModelVersionId, p.WindowCell!.Value, p.Probabilities))
                        .ToListAsync(cancellationToken)
                );
                if (piece.Count > 0)
                    yield return await AddAnswersAsync(piece, modelIds, cancellationToken);
                read = piece.Count;
                after = piece.LastOrDefault()?.Id;
            } while (read == Batch);
        }
    }

    public async Task<IReadOnlyList<AnsweredPhoto>> ReadAnswersAsync(
        IReadOnlyCollection<Guid> modelIds,
        DateTimeOffset? newerThan,
        IReadOnlyCollection<Guid> predictionIds,
        CancellationToken cancellationToken
    )
    {
        var found = new List<AnsweredPhoto>();
        foreach (var batch in predictionIds.Chunk(Batch))
        {
            var rows = await context.GuardAsync(() =>
                context
                    .Set<Prediction>()
                    .AsNoTracking()
                    .Where(p => batch.Contains(p.Id) && p.WindowCell != null && (newerThan == null || p.CreatedAt > newerThan))
                    .Join(
                        Windows,
                        p => p.WindowId,
                        w => w.Id,
                        (p, w) => new PoolRow(p.Id, w.Id, w.ModelVersionId!.Value, p.WindowCell!.Value, p.Probabilities)
                    )
                    .ToListAsync(cancellationToken)
            );
            found.AddRange(await AddAnswersAsync(rows, modelIds, cancellationToken));
        }

        return found;
    }

    public Task<DateTimeOffset?> FindStartAsync(DateTimeOffset? newerThan, int most, CancellationToken cancellationToken)
    {
        var windows = Windows;
        return context.GuardAsync(() =>
            context
                .Set<Prediction>()
                .AsNoTracking()
                .Where(p => p.WindowCell != null && (newerThan == null || p.CreatedAt > newerThan))
                .Where(p => windows.Any(w => w.Id == p.WindowId))
                .OrderByDescending(p => p.Id)
                .Skip(most)
                .Take(1)
                .Select(p => (DateTimeOffset?)p.CreatedAt)
                .FirstOrDefaultAsync(cancellationToken)
        );
    }

    private Task<List<PoolWindow>> ListWindowsAsync(DateTimeOffset? newerThan, CancellationToken cancellationToken) =>
        context.GuardAsync(() =>
            Windows
                .Where(w => newerThan == null || w.LastPhotoAt > newerThan)
                .OrderBy(w => w.Id)
                .Select(w => new PoolWindow(w.Id, w.ModelVersionId!.Value))
                .ToListAsync(cancellationToken)
        );

    private async Task<IReadOnlyList<AnsweredPhoto>> AddAnswersAsync(
        List<PoolRow> rows,
        IReadOnlyCollection<Guid> modelIds,
        CancellationToken cancellationToken
    )
    {
        List<Guid> ids = [.. rows.Select(row => row.Id)];
        var embeddings = await context.GuardAsync(() =>
            context
                .Set<PhotoEmbedding>()
                .AsNoTracking()
                .Where(e => ids.Contains(e.PredictionId))
                .ToDictionaryAsync(e => e.PredictionId, cancellationToken)
        );
        var answers = (
            await context.GuardAsync(() =>
                context
                    .Set<ModelAnswer>()
                    .AsNoTracking()
                    .Where(a => ids.Contains(a.PredictionId) && modelIds.Contains(a.ModelId))
                    .ToListAsync(cancellationToken)
            )
        ).ToLookup(answer => answer.PredictionId);
        return
        [
            .. rows.Select(row => new AnsweredPhoto(
                new WindowPhoto(row.Id, row.WindowId, row.ModelVersionId, row.Cell),
                row.Given,
                embeddings.GetValueOrDefault(row.Id),
                [.. answers[row.Id]]
            )),
        ];
    }

    private sealed record PoolWindow(Guid Id, Guid ModelVersionId);

    private sealed record PoolRow(Guid Id, Guid WindowId, Guid ModelVersionId, int Cell, ClassProbabilities Given);
}
