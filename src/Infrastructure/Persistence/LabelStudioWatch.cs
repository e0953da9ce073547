using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Counts along the indexes of open and published tasks.</summary>
internal sealed class LabelStudioWatch(GourmetGramDbContext context) : ILabelStudioWatch
{
    public Task<IReadOnlyDictionary<string, PublicationCounts>> CountAsync(CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyDictionary<string, PublicationCounts>>(async () =>
        {
            var open = await context
                .Set<AnnotationTask>()
                .Where(t => t.State == TaskState.Created || t.State == TaskState.Published)
                .GroupBy(t => new { t.Loop, t.HasObject })
                .Select(g => new
                {
                    g.Key.Loop,
                    g.Key.HasObject,
                    Count = g.Count(),
                })
                .ToListAsync(cancellationToken);
            var due = await context
                .Set<AnnotationTask>()
                .Where(t => t.IsRecallDue)
                .GroupBy(t => t.Loop)
                .Select(g => new { Loop = g.Key, Count = g.Count() })
                .ToListAsync(cancellationToken);
            var erased = await context
                .Set<TaskRecall>()
                .Where(r => r.DoneAt == null)
                .GroupBy(r => r.Loop)
                .Select(g => new { Loop = g.Key, Count = g.Count() })
                .ToListAsync(cancellationToken);
            var tied = await context
                .Set<AnnotationTask>()
                .Where(t => t.IsTied && t.HasObject)
                .GroupBy(t => t.Loop)
                .Select(g => new { Loop = g.Key, Count = g.Count() })
                .ToListAsync(cancellationToken);
            return open.Select(g => g.Loop)
                .Concat(due.Select(g => g.Loop))
                .Concat(erased.Select(g => g.Loop))
                .Distinct(StringComparer.Ordinal)
                .ToDictionary(
                    loop => loop,
                    loop => new PublicationCounts(
                        open.Where(g => g.Loop == loop && g.HasObject).Sum(g => g.Count),
                        open.Where(g => g.Loop == loop && !g.HasObject).Sum(g => g.Count),
                        due.Concat(erased).Where(g => g.Loop == loop).Sum(g => g.Count),
                        tied.Where(g => g.Loop == loop).Sum(g => g.Count)
                    ),
                    StringComparer.Ordinal
                );
        });
}
