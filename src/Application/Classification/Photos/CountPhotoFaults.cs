using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Counts photos that need an operator's attention.</summary>
public static class CountPhotoFaults
{
    public sealed record Query : IRequest<Response>;

    /// <param name="Missing">Photos that are neither in the object store nor in the spool.</param>
    /// <param name="TagsRefused">Photos whose tags the object store refuses.</param>
    public sealed record Response(int Missing, int TagsRefused);

    internal sealed class Handler(IRepository<Prediction> predictions) : IRequestHandler<Query, Response>
    {
        public async Task<Response> Handle(Query request, CancellationToken cancellationToken) =>
            new(
                await predictions.CountAsync(new PredictionsWithMissingImage(), cancellationToken),
                await predictions.CountAsync(new PredictionsWithRefusedTags(), cancellationToken)
            );
    }
}
