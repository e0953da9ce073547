using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Lists the labels that administrators checked, because they might be wrong, with what became of them.</summary>
public static class ListLabelChecks
{
    /// <summary>Most checks that are listed.</summary>
    public const int MostItems = 200;

    /// <param name="Period">The photos.</param>
    /// <param name="Caller">The administrator, who does not see photos of blind tasks that he or she has now.</param>
    /// <param name="Skip">Number of checks at the start of the list that are left out.</param>
    /// <param name="Limit">Most checks that are listed, at most 200.</param>
    public sealed record Query(PeriodQuery Period, Caller Caller, int Skip = 0, int Limit = MostItems) : IRequest<Response>;

    /// <param name="Items">The last check of each label, newest first.</param>
    /// <param name="Total">Number of checked labels.</param>
    /// <param name="From">First day of the period, UTC.</param>
    /// <param name="To">Last day of the period, UTC.</param>
    public sealed record Response(IReadOnlyList<Item> Items, int Total, DateOnly From, DateOnly To);

    public sealed record Item
    {
        /// <summary>The prediction whose photo the task shows.</summary>
        public required Guid PredictionId { get; init; }

        /// <summary>The task whose label was checked.</summary>
        public required Guid TaskId { get; init; }

        /// <summary>Name of the task's loop.</summary>
        public required string Loop { get; init; }

        /// <summary>Title of the loop.</summary>
        public required string Title { get; init; }

        /// <summary>Name of the class that was the label.</summary>
        public required string Label { get; init; }

        /// <summary>What the administrator did.</summary>
        public required CheckDecision Decision { get; init; }

        /// <summary>Whether the task is decided now. A task that is asked again is not decided until it has enough votes.</summary>
        public required bool Decided { get; init; }

        /// <summary>Name of the class that is the label now; null for no class.</summary>
        public required string? LabelNow { get; init; }

        /// <summary>Name of the administrator.</summary>
        public required string By { get; init; }

        /// <summary>When the label was checked, UTC.</summary>
        public required DateTimeOffset At { get; init; }
    }

    internal sealed class Handler(PeriodResolver periods, ILabelReader reader, LoopCatalogue loops, AnswerGuard guard)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var (period, models, ids) = await periods.ResolveAsync(request.Period, cancellationToken);
            var hidden = await guard.HiddenAsync(request.Caller, cancellationToken);
            var latest = (await reader.ReadChecksAsync(period.Start, period.End, ids, cancellationToken))
                .GroupBy(row => row.Check.TaskId)
                .Select(checks => checks.Last())
                .Where(row => !hidden.Contains(row.PhotoSha256))
                .OrderByDescending(row => (row.Check.At, row.Check.Id))
                .ToList();
            var titles = (await loops.AllAsync(cancellationToken)).ToDictionary(
                loop => loop.Name,
                loop => loop.Strategy.Title,
                StringComparer.Ordinal
            );
            var byId = models.ToDictionary(model => model.Id);
            return new Response(
                [
                    .. latest
                        .Take(MostItems)
                        .Skip(request.Skip)
                        .Take(request.Limit)
                        .Select(row => ItemOf(row, byId[row.ModelVersionId], titles)),
                ],
                latest.Count,
                period.From,
                period.To
            );
        }

        private static Item ItemOf(CheckedLabel row, ModelVersion model, Dictionary<string, string> titles) =>
            new()
            {
                PredictionId = row.PredictionId,
                TaskId = row.Check.TaskId,
                Loop = row.Loop,
                Title = titles.GetValueOrDefault(row.Loop) ?? row.Loop,
                Label = NameOf(model, row.Check.LabelIndex)!,
                Decision = row.Check.Decision,
                Decided = row.IsDecided,
                LabelNow = NameOf(model, row.LabelIndex),
                By = row.By,
                At = row.Check.At,
            };

        // A task can show a copy that a model with fewer classes answered.
        private static string? NameOf(ModelVersion model, int? index) =>
            index is not { } number ? null
            : number < model.Labels.Length ? model.Labels[number]
            : $"Class {number}";
    }
}
