using FluentValidation;
using GourmetGram.Application.Common;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Lists the photos behind a number of the accuracy: the labelled photos of the random sample, and those that nobody could judge. Photos
/// that wait for a blind label are not listed.
/// </summary>
public static class ListMeasuredPhotos
{
    /// <param name="Period">The photos.</param>
    /// <param name="Filter">Which of them.</param>
    /// <param name="Cursor">Where the previous page ended; null for the first page.</param>
    /// <param name="Limit">Rows per page.</param>
    public sealed record Query(PeriodQuery Period, Filter Filter, string? Cursor, int Limit) : IRequest<Response>;

    /// <param name="Label">Only photos with this label: the name of a class, or <c>None</c> for "none of these classes".</param>
    /// <param name="Predicted">Only photos for which the model named this class.</param>
    /// <param name="Right">Only photos for which the model was right, or wrong.</param>
    /// <param name="Bin">Only photos whose confidence is in this tenth, 0 to 9.</param>
    /// <param name="Week">Only photos of windows of the week that starts on this Monday.</param>
    /// <param name="Dimension">Only photos of a segment.</param>
    /// <param name="Value">The segment's value.</param>
    public sealed record Filter(
        string? Label = null,
        string? Predicted = null,
        bool? Right = null,
        int? Bin = null,
        DateOnly? Week = null,
        ListSegments.Dimension? Dimension = null,
        string? Value = null
    )
    {
        /// <summary>Lists the photos that nobody could judge, instead of the labelled ones.</summary>
        public bool Unusable { get; init; }
    }

    /// <param name="Items">The photos, newest first.</param>
    /// <param name="Total">Number of photos on all pages, deleted ones included.</param>
    /// <param name="Next">Cursor of the next page; null on the last one.</param>
    public sealed record Response(IReadOnlyList<Item> Items, int Total, string? Next);

    /// <param name="PredictionId">Id of the prediction.</param>
    /// <param name="Label">Name of the class that people gave; null for "none of these classes" and for photos that nobody could
    /// judge.</param>
    /// <param name="Predicted">Name of the class that the model gave; null for a deleted photo.</param>
    /// <param name="Confidence">Probability of that class.</param>
    /// <param name="ModelVersion">Version of the model.</param>
    /// <param name="Weight">Number of photos that the label speaks for; null without an estimate.</param>
    public sealed record Item(Guid PredictionId, string? Label, string? Predicted, double? Confidence, string ModelVersion, double? Weight);

    /// <summary>Value of <see cref="Filter.Label"/> for "none of these classes".</summary>
    public const string None = "None";

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator()
        {
            RuleFor(q => q.Limit).InclusiveBetween(1, Paging.MaximumLimit).OverridePropertyName("limit").WithMessage(Paging.LimitMessage);
            RuleFor(q => q.Cursor).Must(Paging.IsCursor).OverridePropertyName("cursor").WithMessage(Paging.CursorMessage);
            RuleFor(q => q.Filter)
                .Must(filter => filter.Dimension is null == filter.Value is null)
                .OverridePropertyName("value")
                .WithMessage("Name both the dimension and the value of a segment, or neither.");
        }
    }

    internal sealed class Handler(SampleLoader loader) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var filter = request.Filter;
            var (loaded, photos) = await loader.ComputeAsync(
                request.Period,
                filter,
                loaded => Task.FromResult(Select(loaded, filter)),
                cancellationToken
            );
            var first = Paging.Read(request.Cursor) is { } after ? FirstAfter(photos, NameOf(after)) : 0;
            var page = photos.Skip(first).Take(request.Limit).ToList();
            return new Response(
                page.ConvertAll(row =>
                {
                    var version = row.ModelVersionId;
                    return new Item(
                        row.Photo.PredictionId,
                        loaded.NameOf(version, row.Photo.LabelIndex),
                        loaded.NameOf(version, row.Photo.PredictedIndex),
                        row.Photo.Confidence,
                        loaded.VersionOf(version),
                        row.Weight
                    );
                }),
                photos.Count,
                first + page.Count < photos.Count ? Paging.CursorOf(page[^1].Photo.PredictionId) : null
            );
        }

        private static Selected Select(SampleLoader.Loaded loaded, Filter filter)
        {
            var windows = loaded.Sample.Windows.ToDictionary(window => window.Id);
            var weights = loaded.Result.Labels.ToDictionary(label => label.Photo.PredictionId, label => label.Weight);
            return new Selected(
                loaded,
                [
                    .. loaded
                        .Sample.Photos.Where(photo =>
                            photo.State == (filter.Unusable ? DrawnState.Unusable : DrawnState.Labelled)
                            && !photo.IsWaiting
                            && Matches(photo, windows[photo.WindowId])
                        )
                        .OrderByDescending(photo => NameOf(photo.PredictionId), StringComparer.Ordinal)
                        .Select(photo => new Row(
                            photo,
                            windows[photo.WindowId].ModelVersionId,
                            weights.TryGetValue(photo.PredictionId, out var weight) ? weight : null
                        )),
                ]
            );

            bool Matches(DrawnPhoto photo, SampledWindow window) =>
                (filter.Label is null || (loaded.NameOf(window.ModelVersionId, photo.LabelIndex) ?? None) == filter.Label)
                && (filter.Predicted is null || loaded.NameOf(window.ModelVersionId, photo.PredictedIndex) == filter.Predicted)
                && (filter.Right is null || photo.IsRight == filter.Right)
                && (filter.Bin is null || GetCalibration.BinOf(photo.Confidence) == filter.Bin)
                && (filter.Week is null || ListWeeks.MondayOf(window) == filter.Week)
                && (
                    filter.Dimension is not { } dimension
                    || ListSegments
                        .ValuesOf(dimension, photo, loaded.VersionOf(window.ModelVersionId))
                        .Contains(filter.Value, StringComparer.Ordinal)
                );
        }

        /// <summary>Returns the index of the first photo that a list, newest first, has after an id.</summary>
        private static int FirstAfter(IReadOnlyList<Row> photos, string after)
        {
            var (low, high) = (0, photos.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (string.CompareOrdinal(NameOf(photos[middle].Photo.PredictionId), after) < 0)
                    high = middle;
                else
                    low = middle + 1;
            }

            return low;
        }

        /// <summary>Returns an id as text. Guids compare differently on each system; their texts are in time order.</summary>
        private static string NameOf(Guid id) => id.ToString("N");

        /// <param name="Loaded">The sample.</param>
        /// <param name="Photos">All photos that match the filter, newest first.</param>
        private sealed record Selected(SampleLoader.Loaded Loaded, IReadOnlyList<Row> Photos) : ResultCache.ISized
        {
            public int Rows => Photos.Count;
        }

        /// <param name="Photo">The photo.</param>
        /// <param name="ModelVersionId">The model that answered it.</param>
        /// <param name="Weight">Number of photos that its label speaks for; null without an estimate.</param>
        private readonly record struct Row(DrawnPhoto Photo, Guid ModelVersionId, double? Weight);
    }
}
