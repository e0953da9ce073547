using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Estimates the accuracy of the model on all photos of a period, from the random sample.</summary>
public static class GetAccuracy
{
    /// <param name="Period">The photos.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>;

    public sealed record Response
    {
        /// <summary>Whether there is an estimate.</summary>
        public required EstimateState State { get; init; }

        /// <summary>Share of photos that the model named correctly, from 0 to 1; null unless estimated.</summary>
        public required double? Estimate { get; init; }

        /// <summary>Low end of the 95 % interval; null unless estimated.</summary>
        public required double? Low { get; init; }

        /// <summary>High end of the 95 % interval; null unless estimated.</summary>
        public required double? High { get; init; }

        /// <summary>
        /// Number of labels of a simple random sample that would be as precise; null unless estimated, and if every photo is labelled.
        /// </summary>
        public required double? EffectiveLabels { get; init; }

        /// <summary>Number of photos that one label speaks for at most; null unless estimated.</summary>
        public required double? LargestWeight { get; init; }

        /// <summary>Number of blind labels of the random sample in measured windows.</summary>
        public required int Labels { get; init; }

        /// <summary>Number of photos in all windows of the period.</summary>
        public required int Photos { get; init; }

        /// <summary>Number of photos that the estimate is about.</summary>
        public required int MeasuredPhotos { get; init; }

        /// <summary>Windows whose photos the estimate leaves out.</summary>
        public required IReadOnlyList<LeftOut> LeftOut { get; init; }

        /// <summary>The estimate if the model were wrong on all photos that nobody could judge; null unless estimated.</summary>
        public required double? Worst { get; init; }

        /// <summary>Lowest low end of the worst case, the best case and the estimate.</summary>
        public required double? WorstLow { get; init; }

        /// <summary>The estimate if the model were right on all photos that nobody could judge; null unless estimated.</summary>
        public required double? Best { get; init; }

        /// <summary>Highest high end of the worst case, the best case and the estimate.</summary>
        public required double? BestHigh { get; init; }

        /// <summary>Number of labels that are missing for an estimate; null unless there are too few.</summary>
        public required int? Needed { get; init; }

        /// <summary>Why most of the photos that are left out are left out, if the state is NotEstimable.</summary>
        public required LeftOutReason? Reason { get; init; }

        /// <summary>Number of drawn photos that nobody could judge, or that were deleted before they had a label.</summary>
        public required int Unusable { get; init; }

        /// <summary>Number of drawn photos that wait for a label.</summary>
        public required int Pending { get; init; }

        /// <summary>
        /// Number of these whose labels do not count, because the people who gave them had seen the model's answer before.
        /// </summary>
        public required int NotBlind { get; init; }

        /// <summary>Share of photos that show none of the classes. The model is wrong on them.</summary>
        public required EstimateResponse NoneOfThese { get; init; }

        /// <summary>Accuracy on the photos that show a class of the model.</summary>
        public required EstimateResponse WithinClasses { get; init; }

        /// <summary>The estimate for the period of the same length before.</summary>
        public required EstimateResponse Before { get; init; }

        /// <summary>This estimate minus the one before, with its 95 % interval; null unless both are estimated.</summary>
        public required Change? Change { get; init; }

        /// <summary>First day of the period, UTC.</summary>
        public required DateOnly From { get; init; }

        /// <summary>Last day of the period, UTC.</summary>
        public required DateOnly To { get; init; }

        /// <summary>When the estimate was computed, UTC. For a snapshot, when it was stored.</summary>
        public required DateTimeOffset AsOf { get; init; }

        /// <summary>The day at whose end (UTC) the numbers were known as they are here; null for now.</summary>
        public required DateOnly? AsKnownOn { get; init; }

        /// <summary>
        /// Whether the estimate is the snapshot that was stored in the night after that day. If not, it is computed from the labels that
        /// existed then.
        /// </summary>
        public required bool FromSnapshot { get; init; }
    }

    /// <param name="Window">Id of the window.</param>
    /// <param name="Photos">Number of its photos.</param>
    /// <param name="Reason">Why it is left out.</param>
    /// <param name="Day">The day of its newest photo, UTC.</param>
    public sealed record LeftOut(Guid Window, int Photos, LeftOutReason Reason, DateOnly Day);

    /// <param name="Estimate">Difference of the two shares.</param>
    /// <param name="Low">Low end of the 95 % interval.</param>
    /// <param name="High">High end of the 95 % interval.</param>
    public sealed record Change(double Estimate, double Low, double High);

    internal sealed class Handler(SampleLoader loader) : IRequestHandler<Query, Response>
    {
        public Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            loader.ComputeAsync(request.Period, Of, cancellationToken);

        public static Response Of(SampleLoader.Loaded loaded)
        {
            var computed = Compute(loaded);
            return loaded.Snapshot is { } snapshot ? Replace(computed, snapshot) : computed;
        }

        private static Response Compute(SampleLoader.Loaded loaded)
        {
            var estimate = loaded.Result.Estimate;
            var before = SampleEstimate.Of(loaded.Before).Estimate;
            var days = loaded.Sample.Windows.ToDictionary(
                window => window.Id,
                window => DateOnly.FromDateTime(window.LastPhotoAt.UtcDateTime)
            );
            var labels = loaded.Result.Labels;
            return new Response
            {
                State = estimate.State,
                Estimate = estimate.Share,
                Low = estimate.Low,
                High = estimate.High,
                EffectiveLabels = EstimateResponse.Finite(estimate.EffectiveLabels),
                LargestWeight = estimate.LargestWeight,
                Labels = estimate.Labels,
                Photos = estimate.Photos,
                MeasuredPhotos = estimate.MeasuredPhotos,
                LeftOut =
                [
                    .. estimate.LeftOut.Select(window => new LeftOut(window.WindowId, window.Photos, window.Reason, days[window.WindowId])),
                ],
                Worst = estimate.Worst,
                WorstLow = estimate.WorstLow,
                Best = estimate.Best,
                BestHigh = estimate.BestHigh,
                Needed = estimate.Needed,
                Reason = estimate.Reason,
                Unusable = loaded.Sample.Photos.Count(photo => photo.State == DrawnState.Unusable),
                Pending = loaded.Sample.Photos.Count(photo => photo.State == DrawnState.Pending),
                NotBlind = loaded.Sample.Photos.Count(photo => photo.IsLabelledNotBlind),
                NoneOfThese = EstimateResponse.From(
                    PartEstimate.Of(labels.Select(label => (label.Weight, label.Photo.LabelIndex is null)))
                ),
                WithinClasses = EstimateResponse.From(
                    PartEstimate.Of(
                        labels.Where(label => label.Photo.LabelIndex is not null).Select(label => (label.Weight, label.Photo.IsRight))
                    )
                ),
                Before = EstimateResponse.From(before),
                Change = ChangeOf(estimate, before),
                From = loaded.Period.From,
                To = loaded.Period.To,
                AsOf = loaded.AsOf,
                AsKnownOn = loaded.AsKnownOn,
                FromSnapshot = false,
            };
        }

        /// <summary>
        /// Replaces the estimate by the stored one. If they differ, because photos were deleted or labels turned out not to be blind since,
        /// all that was derived from the computed one is left out.
        /// </summary>
        private static Response Replace(Response computed, AccuracySnapshot snapshot)
        {
            var isSame =
                (computed.State, computed.Estimate, computed.Low, computed.High, computed.Labels)
                == (snapshot.State, snapshot.Estimate, snapshot.Low, snapshot.High, snapshot.Labels);
            return computed with
            {
                State = snapshot.State,
                Estimate = snapshot.Estimate,
                Low = snapshot.Low,
                High = snapshot.High,
                EffectiveLabels = snapshot.EffectiveLabels,
                Labels = snapshot.Labels,
                Photos = snapshot.Photos,
                MeasuredPhotos = snapshot.MeasuredPhotos,
                LargestWeight = isSame ? computed.LargestWeight : null,
                Worst = isSame ? computed.Worst : null,
                WorstLow = isSame ? computed.WorstLow : null,
                Best = isSame ? computed.Best : null,
                BestHigh = isSame ? computed.BestHigh : null,
                Needed = snapshot.State == EstimateState.TooFew ? AccuracyEstimator.FewestLabels - snapshot.Labels : null,
                Reason = isSame ? computed.Reason : null,
                Change = isSame ? computed.Change : null,
                AsOf = snapshot.AsOf,
                FromSnapshot = true,
            };
        }

        private static Change? ChangeOf(AccuracyEstimate now, AccuracyEstimate before)
        {
            if (now.State != EstimateState.Estimated || before.State != EstimateState.Estimated)
                return null;
            var difference = Difference.Of(
                now.Share!.Value,
                new Interval(now.Low!.Value, now.High!.Value),
                before.Share!.Value,
                new Interval(before.Low!.Value, before.High!.Value)
            );
            return new Change(difference.Estimate, difference.Low, difference.High);
        }
    }
}
