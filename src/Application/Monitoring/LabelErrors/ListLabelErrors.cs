using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Lists labels that contradict a confident model: they may be wrong, and asking again decides. Leaves out labels that an administrator has
/// checked. The list shows the model's answers, so it records that the caller has seen them.
/// </summary>
public static class ListLabelErrors
{
    /// <summary>Most labels that are listed.</summary>
    public const int MostItems = 200;

    /// <param name="Period">The photos.</param>
    /// <param name="Caller">The administrator, who does not see photos of blind tasks that he or she has now.</param>
    /// <param name="Skip">Number of labels at the start of the list that are left out.</param>
    /// <param name="Limit">Most labels that are listed, at most 200.</param>
    public sealed record Query(PeriodQuery Period, Caller Caller, int Skip = 0, int Limit = MostItems) : IRequest<Response>;

    public sealed record Response
    {
        /// <summary>Whether there are enough labels to show any that may be wrong.</summary>
        public required EstimateState State { get; init; }

        /// <summary>Number of labels that are missing; null unless there are too few.</summary>
        public required int? Needed { get; init; }

        /// <summary>Number of labels that were compared with the model.</summary>
        public required int Labels { get; init; }

        /// <summary>
        /// Share of labels that are probably wrong, from 0 to 1. This is a guess, not an estimate; null unless estimated.
        /// </summary>
        public required double? WrongShare { get; init; }

        /// <summary>Number of labels that may be wrong and are not checked.</summary>
        public required int Suspects { get; init; }

        /// <summary>Number of labels that were checked: kept, changed, or given by another person who was asked.</summary>
        public required int Checked { get; init; }

        /// <summary>Number of checked labels that are another answer now.</summary>
        public required int Changed { get; init; }

        /// <summary>Number of photos for which another person is asked and that have no label yet.</summary>
        public required int Asked { get; init; }

        /// <summary>Labels that may be wrong, worst first, at most 200.</summary>
        public required IReadOnlyList<Item> Items { get; init; }

        /// <summary>Pairs of classes that are confused in suspected labels, checked ones included; the five most frequent.</summary>
        public required IReadOnlyList<MixedClasses> Mixed { get; init; }

        /// <summary>The people whose labels were compared, with the number of suspected ones, checked ones included.</summary>
        public required IReadOnlyList<Giver> Givers { get; init; }

        /// <summary>The classes to choose from, in model order.</summary>
        public required IReadOnlyList<string> Classes { get; init; }

        /// <summary>First day of the period, UTC.</summary>
        public required DateOnly From { get; init; }

        /// <summary>Last day of the period, UTC.</summary>
        public required DateOnly To { get; init; }

        /// <summary>
        /// When the labels were compared, UTC: by the job find-label-errors, or now if it has not compared those of this period.
        /// </summary>
        public required DateTimeOffset ComputedAt { get; init; }
    }

    /// <param name="First">One class.</param>
    /// <param name="Second">The other class.</param>
    /// <param name="Suspects">Number of suspected labels: the label is one of the classes, and the likely class the other.</param>
    public sealed record MixedClasses(string First, string Second, int Suspects);

    /// <param name="Name">Name of the person.</param>
    /// <param name="Labels">Number of labels that were compared.</param>
    /// <param name="Suspects">Number of these that contradict a confident model.</param>
    public sealed record Giver(string Name, int Labels, int Suspects);

    public sealed record Item
    {
        /// <summary>The prediction whose photo was labelled.</summary>
        public required Guid PredictionId { get; init; }

        /// <summary>The task that was labelled.</summary>
        public required Guid TaskId { get; init; }

        /// <summary>Name of the task's loop.</summary>
        public required string Loop { get; init; }

        /// <summary>Title of the loop.</summary>
        public required string Title { get; init; }

        /// <summary>Name of the class that people gave.</summary>
        public required string Label { get; init; }

        /// <summary>When the photo was labelled, UTC.</summary>
        public required DateTimeOffset LabelledAt { get; init; }

        /// <summary>Name of the class that the photo probably has, judged by the model's probabilities.</summary>
        public required string Predicted { get; init; }

        /// <summary>The model's confidence in that class, from 0 to 1.</summary>
        public required double Confidence { get; init; }

        /// <summary>Score from 0 (the label is certainly wrong) to 1 (certainly right).</summary>
        public required double Score { get; init; }

        /// <summary>Position in the list, from 1.</summary>
        public required int Rank { get; init; }
    }

    internal sealed class Handler(
        PeriodResolver periods,
        LabelErrorFinder finder,
        ILabelReader reader,
        ResultStore stored,
        RememberedResults results,
        IRepository<AnnotationTask> tasks,
        LoopCatalogue loops,
        AnswerGuard guard,
        TimeProvider time
    ) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var resolved = await periods.ResolveAsync(request.Period, cancellationToken);
            var (found, current, checks, computedAt) = await results.GetAsync(
                resolved.Key,
                () => FindAsync(resolved, cancellationToken),
                cancellationToken
            );
            var hidden = await guard.HiddenAsync(request.Caller, cancellationToken);
            var suspects = current.Where(suspect => !hidden.Contains(suspect.PhotoSha256)).ToList();
            var shown = suspects.Index().Take(MostItems).Skip(request.Skip).Take(request.Limit).ToList();
            await guard.NoteAsync(
                [.. shown.Select(pair => (pair.Item.PhotoSha256, pair.Item.PredictionId))],
                request.Caller,
                cancellationToken
            );
            var titles = shown.Count == 0 ? [] : await TitlesAsync(cancellationToken);
            var settled = checks.Where(IsSettled).ToList();
            return new Response
            {
                State = found.State,
                Needed = found.Needed,
                Labels = found.Labels,
                WrongShare = found.WrongShare,
                // Of many, only the worst are listed.
                Suspects = found.Suspects - found.Listed.Count + suspects.Count,
                Checked = settled.Count,
                Changed = settled.Count(row => row.Check.Decision != CheckDecision.Kept && row.LabelIndex != row.Check.LabelIndex),
                Asked = checks.Count(row => row is { IsDecided: false, Check.Decision: CheckDecision.AskedAgain }),
                Items = [.. shown.Select(pair => ItemOf(pair.Index + 1, pair.Item, found.Classes, titles))],
                Mixed = found.Mixed,
                Givers = found.Givers,
                Classes = found.Classes,
                From = resolved.Period.From,
                To = resolved.Period.To,
                ComputedAt = computedAt,
            };
        }

        private async Task<Current> FindAsync(ResolvedPeriod resolved, CancellationToken cancellationToken)
        {
            var (period, _, ids) = resolved;
            var known = ids is null
                ? await stored.FindAsync<FoundLabelErrors>(LabelErrorFinder.NameOf(period), period, cancellationToken)
                : null;
            var found = known?.Content ?? await finder.FindAsync(resolved, cancellationToken);
            var checks = (await reader.ReadChecksAsync(period.Start, period.End, ids, cancellationToken)).ToLookup(row => row.Check.TaskId);
            var suspects = found
                .Listed.Where(suspect => !checks[suspect.TaskId].Any(row => row.Check.Settles(suspect.LabelIndex)))
                .ToList();
            return new Current(
                found,
                known is null ? suspects : await KeepCurrentAsync(suspects, cancellationToken),
                [.. checks.Select(rowsOfTask => rowsOfTask.Last())],
                known?.ComputedAt ?? time.GetUtcNow()
            );
        }

        /// <summary>Returns the labels that have not changed since they were compared.</summary>
        private async Task<List<FoundSuspect>> KeepCurrentAsync(List<FoundSuspect> suspects, CancellationToken cancellationToken)
        {
            var current = (
                await tasks.ListAsync(new TasksWithIds([.. suspects.Select(one => one.TaskId)]), cancellationToken)
            ).ToDictionary(task => task.Id);
            return
            [
                .. suspects.Where(one =>
                    current.TryGetValue(one.TaskId, out var task)
                    && task.State == TaskState.Labelled
                    && (task.ClassIndex, task.PredictionId) == (one.LabelIndex, one.PredictionId)
                ),
            ];
        }

        /// <summary>Returns whether a check has a result. A change that was withdrawn has none.</summary>
        private static bool IsSettled(CheckedLabel row) =>
            row.Check.Decision switch
            {
                CheckDecision.Kept => true,
                CheckDecision.Changed => row.IsDecided && row.LabelIndex != row.Check.LabelIndex,
                _ => row.IsDecided,
            };

        private async Task<Dictionary<string, string>> TitlesAsync(CancellationToken cancellationToken) =>
            (await loops.AllAsync(cancellationToken)).ToDictionary(loop => loop.Name, loop => loop.Strategy.Title, StringComparer.Ordinal);

        private static Item ItemOf(int rank, FoundSuspect suspect, IReadOnlyList<string> classes, Dictionary<string, string> titles) =>
            new()
            {
                PredictionId = suspect.PredictionId,
                TaskId = suspect.TaskId,
                Loop = suspect.Loop,
                Title = titles.GetValueOrDefault(suspect.Loop) ?? suspect.Loop,
                Label = classes[suspect.LabelIndex],
                LabelledAt = suspect.LabelledAt,
                Predicted = classes[suspect.LikelyIndex],
                Confidence = suspect.Confidence,
                Score = suspect.Score,
                Rank = rank,
            };

        /// <param name="Found">The comparison.</param>
        /// <param name="Unchecked">The listed labels that are unchecked and have not changed since the comparison, worst first.</param>
        /// <param name="Checks">The latest check of each checked label.</param>
        /// <param name="ComputedAt">When the labels were compared, UTC.</param>
        private sealed record Current(
            FoundLabelErrors Found,
            IReadOnlyList<FoundSuspect> Unchecked,
            IReadOnlyList<CheckedLabel> Checks,
            DateTimeOffset ComputedAt
        ) : ResultCache.ISized
        {
            public int Rows => Found.Listed.Count + Checks.Count;
        }
    }
}
