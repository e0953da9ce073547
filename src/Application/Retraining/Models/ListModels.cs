using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Lists all registered models, the newest first.</summary>
public static class ListModels
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Items">The models.</param>
    public sealed record Response(IReadOnlyList<ModelResponse> Items);

    internal sealed class Handler(IRepository<RegisteredModel> models, IRepository<ServingPeriod> periods)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var all = await models.ListAsync(new AllRegisteredModels(), cancellationToken);
            var serving = await periods.FirstOrDefaultAsync(new BareServingPeriod(), cancellationToken);
            var versions = all.ToDictionary(model => model.Id, model => model.Version);
            return new Response([
                .. all.Select(model =>
                    ModelResponse.From(model, serving?.ModelId, model.ParentId is { } id ? versions.GetValueOrDefault(id) : null)
                ),
            ]);
        }
    }
}
