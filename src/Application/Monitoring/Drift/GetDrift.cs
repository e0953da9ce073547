using System.Globalization;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Compares the predicted classes and the confidence of the last complete week with the eight weeks before. The result is a hint: it never
/// raises an alert on its own.
/// </summary>
public static class GetDrift
{
    /// <param name="Period">The week is the last complete one that ends in or before the period; its first day has no effect.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>;

    public sealed record Response
    {
        /// <summary>What can be said about the week.</summary>
        public required DriftState State { get; init; }

        /// <summary>Monday of the week, UTC.</summary>
        public required DateOnly Week { get; init; }

        /// <summary>The model version; null if no version answered in the week and the query names none.</summary>
        public required string? ModelVersion { get; init; }

        /// <summary>Largest p of a marked chart: in half a year, the probability of a mark without any change is 5 %.</summary>
        public required double Level { get; init; }

        /// <summary>The charts.</summary>
        public required IReadOnlyList<Item> Items { get; init; }

        /// <summary>The weeks that are compared, oldest first; the last one is the week in question.</summary>
        public required IReadOnlyList<WeekItem> Weeks { get; init; }

        /// <summary>First day of the period, UTC.</summary>
        public required DateOnly From { get; init; }

        /// <summary>Last day of the period, UTC.</summary>
        public required DateOnly To { get; init; }
    }

    /// <param name="Chart">Name of the chart: classes or confidence.</param>
    /// <param name="State">What the chart can say about the week.</param>
    /// <param name="Photos">Number of photos in the week.</param>
    /// <param name="Statistic">
    /// Distance of the week to the weeks before: G for classes, Cramér–von Mises for confidence; null if there are too few photos or weeks.
    /// </param>
    /// <param name="P">Probability of such a distance without any change; null unless judged.</param>
    /// <param name="Psi">
    /// Population stability index, for orientation: above 0.1 is usual without any change; null if there are too few photos or weeks.
    /// </param>
    /// <param name="Marked">Whether p is at most the level.</param>
    public sealed record Item(string Chart, DriftState State, int Photos, double? Statistic, double? P, double? Psi, bool Marked)
    {
        /// <summary>The five largest changes of a marked chart.</summary>
        public required IReadOnlyList<Change> Changes { get; init; }
    }

    /// <param name="Name">The class, or the bin of confidence.</param>
    /// <param name="Now">Share of the photos in the week, from 0 to 1.</param>
    /// <param name="Before">Share of the photos in the weeks before.</param>
    public sealed record Change(string Name, double Now, double Before)
    {
        /// <summary>Returns the change as a cell of a table shows it.</summary>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {Before:0.####} to {Now:0.####}");
    }

    /// <param name="Week">Monday of the week, UTC.</param>
    /// <param name="Photos">Number of photos.</param>
    /// <param name="Classes">Share of photos per predicted class.</param>
    /// <param name="MeanConfidence">Mean confidence, from counts in bins of width 0.05; null without photos.</param>
    public sealed record WeekItem(DateOnly Week, int Photos, IReadOnlyDictionary<string, double> Classes, double? MeanConfidence);

    internal sealed class Handler(PeriodResolver periods, IDailyCountReader reader, TimeProvider time) : IRequestHandler<Query, Response>
    {
        private const int Charts = 2;
        private const int MostChanges = 5;
        private const int LastWeekday = 6;

        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var (period, models, ids) = await periods.ResolveAsync(request.Period, cancellationToken);
            var week = DriftWeek.LastBefore(period, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
            var end = week.AddDays(LastWeekday);
            var present = await reader.ListModelVersionsAsync(week, end, cancellationToken);
            var model = models.LastOrDefault(one => present.Contains(one.Id) && (ids is null || ids.Contains(one.Id)))
                ?? models.LastOrDefault(one => ids is not null && ids.Contains(one.Id));
            IReadOnlyList<DriftWeek> weeks = [];
            if (model is not null)
            {
                var first = week.AddDays(-(LastWeekday + 1) * Drift.EarlierWeeks);
                weeks = DriftWeek.Of(model, week, await reader.ReadAsync(model.Id, first, end, cancellationToken));
            }

            var state = Drift.StateOf(weeks.Count == 0 ? 0 : weeks[^1].Photos, Math.Max(weeks.Count - 1, 0));
            return new Response
            {
                State = state,
                Week = week,
                ModelVersion = model?.Version,
                Level = Drift.LevelOf(Charts),
                Items =
                [
                    ItemOf(
                        "classes",
                        state,
                        DriftStatistic.G,
                        weeks,
                        [.. weeks.Select(one => one.Classes)],
                        model?.Labels.Length ?? 0,
                        bin => model!.Labels[bin]
                    ),
                    ItemOf(
                        "confidence",
                        state,
                        DriftStatistic.CramerVonMises,
                        weeks,
                        [.. weeks.Select(one => one.Bins)],
                        WindowCount.Bins,
                        NameOf
                    ),
                ],
                Weeks = [.. weeks.Select(one => WeekOf(one, model!))],
                From = period.From,
                To = period.To,
            };
        }

        private static Item ItemOf(
            string chart,
            DriftState state,
            DriftStatistic statistic,
            IReadOnlyList<DriftWeek> weeks,
            IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> days,
            int bins,
            Func<int, string> nameOf
        )
        {
            var photos = weeks.Count == 0 ? 0 : weeks[^1].Photos;
            if (state is DriftState.TooFew or DriftState.TooFewWeeks)
                return new Item(chart, state, photos, Statistic: null, P: null, Psi: null, Marked: false) { Changes = [] };
            var test = Drift.Test(statistic, days, Drift.SeedOf(chart, weeks[^1].Week));
            var now = DriftWeek.Sum([days[^1]], bins);
            var before = DriftWeek.Sum(days.SkipLast(1), bins);
            var isMarked = state == DriftState.Judged && test.P <= Drift.LevelOf(Charts);
            return new Item(
                chart,
                state,
                photos,
                test.Statistic,
                state == DriftState.Judged ? test.P : null,
                Drift.PsiOf(now, before),
                isMarked
            )
            {
                Changes = isMarked
                    ?
                    [
                        .. Drift
                            .ChangesOf(now, before)
                            .Where(change => Math.Abs(change.Now - change.Before) > 0)
                            .Take(MostChanges)
                            .Select(change => new Change(nameOf(change.Bin), change.Now, change.Before)),
                    ]
                    : [],
            };
        }

        private static WeekItem WeekOf(DriftWeek week, ModelVersion model)
        {
            var classes = DriftWeek.Sum([week.Classes], model.Labels.Length);
            var bins = DriftWeek.Sum([week.Bins], WindowCount.Bins);
            return new WeekItem(
                week.Week,
                week.Photos,
                model
                    .Labels.Zip(classes)
                    .ToDictionary(pair => pair.First, pair => pair.Second / Math.Max(week.Photos, 1), StringComparer.Ordinal),
                week.Photos == 0 ? null : bins.Index().Sum(bin => bin.Item * (bin.Index + 0.5) / WindowCount.Bins) / week.Photos
            );
        }

        private static string NameOf(int bin) =>
            string.Create(CultureInfo.InvariantCulture, $"{(double)bin / WindowCount.Bins:0.00}–{(bin + 1.0) / WindowCount.Bins:0.00}");
    }
}
