using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Lists labels that contradict a confident model: they may be wrong, and asking again decides.</summary>
public static class ListLabelErrors
{
    /// <summary>Most labels that are listed.</summary>
    public const int MostItems = 200;

    /// <param name="Period">The photos.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>;

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

        /// <summary>Labels that may be wrong, worst first, at most 200.</summary>
        public required IReadOnlyList<Item> Items { get; init; }

        /// <summary>First day of the period, UTC.</summary>
        public required DateOnly From { get; init; }

        /// <summary>Last day of the period, UTC.</summary>
        public required DateOnly To { get; init; }
    }

    /// <param name="PredictionId">The prediction whose photo was labelled.</param>
    /// <param name="TaskId">The task that was labelled.</param>
    /// <param name="Loop">Name of the task's loop.</param>
    /// <param name="Label">Name of the class that people gave.</param>
    /// <param name="Predicted">Name of the class that the photo probably has, judged by the model's probabilities.</param>
    /// <param name="Score">Score from 0 (the label is certainly wrong) to 1 (certainly right).</param>
    /// <param name="Rank">Position in the list, from 1.</param>
    public sealed record Item(Guid PredictionId, Guid TaskId, string Loop, string Label, string Predicted, double Score, int Rank);

    internal sealed class Handler(PeriodResolver periods, ILabelReader reader) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var (period, models, ids) = await periods.ResolveAsync(request.Period, cancellationToken);
            var rows = (await reader.ReadAsync(period.Start, period.End, ids, cancellationToken))
                .Where(row => !row.Probabilities.Values.Any(float.IsNaN))
                .ToList();
            var newest = FindNewest(models, rows);
            var labels = newest is null ? [] : KeepEqualClasses(models, newest, rows);
            var found = LabelErrors.Find(
                newest?.Labels.Length ?? 0,
                [.. labels.Select(row => (IReadOnlyList<double>)[.. row.Probabilities.Values.Select(value => (double)value)])],
                [.. labels.Select(row => (int?)row.LabelIndex)]
            );
            var state =
                found.Labels == 0 ? EstimateState.NoData
                : found.IsTooFew ? EstimateState.TooFew
                : EstimateState.Estimated;
            return new Response
            {
                State = state,
                Needed = state == EstimateState.TooFew ? found.Needed : null,
                Labels = found.Labels,
                WrongShare = state == EstimateState.Estimated ? found.WrongShare : null,
                Items =
                    state == EstimateState.Estimated
                        ?
                        [
                            .. found
                                .Suspects.Take(MostItems)
                                .Select(
                                    (suspect, index) =>
                                        new Item(
                                            labels[suspect.Item].PredictionId,
                                            labels[suspect.Item].TaskId,
                                            labels[suspect.Item].Loop,
                                            newest!.Labels[suspect.Label],
                                            newest.Labels[suspect.Likely],
                                            suspect.Score,
                                            index + 1
                                        )
                                ),
                        ]
                        : [],
                From = period.From,
                To = period.To,
            };
        }

        private static ModelVersion? FindNewest(IReadOnlyList<ModelVersion> models, List<LabelledPrediction> rows)
        {
            var found = rows.Select(row => row.ModelVersionId).ToHashSet();
            return models.LastOrDefault(model => found.Contains(model.Id));
        }

        /// <summary>Returns the labels of versions with the classes of the newest one: indexes of other lists mean other classes.</summary>
        private static List<LabelledPrediction> KeepEqualClasses(
            IReadOnlyList<ModelVersion> models,
            ModelVersion newest,
            List<LabelledPrediction> rows
        )
        {
            var equal = models
                .Where(model => model.Labels.SequenceEqual(newest.Labels, StringComparer.Ordinal))
                .Select(model => model.Id)
                .ToHashSet();
            // A task can show a copy that a model with fewer classes answered.
            return [.. rows.Where(row => equal.Contains(row.ModelVersionId) && row.LabelIndex < newest.Labels.Length)];
        }
    }
}
