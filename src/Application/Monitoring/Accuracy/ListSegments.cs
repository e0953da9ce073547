using System.Globalization;
using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Compares the accuracy on parts of the photos with the accuracy on the rest.</summary>
public static class ListSegments
{
    /// <summary>What photos have in common.</summary>
    public enum Dimension
    {
        /// <summary>Who sent the photo: a visitor, an account, an API key, or a request without an identity.</summary>
        Source = 0,

        /// <summary>How sure the model was.</summary>
        Confidence,

        /// <summary>Whether the photo had a flag or a correction when its window closed.</summary>
        Flagged,

        /// <summary>The model version that answered.</summary>
        ModelVersion,

        /// <summary>A tag that was given with the photo, as <c>key=value</c>.</summary>
        Tag,
    }

    /// <summary>
    /// Maximum number of tags in a list, those with the most labels. Anyone who uploads can send any tags, so without a limit they could
    /// make the list slow and hide real differences among many comparisons.
    /// </summary>
    public const int MostTags = 100;

    /// <param name="Period">The photos.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>;

    /// <param name="Items">
    /// The segments that have photos, by dimension. A photo is in one segment for each of its tags. At most 100 tags are listed, those with
    /// the most labels.
    /// </param>
    /// <param name="FalseDiscoveryRate">Expected share of false ones among the marked segments.</param>
    /// <param name="From">First day of the period, UTC.</param>
    /// <param name="To">Last day of the period, UTC.</param>
    public sealed record Response(IReadOnlyList<Item> Items, double FalseDiscoveryRate, DateOnly From, DateOnly To);

    /// <param name="Dimension">What the photos have in common.</param>
    /// <param name="Value">The common value.</param>
    /// <param name="Accuracy">The estimate inside the segment.</param>
    /// <param name="P">Two-sided p-value of the difference to the rest; null with fewer than ten labels inside or outside.</param>
    /// <param name="Adjusted">The p-value adjusted for the number of segments (Benjamini–Hochberg).</param>
    /// <param name="Marked">Whether the segment differs from the rest at the false discovery rate.</param>
    public sealed record Item(Dimension Dimension, string Value, EstimateResponse Accuracy, double? P, double? Adjusted, bool Marked);

    private static readonly string[] Bands = ["below 0.5", "0.5 to 0.7", "0.7 to 0.9", "0.9 and above"];

    /// <summary>Returns the segments of a dimension that a photo belongs to: one, except for tags.</summary>
    internal static IEnumerable<string> ValuesOf(Dimension dimension, DrawnPhoto photo, string modelVersion) =>
        dimension switch
        {
            Dimension.Source => [photo.Maker?.Kind.ToString() ?? "deleted"],
            Dimension.Confidence => [Bands[photo.Cell.Band]],
            Dimension.Flagged => [photo.Cell.IsFlagged ? "flagged" : "not flagged"],
            Dimension.Tag => photo.Tags?.Texts ?? [],
            _ => [modelVersion],
        };

    internal sealed class Handler(SampleLoader loader) : IRequestHandler<Query, Response>
    {
        public Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            loader.ComputeAsync(request.Period, Of, cancellationToken);

        public static Response Of(SampleLoader.Loaded loaded)
        {
            var labels = loaded.Result.Labels;
            var parts = Enum.GetValues<Dimension>()
                .SelectMany(dimension =>
                    Groups(dimension, loaded)
                        .OrderBy(group => Array.IndexOf(Bands, group.Key))
                        .ThenBy(group => group.Key, StringComparer.Ordinal)
                        .Select(group => new Part(dimension, group.Key, [.. group], labels))
                )
                .ToList();
            var compared = parts.Where(part => part.CanCompare).ToList();
            var marks = compared
                .Zip(
                    Segments.Compare([
                        .. compared.Select(
                            (part, index) =>
                                new SegmentShare(
                                    index.ToString(CultureInfo.InvariantCulture),
                                    part.Inside.Share!.Value,
                                    part.Inside.KishLabels!.Value,
                                    part.Rest.Share!.Value,
                                    part.Rest.KishLabels!.Value
                                )
                        ),
                    ])
                )
                .ToDictionary(pair => pair.First, pair => pair.Second);
            return new Response(
                [
                    .. parts.Select(part =>
                    {
                        var mark = marks.GetValueOrDefault(part);
                        return new Item(
                            part.Dimension,
                            part.Value,
                            part.Dimension == Dimension.ModelVersion ? OfVersion(loaded, part.Value) : EstimateResponse.From(part.Inside),
                            mark?.P,
                            mark?.Adjusted,
                            mark?.IsMarked ?? false
                        );
                    }),
                ],
                Segments.Level,
                loaded.Period.From,
                loaded.Period.To
            );
        }

        private static IEnumerable<IGrouping<string, WeightedLabel>> Groups(Dimension dimension, SampleLoader.Loaded loaded)
        {
            var groups = loaded
                .Result.Labels.SelectMany(
                    label => ValuesOf(dimension, label.Photo, loaded.VersionOf(label.ModelVersionId)),
                    (label, value) => (label, value)
                )
                .GroupBy(pair => pair.value, pair => pair.label, StringComparer.Ordinal);
            return dimension == Dimension.Tag
                ? groups.OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).Take(MostTags)
                : groups;
        }

        /// <summary>A version has windows of its own, so it is estimated like a period.</summary>
        private static EstimateResponse OfVersion(SampleLoader.Loaded loaded, string version) =>
            EstimateResponse.From(
                SampleEstimate
                    .Of(loaded.Sample, [.. loaded.Sample.Windows.Where(window => loaded.VersionOf(window.ModelVersionId) == version)])
                    .Estimate
            );

        private sealed class Part(Dimension dimension, string value, IReadOnlyList<WeightedLabel> own, IReadOnlyList<WeightedLabel> all)
        {
            public Dimension Dimension => dimension;

            public string Value => value;

            public PartEstimate Inside { get; } = PartEstimate.Of(own.Select(label => (label.Weight, label.Photo.IsRight)));

            public PartEstimate Rest { get; } = PartEstimate.Of(all.Except(own).Select(label => (label.Weight, label.Photo.IsRight)));

            public bool CanCompare => Inside.State == EstimateState.Estimated && Rest.State == EstimateState.Estimated;
        }
    }
}
