using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Returns whether job <c>store-images</c> has work to do. Called every 30 seconds, so it must not write.</summary>
public static class HasImagesToStore
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Any">Whether a photo or its tags must be written to the object store, or the spool is not empty.</param>
    public sealed record Response(bool Any);

    internal sealed class Handler(IRepository<Prediction> predictions, IPhotoSpool spool, IObjectStore store)
        : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new(
                await predictions.CountAsync(new PredictionsWithoutStoredImage(after: null, 1), cancellationToken) > 0
                    || (
                        store.KeepsTags && await predictions.CountAsync(new PredictionsWithDirtyTags(after: null, 1), cancellationToken) > 0
                    )
                    || await spool.ListAsync(cancellationToken).AnyAsync(cancellationToken)
            );
    }
}
