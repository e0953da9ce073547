using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Classification;

/// <summary>Tells whether the oldest photo is older than a setting allows.</summary>
public static class HasOldPhotos
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Any">Whether job <c>delete-old-photos</c> may find something.</param>
    public sealed record Response(bool Any);

    internal sealed class Handler(IRepository<Prediction> predictions, IOptions<RetentionOptions> options, TimeProvider time)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var (all, unlabelled) = (options.Value.Cutoff(now), options.Value.UnlabelledCutoff(now));
            if (all is null && unlabelled is null)
                return new Response(Any: false);
            var oldest = await predictions.FirstOrDefaultAsync(new OldestPredictions(after: null, 1), cancellationToken);
            return new Response(oldest is not null && (oldest.CreatedAt < all || oldest.CreatedAt < unlabelled));
        }
    }
}
