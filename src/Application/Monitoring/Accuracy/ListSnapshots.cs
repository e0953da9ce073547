using GourmetGram.Application.Common;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Lists the accuracy as it was known on each day.</summary>
public static class ListSnapshots
{
    /// <param name="Period">The days of the snapshots. The model version is ignored, because a snapshot is about all versions.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>;

    /// <param name="Items">The snapshots, oldest first. A day on which no server ran has none.</param>
    /// <param name="From">First day, UTC.</param>
    /// <param name="To">Last day, UTC.</param>
    public sealed record Response(IReadOnlyList<Item> Items, DateOnly From, DateOnly To);

    public sealed record Item
    {
        /// <summary>The day in whose first minutes (UTC) the estimate was stored: what was known at the end of the day before.</summary>
        public required DateOnly Day { get; init; }

        /// <summary>First day of the photos, UTC.</summary>
        public required DateOnly From { get; init; }

        /// <summary>Last day of the photos, UTC: the day before.</summary>
        public required DateOnly To { get; init; }

        /// <summary>Whether there was an estimate.</summary>
        public required EstimateState State { get; init; }

        /// <summary>Share of photos that the model named correctly, from 0 to 1; null unless estimated.</summary>
        public required double? Estimate { get; init; }

        /// <summary>Low end of the 95 % interval; null unless estimated.</summary>
        public required double? Low { get; init; }

        /// <summary>High end of the 95 % interval; null unless estimated.</summary>
        public required double? High { get; init; }

        /// <summary>Effective number of labels; null unless estimated, and if every photo is labelled.</summary>
        public required double? EffectiveLabels { get; init; }

        /// <summary>Number of blind labels in measured windows.</summary>
        public required int Labels { get; init; }

        /// <summary>Number of photos in all windows of the period.</summary>
        public required int Photos { get; init; }

        /// <summary>Number of photos that the estimate is about.</summary>
        public required int MeasuredPhotos { get; init; }

        /// <summary>When the estimate was computed, UTC.</summary>
        public required DateTimeOffset AsOf { get; init; }
    }

    internal sealed class Handler(IRepository<AccuracySnapshot> snapshots, TimeProvider time) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var period = request.Period.Resolve(time.GetUtcNow());
            return new Response(
                [
                    .. (await snapshots.ListAsync(new SnapshotsBetween(period.From, period.To), cancellationToken)).Select(
                        snapshot => new Item
                        {
                            Day = snapshot.Day,
                            From = snapshot.From,
                            To = snapshot.To,
                            State = snapshot.State,
                            Estimate = snapshot.Estimate,
                            Low = snapshot.Low,
                            High = snapshot.High,
                            EffectiveLabels = snapshot.EffectiveLabels,
                            Labels = snapshot.Labels,
                            Photos = snapshot.Photos,
                            MeasuredPhotos = snapshot.MeasuredPhotos,
                            AsOf = snapshot.AsOf,
                        }
                    ),
                ],
                period.From,
                period.To
            );
        }
    }
}
