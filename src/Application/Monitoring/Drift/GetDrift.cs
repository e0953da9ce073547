using System.Globalization;
using GourmetGram.Domain.Classification;
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

        /// <summary>When the weeks were compared, UTC: by the job detect-drift, or now if it has not compared them.</summary>
        public required DateTimeOffset ComputedAt { get; init; }
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

    internal sealed class Handler(PeriodResolver periods, DriftFinder finder, ResultStore results, TimeProvider time)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var (period, models, ids) = await periods.ResolveAsync(request.Period, cancellationToken);
            var now = time.GetUtcNow();
            var week = DriftWeek.LastBefore(period, DateOnly.FromDateTime(now.UtcDateTime));
            var stored = await FindAsync(models, ids, week, cancellationToken);
            var found = stored?.Content ?? await CompareAsync(models, ids, week, cancellationToken);
            return new Response
            {
                State = found.State,
                Week = week,
                ModelVersion = found.ModelVersion,
                Level = Drift.LevelOf(DriftFinder.Charts),
                Items = found.Items,
                Weeks = found.Weeks,
                From = period.From,
                To = period.To,
                ComputedAt = stored?.ComputedAt ?? now,
            };
        }

        /// <summary>Returns the comparison that the job stored; null if there is none of this week.</summary>
        private async Task<Stored<FoundDrift>?> FindAsync(
            IReadOnlyList<ModelVersion> models,
            IReadOnlyCollection<Guid>? ids,
            DateOnly week,
            CancellationToken cancellationToken
        )
        {
            var days = DriftFinder.DaysOf(week);
            if (ids is null)
                return await results.FindAsync<FoundDrift>(DriftFinder.NameOf(null), days, cancellationToken);
            foreach (var model in models.Where(model => ids.Contains(model.Id)).Reverse())
            {
                if (await results.FindAsync<FoundDrift>(DriftFinder.NameOf(model.Id), days, cancellationToken) is { } found)
                    return found;
            }

            return null;
        }

        private async Task<FoundDrift> CompareAsync(
            IReadOnlyList<ModelVersion> models,
            IReadOnlyCollection<Guid>? ids,
            DateOnly week,
            CancellationToken cancellationToken
        )
        {
            var present = await finder.ListVersionsAsync(models, week, cancellationToken);
            var model = present.LastOrDefault(one => ids is null || ids.Contains(one.Id))
                ?? models.LastOrDefault(one => ids is not null && ids.Contains(one.Id));
            return await finder.CompareAsync(model, week, cancellationToken);
        }
    }
}
