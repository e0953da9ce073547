using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Counts which classes the model mistakes for which, scaled to all photos.</summary>
public static class GetConfusion
{
    /// <param name="Period">The photos.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>;

    /// <param name="Classes">The classes of the models that answered in the period, in model order.</param>
    /// <param name="Items">The cells that have labels, by label and prediction.</param>
    /// <param name="From">First day of the period, UTC.</param>
    /// <param name="To">Last day of the period, UTC.</param>
    public sealed record Response(IReadOnlyList<string> Classes, IReadOnlyList<Cell> Items, DateOnly From, DateOnly To);

    /// <param name="Label">The class that people gave; null for "none of these classes".</param>
    /// <param name="Predicted">The class that the model named.</param>
    /// <param name="Labels">Number of labels.</param>
    /// <param name="Photos">Estimated number of photos.</param>
    public sealed record Cell(string? Label, string Predicted, int Labels, double Photos);

    internal sealed class Handler(SampleLoader loader) : IRequestHandler<Query, Response>
    {
        public Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            loader.ComputeAsync(request.Period, Of, cancellationToken);

        public static Response Of(SampleLoader.Loaded loaded)
        {
            var order = loaded
                .ClassNames.Select((name, index) => (name, index))
                .ToDictionary(pair => pair.name, pair => pair.index, StringComparer.Ordinal);
            return new Response(
                loaded.ClassNames,
                [
                    .. loaded
                        .Result.Labels.GroupBy(label =>
                            (
                                Label: loaded.NameOf(label.ModelVersionId, label.Photo.LabelIndex),
                                Predicted: loaded.NameOf(label.ModelVersionId, label.Photo.PredictedIndex)!
                            )
                        )
                        .OrderBy(group => group.Key.Label is { } label ? order[label] : order.Count)
                        .ThenBy(group => order[group.Key.Predicted])
                        .Select(group => new Cell(group.Key.Label, group.Key.Predicted, group.Count(), group.Sum(label => label.Weight))),
                ],
                loaded.Period.From,
                loaded.Period.To
            );
        }
    }
}
