using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Monitoring;

/// <summary>
/// Reads tasks and feedback of a period along their indexes by prediction, labels along their index by task, and predictions along the key.
/// </summary>
internal sealed class AnswerReader(GourmetGramDbContext context) : IAnswerReader
{
    public Task<GivenAnswers> ReadAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyCollection<Guid>? modelVersionIds,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync(async () =>
        {
            var (first, end) = (PredictionIds.SmallestOf(from), PredictionIds.SmallestOf(until));
            var predictions = context.Set<Prediction>().AsNoTracking();
            if (modelVersionIds is not null)
                predictions = predictions.Where(p => modelVersionIds.Contains(p.ModelVersionId));
            var labels = await (
                from task in context.Set<AnnotationTask>()
                where task.PredictionId >= first && task.PredictionId < end
                join prediction in predictions on task.PredictionId equals prediction.Id
                join label in context.Labels() on task.Id equals label.TaskId
                where label.EndedAt == null
                orderby label.Id
                select new GivenLabel
                {
                    Id = label.Id,
                    PhotoSha256 = task.PhotoSha256,
                    ModelVersionId = prediction.ModelVersionId,
                    Person = label.Person,
                    Source = label.Source,
                    Kind = label.AnswerKind,
                    ClassIndex = label.ClassIndex,
                    IsBlind = label.IsBlind,
                    CreatedAt = label.CreatedAt,
                    Took = label.Took,
                }
            ).ToListAsync(cancellationToken);
            var feedback = await (
                from given in context.Set<UserFeedback>()
                where
                    given.PredictionId >= first
                    && given.PredictionId < end
                    && given.EndedAt == null
                    && given.ClassIndex != null
                    && given.SelectionState != FeedbackSelection.HeldBack
                    && given.SelectionState != FeedbackSelection.Discarded
                join prediction in predictions on given.PredictionId equals prediction.Id
                orderby given.Id
                select new GivenFeedback(
                    prediction.Photo.UploadSha256,
                    prediction.ModelVersionId,
                    given.Source,
                    given.Rater,
                    given.ClassIndex!.Value,
                    given.CreatedAt
                )
            ).ToListAsync(cancellationToken);
            return new GivenAnswers(
                labels,
                feedback,
                await context.ReadNamesAsync([.. labels.Select(label => label.Person).Distinct(StringComparer.Ordinal)], cancellationToken)
            );
        });
}
