using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Monitoring;

/// <summary>
/// Reads the tasks of a period along their index by prediction, their predictions along the key, and their checks along the index by task.
/// </summary>
internal sealed class LabelReader(GourmetGramDbContext context) : ILabelReader
{
    public Task<IReadOnlyList<LabelledPrediction>> ReadAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyCollection<Guid>? modelVersionIds,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyList<LabelledPrediction>>(async () =>
        {
            var (first, end) = (PredictionIds.SmallestOf(from), PredictionIds.SmallestOf(until));
            var predictions = context.Set<Prediction>().AsNoTracking();
            if (modelVersionIds is not null)
                predictions = predictions.Where(p => modelVersionIds.Contains(p.ModelVersionId));
            return await (
                from task in context.Set<AnnotationTask>()
                where task.PredictionId >= first && task.PredictionId < end && task.State == TaskState.Labelled && task.ClassIndex != null
                join prediction in predictions on task.PredictionId equals prediction.Id
                where task.DecidedAt >= prediction.CreatedAt
                orderby prediction.Id, task.Id
                select new LabelledPrediction
                {
                    PredictionId = prediction.Id,
                    TaskId = task.Id,
                    Loop = task.Loop,
                    PhotoSha256 = task.PhotoSha256,
                    ModelVersionId = prediction.ModelVersionId,
                    LabelIndex = task.ClassIndex!.Value,
                    LabelledAt = task.DecidedAt!.Value,
                    Probabilities = prediction.Probabilities,
                }
            ).ToListAsync(cancellationToken);
        });

    public Task<IReadOnlyList<CheckedLabel>> ReadChecksAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyCollection<Guid>? modelVersionIds,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyList<CheckedLabel>>(async () =>
        {
            var (first, end) = (PredictionIds.SmallestOf(from), PredictionIds.SmallestOf(until));
            var tasks = context.Set<AnnotationTask>().Where(task => task.PredictionId >= first && task.PredictionId < end);
            if (modelVersionIds is not null)
                tasks = tasks.Where(task =>
                    context.Set<Prediction>().Any(p => p.Id == task.PredictionId && modelVersionIds.Contains(p.ModelVersionId))
                );
            return await (
                from check in context.Set<LabelCheck>().AsNoTracking()
                join task in tasks on check.TaskId equals task.Id
                orderby check.Id
                select new CheckedLabel(check, task.AnswerKind != null, task.ClassIndex)
            ).ToListAsync(cancellationToken);
        });
}
