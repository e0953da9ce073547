using GourmetGram.Domain.Monitoring;
using MediatR;

namespace GourmetGram.Application.Monitoring;

/// <summary>Estimates recall and precision of each class from the random sample.</summary>
public static class ListClasses
{
    /// <param name="Period">The photos.</param>
    public sealed record Query(PeriodQuery Period) : IRequest<Response>;

    /// <param name="Items">The classes of the models that answered in the period, in model order.</param>
    /// <param name="NoneOfThese">Share of photos that show none of the classes.</param>
    /// <param name="From">First day of the period, UTC.</param>
    /// <param name="To">Last day of the period, UTC.</param>
    public sealed record Response(IReadOnlyList<Item> Items, EstimateResponse NoneOfThese, DateOnly From, DateOnly To);

    /// <param name="Class">Name of the class.</param>
    /// <param name="ByLabel">Recall: of the photos that people gave this label, the share that the model named correctly.</param>
    /// <param name="ByPrediction">Precision: of the photos that the model gave this class, the share that has this label.</param>
    public sealed record Item(string Class, EstimateResponse ByLabel, EstimateResponse ByPrediction);

    internal sealed class Handler(SampleLoader loader) : IRequestHandler<Query, Response>
    {
        public Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            loader.ComputeAsync(request.Period, Of, cancellationToken);

        public static Response Of(SampleLoader.Loaded loaded)
        {
            var labels = loaded.Result.Labels;
            var named = labels.Select(label => new
            {
                label.Weight,
                Label = loaded.NameOf(label.ModelVersionId, label.Photo.LabelIndex),
                Predicted = loaded.NameOf(label.ModelVersionId, label.Photo.PredictedIndex),
            });
            var byLabel = named.ToLookup(row => row.Label, StringComparer.Ordinal);
            var byPrediction = named.ToLookup(row => row.Predicted, StringComparer.Ordinal);
            return new Response(
                [
                    .. loaded.ClassNames.Select(name => new Item(
                        name,
                        EstimateResponse.From(PartEstimate.Of(byLabel[name].Select(row => (row.Weight, row.Predicted == name)))),
                        EstimateResponse.From(PartEstimate.Of(byPrediction[name].Select(row => (row.Weight, row.Label == name))))
                    )),
                ],
                EstimateResponse.From(PartEstimate.Of(labels.Select(label => (label.Weight, label.Photo.LabelIndex is null)))),
                loaded.Period.From,
                loaded.Period.To
            );
        }
    }
}
