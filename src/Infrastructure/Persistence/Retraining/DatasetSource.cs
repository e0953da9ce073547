using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Retraining;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Retraining;

/// <summary>
/// Reads tasks in the order of their key, and everything else for a batch of photos along the indexes by hash and by prediction.
/// </summary>
internal sealed class DatasetSource(GourmetGramDbContext context) : IDatasetSource
{
    public Task<IReadOnlyList<DecidedTask>> ReadTasksAsync(
        IReadOnlyCollection<string> loopNames,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyList<DecidedTask>>(async () =>
        {
            var tasks = context.Set<AnnotationTask>().Where(task => loopNames.Contains(task.Loop));
            if (after is { } last)
                tasks = tasks.Where(task => task.Id > last);
            return await (
                from task in tasks
                where task.State == TaskState.Labelled || task.State == TaskState.Unusable || task.State == TaskState.Disputed
                join photo in context.Set<Prediction>() on task.PredictionId equals photo.Id
                orderby task.Id
                select new DecidedTask
                {
                    TaskId = task.Id,
                    Loop = task.Loop,
                    Answer = task.AnswerKind,
                    ClassIndex = task.ClassIndex,
                    Votes = task.Votes,
                    IsBlind = task.IsBlind,
                    PredictionId = photo.Id,
                    UploadSha256 = photo.Photo.UploadSha256,
                    StoredSha256 = photo.Photo.StoredSha256,
                    Maker = photo.Maker,
                    At = photo.CreatedAt,
                    ModelVersionId = photo.ModelVersionId,
                }
            )
                .Take(limit)
                .ToListAsync(cancellationToken);
        });

    public Task<IReadOnlyList<DecidedTask>> ReadImportedAsync(
        IReadOnlyCollection<string> sources,
        Guid? after,
        int limit,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyList<DecidedTask>>(async () =>
        {
            var labels = context.Set<ImportedLabel>().Where(label => sources.Contains(label.Source));
            if (after is { } last)
                labels = labels.Where(label => label.Id > last);
            return await (
                from label in labels
                join photo in context.Set<Prediction>() on label.PredictionId equals photo.Id
                orderby label.Id
                select new DecidedTask
                {
                    TaskId = label.Id,
                    Loop = label.Source,
                    Answer = AnswerKind.Class,
                    ClassIndex = label.ClassIndex,
                    Votes = 1,
                    IsBlind = false,
                    PredictionId = photo.Id,
                    UploadSha256 = photo.Photo.UploadSha256,
                    StoredSha256 = photo.Photo.StoredSha256,
                    Maker = photo.Maker,
                    At = photo.CreatedAt,
                    ModelVersionId = photo.ModelVersionId,
                }
            )
                .Take(limit)
                .ToListAsync(cancellationToken);
        });

    public Task<IReadOnlyDictionary<string, int>> CountImportedAsync(CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyDictionary<string, int>>(async () =>
            await context
                .Set<ImportedLabel>()
                .GroupBy(label => label.Source)
                .Select(group => new { Source = group.Key, Count = group.Count() })
                .ToDictionaryAsync(group => group.Source, group => group.Count, StringComparer.Ordinal, cancellationToken)
        );

    public Task<IReadOnlyList<ConfidentPhoto>> ReadConfidentAsync(
        double confidence,
        IReadOnlyCollection<Guid> modelVersionIds,
        Guid? before,
        int limit,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyList<ConfidentPhoto>>(async () =>
        {
            var photos = context.Set<Prediction>().AsQueryable();
            if (before is { } last)
                photos = photos.Where(photo => photo.Id < last);
            return await photos
                .Where(photo => (double)photo.Confidence >= confidence && modelVersionIds.Contains(photo.ModelVersionId))
                .Where(photo =>
                    !context.Set<AnnotationTask>().Any(task => task.PhotoSha256 == photo.Photo.UploadSha256 && task.AnswerKind != null)
                )
                .Where(photo =>
                    !context
                        .Set<UserFeedback>()
                        .Any(fact => fact.PredictionId == photo.Id && fact.EndedAt == null && fact.Kind != FeedbackKind.Confirmation)
                )
                .OrderByDescending(photo => photo.Id)
                .Take(limit)
                .Select(photo => new ConfidentPhoto
                {
                    ClassIndex = photo.PredictedIndex,
                    PredictionId = photo.Id,
                    UploadSha256 = photo.Photo.UploadSha256,
                    StoredSha256 = photo.Photo.StoredSha256,
                    Maker = photo.Maker,
                    At = photo.CreatedAt,
                    ModelVersionId = photo.ModelVersionId,
                })
                .ToListAsync(cancellationToken);
        });

    public Task<int> CountNewLabelsAsync(DateTimeOffset? after, int most, CancellationToken cancellationToken) =>
        context.GuardAsync(() =>
        {
            var tasks = context.Set<AnnotationTask>().Where(task => task.AnswerKind == AnswerKind.Class && task.DecidedAt != null);
            if (after is { } moment)
                tasks = tasks.Where(task => task.DecidedAt > moment);
            return tasks
                .OrderByDescending(task => task.DecidedAt)
                .Where(task =>
                    !context
                        .Set<Prediction>()
                        .Any(photo =>
                            photo.Id == task.PredictionId
                            && context.Set<SamplingWindow>().Any(window => window.Id == photo.WindowId && window.IsForMeasuring)
                        )
                )
                .Take(most)
                .CountAsync(cancellationToken);
        });

    public Task<IReadOnlyDictionary<string, CopiesInWindows>> FindWindowsAsync(
        IReadOnlyCollection<string> uploadSha256,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyDictionary<string, CopiesInWindows>>(async () =>
        {
            var copies = await context
                .Set<Prediction>()
                .Where(photo => uploadSha256.Contains(photo.Photo.UploadSha256))
                .Select(photo => new
                {
                    photo.Photo.UploadSha256,
                    photo.WindowId,
                    IsMeasuring = context.Set<SamplingWindow>().Any(window => window.Id == photo.WindowId && window.IsForMeasuring),
                })
                .ToListAsync(cancellationToken);
            return copies
                .GroupBy(copy => copy.UploadSha256, StringComparer.Ordinal)
                .ToDictionary(
                    group => group.Key,
                    group => new CopiesInWindows(group.Any(copy => copy.IsMeasuring), group.Any(copy => copy.WindowId is null)),
                    StringComparer.Ordinal
                );
        });

    public Task<IReadOnlyList<PhotoEmbedding>> ReadEmbeddingsAsync(
        IReadOnlyCollection<Guid> predictionIds,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyList<PhotoEmbedding>>(async () =>
            await context
                .Set<PhotoEmbedding>()
                .AsNoTracking()
                .Where(embedding => predictionIds.Contains(embedding.PredictionId))
                .ToListAsync(cancellationToken)
        );

    public Task<int> CountDeletedAsync(CancellationToken cancellationToken) =>
        context.GuardAsync(() =>
            context
                .Set<DatasetItem>()
                .Where(item => item.DeletedAt != null)
                .Select(item => item.PredictionId)
                .Distinct()
                .CountAsync(cancellationToken)
        );

    public Task<bool> HasDeletedAsync(Guid versionId, CancellationToken cancellationToken) =>
        context.GuardAsync(() =>
            context
                .Set<DatasetItem>()
                .AnyAsync(
                    item =>
                        item.VersionId == versionId
                        && (item.DeletedAt != null || context.Set<Tombstone>().Any(grave => grave.Id == item.PredictionId)),
                    cancellationToken
                )
        );
}
