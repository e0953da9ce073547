using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Reads along the indexes of copied images, by bucket, and of tasks that were answered without a class.</summary>
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
                            p.Photo.UploadSha256,
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
                .. found.Select(row => new DatasetPhoto
                {
                    Id = row.Image.Id,
                    PredictionId = row.Image.PredictionId,
                    ClassIndex = row.Image.ClassIndex,
                    PredictedIndex = row.PredictedIndex,
                    Confidence = row.Confidence,
                    Key = row.Image.ObjectKey,
                    UploadSha256 = row.UploadSha256,
                    Sha256 = row.StoredSha256,
                    Bytes = row.StoredBytes,
                    CollectedAt = row.Image.CreatedAt,
                }),
            ];
        });

    public Task<IReadOnlyDictionary<AnswerKind, int>> CountWithoutClassAsync(string name, CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyDictionary<AnswerKind, int>>(async () =>
            await context
                .Set<AnnotationTask>()
                .Where(t => t.Loop == name && (t.AnswerKind == AnswerKind.None || t.AnswerKind == AnswerKind.Unusable))
                .GroupBy(t => t.AnswerKind!.Value)
                .Select(g => new { Answer = g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.Answer, g => g.Count, cancellationToken)
        );

    public Task<IReadOnlyList<PhotoWithoutClass>> ReadWithoutClassAsync(
        string name,
        AnswerKind answer,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyList<PhotoWithoutClass>>(async () =>
        {
            // The condition lists both answers, so that it matches the filter of the index.
            var rows = context
                .Set<AnnotationTask>()
                .Where(t =>
                    t.Loop == name && t.AnswerKind == answer && (t.AnswerKind == AnswerKind.None || t.AnswerKind == AnswerKind.Unusable)
                );
            if (before is { } id)
                rows = rows.Where(t => t.Id < id);
            var found = await rows.Join(
                    context.Set<Prediction>(),
                    t => t.PredictionId,
                    p => p.Id,
                    (t, p) =>
                        new
                        {
                            t.Id,
                            PredictionId = p.Id,
                            p.PredictedIndex,
                            p.Confidence,
                            p.Photo.UploadSha256,
                            p.Photo.StoredSha256,
                            t.DecidedAt,
                        }
                )
                .OrderByDescending(row => row.Id)
                .Take(limit)
                .ToListAsync(cancellationToken);
            return
            [
                .. found.Select(row => new PhotoWithoutClass
                {
                    Id = row.Id,
                    PredictionId = row.PredictionId,
                    Answer = answer,
                    PredictedIndex = row.PredictedIndex,
                    Confidence = row.Confidence,
                    UploadSha256 = row.UploadSha256,
                    Sha256 = row.StoredSha256,
                    DecidedAt = row.DecidedAt!.Value,
                }),
            ];
        });

    private IQueryable<CollectedImage> In(string bucket) =>
        context.Set<CollectedImage>().Where(i => i.Bucket == bucket && i.State == CollectedState.Copied);
}
