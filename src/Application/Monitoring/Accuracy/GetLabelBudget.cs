using FluentValidation;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Forecasts how narrow the interval of the accuracy becomes with further labels, and which photos they should be spent on.
/// </summary>
public static class GetLabelBudget
{
    /// <summary>Largest number of labels that can be asked for.</summary>
    public const int MostLabels = 10_000;

    /// <param name="Period">The photos.</param>
    /// <param name="Labels">Number of further labels.</param>
    /// <param name="HalfWidth">Half of the interval that is wanted, as a share: 0.03 for ±3 points.</param>
    public sealed record Query(PeriodQuery Period, int Labels = 100, double HalfWidth = 0.03) : IRequest<Response>;

    public sealed record Response
    {
        /// <summary>Number of blind labels of the random sample.</summary>
        public required int Labels { get; init; }

        /// <summary>Number of drawn photos that wait for a label. The forecasts count them as labelled.</summary>
        public required int Pending { get; init; }

        /// <summary>Half of the interval that is expected without further draws; null without photos that can be measured.</summary>
        public required double? HalfWidthNow { get; init; }

        /// <summary>Half of the interval that is expected with the further labels.</summary>
        public required double? HalfWidthThen { get; init; }

        /// <summary>Half of the interval that was asked for.</summary>
        public required double Target { get; init; }

        /// <summary>Fewest further labels for that interval; null if all photos do not suffice.</summary>
        public required int? Needed { get; init; }

        /// <summary>How the further labels are best spent.</summary>
        public required IReadOnlyList<Item> Items { get; init; }

        /// <summary>
        /// Weeks until a fall of ten points would raise an alert; null without an estimate or when it would not be noticed.
        /// </summary>
        public required int? WeeksToNoticeFall { get; init; }
    }

    /// <param name="ModelVersion">Version of the model.</param>
    /// <param name="Band">Confidence band: 0 below 0.5, 1 below 0.7, 2 below 0.9, 3 from 0.9.</param>
    /// <param name="Flagged">Whether the photos had a flag or a correction when their window closed.</param>
    /// <param name="Photos">Number of photos.</param>
    /// <param name="Labels">Number of labels.</param>
    /// <param name="Extra">Number of photos to draw.</param>
    public sealed record Item(string ModelVersion, int Band, bool Flagged, int Photos, int Labels, int Extra);

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(query => query.Labels)
                .InclusiveBetween(1, MostLabels)
                .OverridePropertyName("labels")
                .WithMessage($"Ask for 1 to {MostLabels} labels.");
            RuleFor(query => query.HalfWidth)
                .InclusiveBetween(0.001, 0.5)
                .OverridePropertyName("halfWidth")
                .WithMessage("Half of an interval is a share from 0.001 to 0.5, for example 0.03 for ±3 points.");
        }
    }

    internal sealed class Handler(SampleLoader loader, AlertRules rules) : IRequestHandler<Query, Response>
    {
        private const double Fall = 0.1;

        public Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            loader.ComputeAsync(
                request.Period,
                (request.Labels, request.HalfWidth),
                loaded => Task.FromResult(Of(loaded, request.Labels, request.HalfWidth, rules)),
                cancellationToken
            );

        public static Response Of(SampleLoader.Loaded loaded, int labels, double halfWidth, AlertRules rules)
        {
            var cells = LabelBudgetCell.Of(loaded);
            var budget = cells.Select(cell => cell.Budget).ToList();
            var plan = LabelBudget.Allocate(budget, labels);
            var estimate = loaded.Result.Estimate;
            return new Response
            {
                Labels = loaded.Sample.Photos.Count(photo => photo.State == DrawnState.Labelled),
                Pending = loaded.Sample.Photos.Count(photo => photo.State == DrawnState.Pending),
                HalfWidthNow = cells.Count == 0 ? null : plan.HalfWidthNow,
                HalfWidthThen = cells.Count == 0 ? null : plan.HalfWidthThen,
                Target = halfWidth,
                Needed = cells.Count == 0 ? null : LabelBudget.Needed(budget, halfWidth),
                Items =
                [
                    .. cells.Select(
                        (cell, index) =>
                            new Item(
                                loaded.VersionOf(cell.ModelVersionId),
                                cell.Cell.Band,
                                cell.Cell.IsFlagged,
                                cell.Photos,
                                cell.Labels,
                                plan.Extra[index]
                            )
                    ),
                ],
                WeeksToNoticeFall = estimate is { State: EstimateState.Estimated, EffectiveLabels: { } effective }
                    ? Noticing.Forecast(rules.OfAccuracy(), effective * 7 / loaded.Period.Days, estimate.Share!.Value, Fall).MedianWeeks
                    : null,
            };
        }
    }
}
