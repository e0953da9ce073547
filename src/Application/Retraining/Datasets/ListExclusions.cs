using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Lists the photos that are excluded from new dataset versions, newest first.</summary>
public static class ListExclusions
{
    private const int Most = 500;

    public sealed record Query : IRequest<Response>;

    /// <param name="Items">The newest exclusions, at most 500.</param>
    public sealed record Response(IReadOnlyList<ExclusionResponse> Items);

    internal sealed class Handler(IRepository<PhotoExclusion> exclusions) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new([.. (await exclusions.ListAsync(new AllExclusions(Most), cancellationToken)).Select(ExclusionResponse.From)]);
    }
}
