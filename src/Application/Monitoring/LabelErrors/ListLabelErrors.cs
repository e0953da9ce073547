using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
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

        /// <summary>The classes to choose from, in model order.</summary>
        public required IReadOnlyList<string> Classes { get; init; }

        /// <summary>First day of the period, UTC.</summary>
        public required DateOnly From { get; init; }

        /// <summary>Last day of the period, UTC.</summary>
        public required DateOnly To { get; init; }
    }

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

    internal sealed class Handler(PeriodResolver periods, ILabelReader reader, LoopCatalogue loops, AnswerGuard guard)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var (period, models, ids) = await periods.ResolveAsync(request.Period, cancellationToken);
            var rows = (await reader.ReadAsync(period.Start, period.End, ids, cancellationToken))
                .Where(row => !row.Probabilities.Values.Any(float.IsNaN))
                .ToList();
            var checks = (await reader.ReadChecksAsync(period.Start, period.End, ids, cancellationToken)).ToLookup(row => row.Check.TaskId);
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
            var hidden = await guard.HiddenAsync(request.Caller, cancellationToken);
            var suspects =
                state == EstimateState.Estimated
                    ? found
                        .Suspects.Select(suspect => (Suspect: suspect, Row: labels[suspect.Item]))
                        .Where(pair => !checks[pair.Row.TaskId].Any(row => row.Check.Settles(pair.Row.LabelIndex)))
                        .Where(pair => !hidden.Contains(pair.Row.PhotoSha256))
                        .ToList()
                    : [];
            var shown = suspects.Index().Take(MostItems).Skip(request.Skip).Take(request.Limit).ToList();
            await guard.NoteAsync(
                [.. shown.Select(pair => (pair.Item.Row.PhotoSha256, pair.Item.Row.PredictionId))],
                request.Caller,
                cancellationToken
            );
            var titles = shown.Count == 0 ? [] : await TitlesAsync(cancellationToken);
            var latest = checks.Select(rowsOfTask => rowsOfTask.Last()).ToList();
            var settled = latest.Where(IsSettled).ToList();
            return new Response
            {
                State = state,
                Needed = state == EstimateState.TooFew ? found.Needed : null,
                Labels = found.Labels,
                WrongShare = state == EstimateState.Estimated ? found.WrongShare : null,
                Suspects = suspects.Count,
                Checked = settled.Count,
                Changed = settled.Count(row => row.Check.Decision != CheckDecision.Kept && row.LabelIndex != row.Check.LabelIndex),
                Asked = latest.Count(row => row is { IsDecided: false, Check.Decision: CheckDecision.AskedAgain }),
                Items = [.. shown.Select(pair => ItemOf(pair.Index + 1, pair.Item.Suspect, pair.Item.Row, newest!, titles))],
                Classes = newest is null ? [] : newest.Labels,
                From = period.From,
                To = period.To,
            };
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

        private static Item ItemOf(
            int rank,
            LabelSuspect suspect,
            LabelledPrediction row,
            ModelVersion model,
            Dictionary<string, string> titles
        ) =>
            new()
            {
                PredictionId = row.PredictionId,
                TaskId = row.TaskId,
                Loop = row.Loop,
                Title = titles.GetValueOrDefault(row.Loop) ?? row.Loop,
                Label = model.Labels[suspect.Label],
                LabelledAt = row.LabelledAt,
                Predicted = model.Labels[suspect.Likely],
                Confidence = row.Probabilities.Values[suspect.Likely],
                Score = suspect.Score,
                Rank = rank,
            };

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
