using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Monitoring;

/// <summary>Counts the tasks of a period along their index by prediction, with their predictions along the key.</summary>
internal sealed class AgreementReader(GourmetGramDbContext context) : IAgreementReader
{
    private static readonly string Sample = RandomSampleLoop.Name;

    public Task<IReadOnlyDictionary<string, Agreements>> ReadAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        IReadOnlyCollection<Guid>? modelVersionIds,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyDictionary<string, Agreements>>(async () =>
        {
            var (first, end) = (PredictionIds.SmallestOf(from), PredictionIds.SmallestOf(until));
            var predictions = context.Set<Prediction>().AsQueryable();
            if (modelVersionIds is not null)
                predictions = predictions.Where(prediction => modelVersionIds.Contains(prediction.ModelVersionId));
            var counts = await context
                .Set<AnnotationTask>()
                .Where(task =>
                    task.PredictionId >= first && task.PredictionId < end && task.State == TaskState.Labelled && task.Loop != Sample
                )
                .Join(
                    predictions,
                    task => task.PredictionId,
                    prediction => prediction.Id,
                    (task, prediction) => new { task.Loop, Same = task.ClassIndex == prediction.PredictedIndex }
                )
                .GroupBy(row => row.Loop)
                .Select(group => new
                {
                    Loop = group.Key,
                    Labelled = group.LongCount(),
                    Agreed = group.LongCount(row => row.Same),
                })
                .ToListAsync(cancellationToken);
            return counts.ToDictionary(row => row.Loop, row => new Agreements(row.Labelled, row.Agreed), StringComparer.Ordinal);
        });
}
