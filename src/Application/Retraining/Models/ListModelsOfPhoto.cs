using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>
/// Lists the models that a photo may have trained: those trained here on a dataset version that has the photo. The network of the bundled
/// model was trained elsewhere, before.
/// </summary>
public static class ListModelsOfPhoto
{
    /// <param name="PredictionId">The photo's prediction. The caller checks that the reader may see it.</param>
    public sealed record Query(Guid PredictionId) : IRequest<Response>;

    /// <param name="Versions">Versions of the models, newest first.</param>
    public sealed record Response(IReadOnlyList<string> Versions);

    internal sealed class Handler(IRepository<DatasetItem> items, IRepository<DatasetVersion> versions, IRepository<RegisteredModel> models)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var builds = (await items.ListAsync(new ItemsOfPredictions([request.PredictionId]), cancellationToken))
                .Select(item => item.VersionId)
                .Distinct()
                .ToList();
            if (builds.Count == 0)
                return new Response([]);
            var datasets = (await versions.ListAsync(new VersionsOfBuilds(builds), cancellationToken))
                .Select(version => version.ContentId)
                .OfType<string>()
                .ToHashSet(StringComparer.Ordinal);
            return new Response([
                .. (await models.ListAsync(new AllRegisteredModels(), cancellationToken))
                    .Where(model => model.DatasetId is { } dataset && datasets.Contains(dataset))
                    .Select(model => model.Version),
            ]);
        }
    }
}
