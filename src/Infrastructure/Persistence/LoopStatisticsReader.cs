using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence;

/// <summary>Counts along the indexes of selections and tasks.</summary>
internal sealed class LoopStatisticsReader(GourmetGramDbContext context, StrategyCatalogue strategies, TimeProvider time) : ILoopStatistics
{
    /// <summary>What the loops that follow people look at.</summary>
    private readonly Dictionary<string, FeedbackKind> kinds = strategies
        .All.OfType<FeedbackStrategy>()
        .ToDictionary(strategy => strategy.Name, strategy => strategy.Kind, StringComparer.Ordinal);

    public Task<IReadOnlyDictionary<string, LoopStatistics>> ReadAsync(CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyDictionary<string, LoopStatistics>>(async () =>
        {
            var week = time.GetUtcNow() - TimeSpan.FromDays(7);
            var selected = await context
                .Set<Selection>()
                .GroupBy(s => s.Loop)
                .Select(g => new { Loop = g.Key, Count = g.LongCount() })
                .ToDictionaryAsync(g => g.Loop, g => g.Count, StringComparer.Ordinal, cancellationToken);
            var recent = await context
                .Set<Selection>()
                .Where(s => s.CreatedAt >= week)
                .GroupBy(s => s.Loop)
                .Select(g => new { Loop = g.Key, Count = g.LongCount() })
                .ToDictionaryAsync(g => g.Loop, g => g.Count, StringComparer.Ordinal, cancellationToken);
            var states = await context
                .Set<AnnotationTask>()
                .GroupBy(t => new { t.Loop, t.State })
                .Select(g => new
                {
                    g.Key.Loop,
                    g.Key.State,
                    Count = g.LongCount(),
                })
                .ToListAsync(cancellationToken);
            var oldest = await context
                .Set<AnnotationTask>()
                .Where(t => t.State == TaskState.Created || t.State == TaskState.Published)
                .GroupBy(t => t.Loop)
                .Select(g => new { Loop = g.Key, At = g.Min(t => t.CreatedAt) })
                .ToDictionaryAsync(g => g.Loop, g => g.At, StringComparer.Ordinal, cancellationToken);
            var agreed = await context
                .Set<AnnotationTask>()
                .Where(t => t.State == TaskState.Labelled)
                .Join(
                    context.Set<Prediction>(),
                    t => t.PredictionId,
                    p => p.Id,
                    (t, p) => new { t.Loop, Same = t.ClassIndex == p.PredictedIndex }
                )
                .Where(pair => pair.Same)
                .GroupBy(pair => pair.Loop)
                .Select(g => new { Loop = g.Key, Count = g.LongCount() })
                .ToDictionaryAsync(g => g.Loop, g => g.Count, StringComparer.Ordinal, cancellationToken);
            var untasked = await context
                .Set<Selection>()
                .Where(s => !s.HasTask)
                .GroupBy(s => s.Loop)
                .Select(g => new
                {
                    Loop = g.Key,
                    Count = g.LongCount(),
                    At = g.Min(s => s.CreatedAt),
                })
                .ToDictionaryAsync(g => g.Loop, StringComparer.Ordinal, cancellationToken);
            var held = await context
                .Set<UserFeedback>()
                .Where(f => f.SelectionState == FeedbackSelection.HeldBack)
                .GroupBy(f => f.Kind)
                .Select(g => new { Kind = g.Key, Count = g.LongCount() })
                .ToListAsync(cancellationToken);
            return selected
                .Keys.Concat(states.Select(s => s.Loop))
                .Concat(kinds.Keys)
                .Distinct(StringComparer.Ordinal)
                .ToDictionary(
                    loop => loop,
                    loop => new LoopStatistics(
                        selected.GetValueOrDefault(loop),
                        CountOf(loop, TaskState.Created)
                            + CountOf(loop, TaskState.Published)
                            + (untasked.GetValueOrDefault(loop)?.Count ?? 0),
                        CountOf(loop, TaskState.Labelled),
                        CountOf(loop, TaskState.Skipped),
                        agreed.GetValueOrDefault(loop),
                        oldest.TryGetValue(loop, out var at) ? at : untasked.GetValueOrDefault(loop)?.At,
                        recent.GetValueOrDefault(loop),
                        kinds.TryGetValue(loop, out var kind) ? held.Where(h => h.Kind == kind).Sum(h => h.Count) : 0
                    ),
                    StringComparer.Ordinal
                );

            long CountOf(string loop, TaskState state) => states.Where(s => s.Loop == loop && s.State == state).Sum(s => s.Count);
        });

    public Task<IReadOnlyDictionary<int, int>> TakenAsync(string name, DateTimeOffset since, CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyDictionary<int, int>>(async () =>
            await context
                .Set<Selection>()
                .Where(s => s.Loop == name && s.CreatedAt >= since)
                .Join(context.Set<Prediction>(), s => s.PredictionId, p => p.Id, (s, p) => p.PredictedIndex)
                .GroupBy(index => index)
                .Select(g => new { Index = g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.Index, g => g.Count, cancellationToken)
        );
}
