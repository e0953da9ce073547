using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Reads along the indexes of copied images, by bucket.</summary>
internal sealed class DatasetReader(GourmetGramDbContext context) : IDatasetReader
{
    public Task<IReadOnlyDictionary<string, int>> CountAsync(CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyDictionary<string, int>>(async () =>
            await context
                .Set<CollectedImage>()
                .Where(i => i.State == CollectedState.Copied)
                .GroupBy(i => i.Bucket)
                .Select(g => new { Bucket = g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.Bucket, g => g.Count, StringComparer.Ordinal, cancellationToken)
        );

    public Task<DatasetSize> MeasureAsync(string bucket, CancellationToken cancellationToken) =>
        context.GuardAsync(async () =>
        {
            var cells = await In(bucket)
                .Join(
                    context.Set<Prediction>(),
                    i => i.PredictionId,
                    p => p.Id,
                    (i, p) =>
                        new
                        {
                            i.ClassIndex,
                            p.PredictedIndex,
                            p.Photo.StoredBytes,
                            i.CreatedAt,
                        }
                )
                .GroupBy(row => new { row.ClassIndex, row.PredictedIndex })
                .Select(g => new
                {
                    g.Key.ClassIndex,
                    g.Key.PredictedIndex,
                    Count = g.Count(),
                    Bytes = g.Sum(row => row.StoredBytes),
                    Latest = g.Max(row => row.CreatedAt),
                })
                .ToListAsync(cancellationToken);
            return new DatasetSize(
                cells.Sum(cell => cell.Count),
                cells.Sum(cell => cell.Bytes),
                cells.Count == 0 ? null : cells.Max(cell => cell.Latest),
                cells.ToDictionary(cell => (cell.ClassIndex, cell.PredictedIndex), cell => cell.Count)
            );
        });

    public Task<IReadOnlyList<DatasetPhoto>> ReadAsync(
        string bucket,
        int? classIndex,
        bool wrong,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyList<DatasetPhoto>>(async () =>
        {
            var rows = In(bucket);
            if (classIndex is { } index)
                rows = rows.Where(i => i.ClassIndex == index);
            if (before is { } id)
                rows = rows.Where(i => i.Id < id);
            var found = await rows.Join(
                    context.Set<Prediction>(),
                    i => i.PredictionId,
                    p => p.Id,
                    (i, p) =>
                        new
                        {
                            Image = i,
                            p.PredictedIndex,
                            p.Confidence,
                            p.Photo.StoredSha256,
                            p.Photo.StoredBytes,
                        }
                )
                .Where(row => !wrong || row.Image.ClassIndex != row.PredictedIndex)
                .OrderByDescending(row => row.Image.Id)
                .Take(limit)
                .AsNoTracking()
                .ToListAsync(cancellationToken);
            return
            [
                .. found.Select(row => new DatasetPhoto(
                    row.Image.Id,
                    row.Image.PredictionId,
                    row.Image.ClassIndex,
                    row.PredictedIndex,
                    row.Confidence,
                    row.Image.ObjectKey,
                    row.StoredSha256,
                    row.StoredBytes,
                    row.Image.CreatedAt
                )),
            ];
        });

    private IQueryable<CollectedImage> In(string bucket) =>
        context.Set<CollectedImage>().Where(i => i.Bucket == bucket && i.State == CollectedState.Copied);
}
