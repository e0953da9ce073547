using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Monitoring;

/// <summary>Counts labelled tasks along their index by loop and state, with their predictions along the key.</summary>
internal sealed class AgreementReader(GourmetGramDbContext context) : IAgreementReader
{
    public Task<IReadOnlyDictionary<string, Agreements>> ReadAsync(CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyDictionary<string, Agreements>>(async () =>
        {
            var counts = await context
                .Set<AnnotationTask>()
                .Where(task => task.State == TaskState.Labelled)
                .Join(
                    context.Set<Prediction>(),
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
