using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Returns whether the caller may delete a prediction, so that a page shows the button only to callers who may.</summary>
public static class MayErasePrediction
{
    /// <param name="PredictionId">The prediction.</param>
    /// <param name="Caller">The caller who would delete it.</param>
    public sealed record Query(Guid PredictionId, Caller Caller) : IRequest<bool>;

    internal sealed class Handler(IRepository<Prediction> predictions) : IRequestHandler<Query, bool>
    {
        /// <exception cref="NotFoundException">The prediction does not exist, or belongs to another caller.</exception>
        public async Task<bool> Handle(Query request, CancellationToken cancellationToken) =>
            request.Caller.MayErase(await predictions.FindUsableAsync(request.PredictionId, request.Caller, cancellationToken));
    }
}
