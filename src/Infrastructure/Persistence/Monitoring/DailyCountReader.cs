using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Feedback;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Monitoring;

/// <summary>
/// Reads the counts of windows along their index by day. Windows without a model version, as those of imports, take no part.
/// </summary>
internal sealed class DailyCountReader(GourmetGramDbContext context) : IDailyCountReader
{
    public Task<IReadOnlyCollection<Guid>> ListModelVersionsAsync(DateOnly first, DateOnly last, CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyCollection<Guid>>(async () =>
            await context
                .Set<WindowCount>()
                .Where(count => count.Day >= first && count.Day <= last)
                .Join(
                    context.Set<SamplingWindow>().Where(window => window.ModelVersionId != null),
                    count => count.WindowId,
                    window => window.Id,
                    (_, window) => window.ModelVersionId!.Value
                )
                .Distinct()
                .ToListAsync(cancellationToken)
        );

    public Task<IReadOnlyList<DailyCount>> ReadAsync(
        Guid modelVersionId,
        DateOnly first,
        DateOnly last,
        CancellationToken cancellationToken
    ) =>
        context.GuardAsync<IReadOnlyList<DailyCount>>(async () =>
            await context
                .Set<WindowCount>()
                .Where(count => count.Day >= first && count.Day <= last)
                .Join(
                    context.Set<SamplingWindow>().Where(window => window.ModelVersionId == modelVersionId),
                    count => count.WindowId,
                    window => window.Id,
                    (count, _) => count
                )
                .GroupBy(count => new
                {
                    count.Day,
                    count.PredictedIndex,
                    count.Bin,
                })
                .Select(group => new DailyCount(group.Key.Day, group.Key.PredictedIndex, group.Key.Bin, group.Sum(count => count.Photos)))
                .ToListAsync(cancellationToken)
        );
}
