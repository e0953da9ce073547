using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns a registered model.</summary>
public static class GetModel
{
    /// <param name="Version">Its version in the registry.</param>
    public sealed record Query(string Version) : IRequest<ModelResponse>;

    internal sealed class Handler(IRepository<RegisteredModel> models, IRepository<ServingPeriod> periods)
        : IRequestHandler<Query, ModelResponse>
    {
        /// <exception cref="NotFoundException">There is no such model.</exception>
        public async Task<ModelResponse> Handle(Query request, CancellationToken cancellationToken)
        {
            var model = await models.FindAsync(request.Version, cancellationToken);
            var serving = await periods.FirstOrDefaultAsync(new BareServingPeriod(), cancellationToken);
            var parent = model.ParentId is { } id ? await models.FirstOrDefaultAsync(new RegisteredModelById(id), cancellationToken) : null;
            return ModelResponse.From(model, serving?.ModelId, parent?.Version);
        }
    }
}

internal static class ModelLookup
{
    /// <exception cref="NotFoundException">There is no such model.</exception>
    public static async Task<RegisteredModel> FindAsync(
        this IRepository<RegisteredModel> models,
        string version,
        CancellationToken cancellationToken
    ) =>
        await models.FirstOrDefaultAsync(new RegisteredModelByVersion(version), cancellationToken)
        ?? throw new NotFoundException($"Model {version}");
}
