using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Estimates accuracy for each week of a period. Weeks start on Monday (UTC); the first and last may be cut by the period.
/// </summary>
public static class ListWeeks
{
    /// <param name="Period">The photos.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>;

    /// <param name="Items">The weeks, oldest first.</param>
    /// <param name="From">First day of the period, UTC.</param>
    /// <param name="To">Last day of the period, UTC.</param>
    public sealed record Response(IReadOnlyList<Item> Items, DateOnly From, DateOnly To);

    /// <param name="Week">The Monday on which the week starts.</param>
    /// <param name="Photos">Number of photos in the windows of the week.</param>
    /// <param name="MeasuredPhotos">Number of photos that the estimate is about.</param>
    /// <param name="ModelVersions">The model versions that answered, in the order in which they answered.</param>
    /// <param name="Accuracy">The estimate.</param>
    public sealed record Item(
        DateOnly Week,
        int Photos,
        int MeasuredPhotos,
        IReadOnlyList<string> ModelVersions,
        EstimateResponse Accuracy
    );

    internal sealed class Handler(SampleLoader loader) : IRequestHandler<Query, Response>
    {
        public Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            loader.ComputeAsync(request.Period, Of, cancellationToken);

        public static Response Of(SampleLoader.Loaded loaded)
        {
            var windows = loaded.Sample.Windows.ToLookup(MondayOf);
            var items = new List<Item>();
            for (var week = MondayOf(loaded.Period.From); week <= loaded.Period.To; week = week.AddDays(7))
            {
                var estimate = SampleEstimate.Of(loaded.Sample, [.. windows[week]]).Estimate;
                items.Add(
                    new Item(
                        week,
                        estimate.Photos,
                        estimate.MeasuredPhotos,
                        [.. windows[week].Select(window => window.ModelVersionId).Distinct().Select(loaded.VersionOf)],
                        EstimateResponse.From(estimate)
                    )
                );
            }

            return new Response(items, loaded.Period.From, loaded.Period.To);
        }
    }

    /// <summary>Returns the Monday of the week that a window belongs to.</summary>
    internal static DateOnly MondayOf(SampledWindow window) => MondayOf(DateOnly.FromDateTime(window.LastPhotoAt.UtcDateTime));

    private static DateOnly MondayOf(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
}
