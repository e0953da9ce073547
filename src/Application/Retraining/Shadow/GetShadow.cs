using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns the latest run in shadow, with what it shows.</summary>
public static class GetShadow
{
    /// <param name="Version">Version of the model in shadow; null for any.</param>
    public sealed record Query(string? Version = null) : IRequest<ShadowResponse>;

    internal sealed class Handler(IRepository<ShadowRun> runs, IShadowReader reader) : IRequestHandler<Query, ShadowResponse>
    {
        /// <exception cref="NotFoundException">The model has never answered in shadow.</exception>
        public async Task<ShadowResponse> Handle(Query request, CancellationToken cancellationToken)
        {
            var run = await runs.FirstOrDefaultAsync(new LatestShadowRun(request.Version), cancellationToken)
                ?? throw new NotFoundException(request.Version is null ? "A run in shadow" : $"A run in shadow of model {request.Version}");
            return ShadowResponse.From(run, await reader.ReadAsync(run.Id, cancellationToken));
        }
    }
}
