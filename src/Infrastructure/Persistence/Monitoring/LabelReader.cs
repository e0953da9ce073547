using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Monitoring;

/// <summary>Reads the tasks of a period along their index by prediction, and their predictions along the key.</summary>
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
                select new LabelledPrediction(
                    prediction.Id,
                    task.Id,
                    task.Loop,
                    prediction.ModelVersionId,
                    task.ClassIndex!.Value,
                    prediction.Probabilities
                )
            ).ToListAsync(cancellationToken);
        });
}
