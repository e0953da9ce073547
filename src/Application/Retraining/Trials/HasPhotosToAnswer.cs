using GourmetGram.Application.Common;
using GourmetGram.Domain.Retraining;
using MediatR;

namespace GourmetGram.Application.Retraining;

/// <summary>Returns whether job <c>answer-photos</c> has work to do.</summary>
public static class HasPhotosToAnswer
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Any">Whether a comparison waits for answers.</param>
    public sealed record Response(bool Any);

    internal sealed class Handler(IRepository<ModelTrial> trials) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new(await trials.CountAsync(new OpenTrials(isPreparing: true), cancellationToken) > 0);
    }
}
