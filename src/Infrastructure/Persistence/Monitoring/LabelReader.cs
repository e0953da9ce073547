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
            var predictions = context.Set<Prediction>().AsQueryable();
            if (modelVersionIds is not null)
                predictions = predictions.Where(p => modelVersionIds.Contains(p.ModelVersionId));
            var rows = await (
                from check in context.Set<LabelCheck>().AsNoTracking()
                join task in tasks on check.TaskId equals task.Id
                join prediction in predictions on task.PredictionId equals prediction.Id
                orderby check.Id
                select new
                {
                    Check = check,
                    IsDecided = task.AnswerKind != null,
                    task.ClassIndex,
                    task.PredictionId,
                    task.Loop,
                    task.PhotoSha256,
                    prediction.ModelVersionId,
                }
            ).ToListAsync(cancellationToken);
            var names = await context.ReadNamesAsync(
                [.. rows.Select(row => row.Check.By).Distinct(StringComparer.Ordinal)],
                cancellationToken
            );
            return
            [
                .. rows.Select(row => new CheckedLabel(row.Check, row.IsDecided, row.ClassIndex)
                {
                    PredictionId = row.PredictionId,
                    Loop = row.Loop,
                    PhotoSha256 = row.PhotoSha256,
                    ModelVersionId = row.ModelVersionId,
                    By = names.GetValueOrDefault(row.Check.By) ?? row.Check.By,
                }),
            ];
        });

    public Task<IReadOnlyList<LabelGiver>> ReadGiversAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyCollection<Guid>? modelVersionIds,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyList<LabelGiver>>(async () =>
        {
            var (first, end) = (PredictionIds.SmallestOf(from), PredictionIds.SmallestOf(until));
            var tasks = context
                .Set<AnnotationTask>()
                .Where(task => task.PredictionId >= first && task.PredictionId < end && task.State == TaskState.Labelled);
            if (modelVersionIds is not null)
                tasks = tasks.Where(task =>
                    context.Set<Prediction>().Any(p => p.Id == task.PredictionId && modelVersionIds.Contains(p.ModelVersionId))
                );
            var rows = await (
                from task in tasks
                join label in context.Labels() on task.Id equals label.TaskId
                where label.EndedAt == null && label.ClassIndex != null && label.ClassIndex == task.ClassIndex
                orderby task.Id
                select new { task.Id, label.Person }
            ).ToListAsync(cancellationToken);
            var names = await context.ReadNamesAsync(
                [.. rows.Select(row => row.Person).Distinct(StringComparer.Ordinal)],
                cancellationToken
            );
            return [.. rows.Select(row => new LabelGiver(row.Id, names.GetValueOrDefault(row.Person) ?? row.Person)).Distinct()];
        });
}
