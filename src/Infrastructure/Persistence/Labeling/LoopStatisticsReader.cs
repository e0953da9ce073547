using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.Infrastructure.Persistence.Labeling;

/// <summary>Counts along the indexes of selections and tasks.</summary>
internal sealed class LoopStatisticsReader(
    GourmetGramDbContext context,
    RememberedResults results,
    StrategyCatalogue strategies,
    TimeProvider time
) : ILoopStatistics
{
    /// <summary>The feedback that each loop based on flags or corrections follows.</summary>
    private readonly Dictionary<string, FeedbackKind> kinds = strategies
        .All.OfType<FeedbackStrategy>()
        .ToDictionary(strategy => strategy.Name, strategy => strategy.Kind, StringComparer.Ordinal);

    public Task<IReadOnlyDictionary<string, LoopStatistics>> ReadAsync(CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyDictionary<string, LoopStatistics>>(async () =>
        {
            var week = time.GetUtcNow() - TimeSpan.FromDays(7);
            var (selected, states, agreed) = await results.GetAsync(
                nameof(LoopStatisticsReader),
                () => CountAsync(cancellationToken),
                cancellationToken
            );
            var loops = selected.Keys.ToList();
            var recent = await CountAsync(
                context.Set<Selection>().Where(s => loops.Contains(s.Loop) && s.CreatedAt >= week).Select(s => s.Loop),
                cancellationToken
            );
            var none = await context
                .Set<AnnotationTask>()
                .Where(t => t.AnswerKind == AnswerKind.None || t.AnswerKind == AnswerKind.Unusable)
                .GroupBy(t => new { t.Loop, t.AnswerKind })
                .Where(g => g.Key.AnswerKind == AnswerKind.None)
                .Select(g => new { g.Key.Loop, Count = g.LongCount() })
                .ToDictionaryAsync(g => g.Loop, g => g.Count, StringComparer.Ordinal, cancellationToken);
            var disputed = await CountAsync(context.Set<AnnotationTask>().Where(t => t.IsTied).Select(t => t.Loop), cancellationToken);
            var oldest = await context
                .Set<AnnotationTask>()
                .Where(t => t.State == TaskState.Created || t.State == TaskState.Published)
                .GroupBy(t => t.Loop)
                .Select(g => new { Loop = g.Key, At = g.Min(t => t.CreatedAt) })
                .ToDictionaryAsync(g => g.Loop, g => g.At, StringComparer.Ordinal, cancellationToken);
            // Copies share the photo's task, so a photo counts once, and not at all when its task exists.
            var untasked = await context
                .Set<Selection>()
                .Where(s =>
                    !s.HasTask
                    && s.WithdrawnAt == null
                    && !context.Set<AnnotationTask>().Any(t => t.PhotoSha256 == s.PhotoSha256 && t.Loop == s.Loop)
                )
                .GroupBy(s => s.Loop)
                .Select(g => new
                {
                    Loop = g.Key,
                    Count = g.Select(s => s.PhotoSha256).Distinct().LongCount(),
                    At = g.Min(s => s.CreatedAt),
                })
                .ToDictionaryAsync(g => g.Loop, StringComparer.Ordinal, cancellationToken);
            var pending = await CountAsync(context.Set<WaitingCandidate>().Select(w => w.Loop), cancellationToken);
            var held = await context
                .Set<UserFeedback>()
                .Where(f => f.SelectionState == FeedbackSelection.HeldBack)
                .GroupBy(f => f.Kind)
                .Select(g => new { Kind = g.Key, Count = g.LongCount() })
                .ToListAsync(cancellationToken);
            return selected
                .Keys.Concat(states.Select(s => s.Loop))
                .Concat(kinds.Keys)
                .Concat(pending.Keys)
                .Distinct(StringComparer.Ordinal)
                .ToDictionary(
                    loop => loop,
                    loop => new LoopStatistics
                    {
                        Selected = selected.GetValueOrDefault(loop),
                        Photos = states.Where(s => s.Loop == loop).Sum(s => s.Count) + (untasked.GetValueOrDefault(loop)?.Count ?? 0),
                        Pending = pending.GetValueOrDefault(loop),
                        Waiting =
                            CountOf(loop, TaskState.Created)
                            + CountOf(loop, TaskState.Published)
                            + (untasked.GetValueOrDefault(loop)?.Count ?? 0),
                        Labelled = CountOf(loop, TaskState.Labelled),
                        None = none.GetValueOrDefault(loop),
                        Unusable = CountOf(loop, TaskState.Unusable),
                        Skipped = CountOf(loop, TaskState.Skipped),
                        Disputed = disputed.GetValueOrDefault(loop),
                        Agreed = agreed.GetValueOrDefault(loop),
                        OldestWaiting = oldest.TryGetValue(loop, out var at) ? at : untasked.GetValueOrDefault(loop)?.At,
                        SelectedInWeek = recent.GetValueOrDefault(loop),
                        HeldBack = kinds.TryGetValue(loop, out var kind) ? held.Where(h => h.Kind == kind).Sum(h => h.Count) : 0,
                    },
                    StringComparer.Ordinal
                );

            long CountOf(string loop, TaskState state) => states.Where(s => s.Loop == loop && s.State == state).Sum(s => s.Count);
        });

    public Task<IReadOnlyList<Taken>> TakenAsync(string name, DateTimeOffset since, CancellationToken cancellationToken) =>
        context.GuardAsync<IReadOnlyList<Taken>>(async () =>
        {
            var taken = await context
                .Set<Selection>()
                .Where(s => s.Loop == name && s.CreatedAt >= since)
                .Join(context.Set<Prediction>(), s => s.PredictionId, p => p.Id, (s, p) => new { p.PredictedIndex, p.Maker })
                .GroupBy(row => new { row.PredictedIndex, row.Maker })
                .Select(g => new
                {
                    g.Key.PredictedIndex,
                    g.Key.Maker,
                    Count = g.Count(),
                })
                .ToListAsync(cancellationToken);
            return [.. taken.Select(row => new Taken(row.PredictedIndex, row.Maker, row.Count))];
        });

    /// <summary>Counts what grows with all photos that a loop ever selected.</summary>
    private async Task<LoopCounts> CountAsync(CancellationToken cancellationToken)
    {
        var states = await context
            .Set<AnnotationTask>()
            .GroupBy(t => new { t.Loop, t.State })
            .Select(g => new LoopState(g.Key.Loop, g.Key.State, g.LongCount()))
            .ToListAsync(cancellationToken);
        var agreed = context
            .Set<AnnotationTask>()
            .Where(t => t.State == TaskState.Labelled)
            .Join(
                context.Set<Prediction>(),
                t => t.PredictionId,
                p => p.Id,
                (t, p) => new { t.Loop, Same = t.ClassIndex == p.PredictedIndex }
            )
            .Where(pair => pair.Same)
            .Select(pair => pair.Loop);
        return new LoopCounts(
            await CountAsync(context.Set<Selection>().Select(s => s.Loop), cancellationToken),
            states,
            await CountAsync(agreed, cancellationToken)
        );
    }

    /// <summary>Counts rows by loop, given the loop of each row.</summary>
    private static Task<Dictionary<string, long>> CountAsync(IQueryable<string> loops, CancellationToken cancellationToken) =>
        loops
            .GroupBy(loop => loop)
            .Select(g => new { Loop = g.Key, Count = g.LongCount() })
            .ToDictionaryAsync(g => g.Loop, g => g.Count, StringComparer.Ordinal, cancellationToken);

    /// <summary>Counts that grow with all photos that a loop ever selected.</summary>
    /// <param name="Selected">Number of selected predictions by loop.</param>
    /// <param name="States">Number of tasks by loop and state.</param>
    /// <param name="Agreed">Number of labelled tasks by loop whose label is the model's answer.</param>
    private sealed record LoopCounts(
        IReadOnlyDictionary<string, long> Selected,
        IReadOnlyList<LoopState> States,
        IReadOnlyDictionary<string, long> Agreed
    );

    /// <param name="Loop">Name of the loop.</param>
    /// <param name="State">State of the tasks.</param>
    /// <param name="Count">Number of tasks of this loop in this state.</param>
    private sealed record LoopState(string Loop, TaskState State, long Count);
}
