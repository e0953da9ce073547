using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Erases a prediction with its photo, its thumbnails and all that was said of it. Its maker and administrators may.</summary>
public static class ErasePrediction
{
    /// <param name="PredictionId">The prediction.</param>
    /// <param name="Caller">Who erases it.</param>
    public sealed record Command(Guid PredictionId, Caller Caller) : IRequest<Response>;

    /// <param name="Erased">True; false when only the images of an erasure that had been interrupted were left to remove.</param>
    public sealed record Response(bool Erased);

    internal sealed class Handler(IRepository<Prediction> predictions, IRepository<Tombstone> tombstones, PredictionErasure erasure)
        : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            // What was promised gone is finished also when the caller has left.
            if (await ConcurrentChangeException.RetryAsync(() => BuryAsync(request, cancellationToken)) is { } buried)
            {
                await erasure.RemoveImagesAsync(buried, CancellationToken.None);
                return new Response(Erased: true);
            }

            // The store failed when it was erased first: the client was told to repeat the request.
            if (
                await tombstones.FirstOrDefaultAsync(new TombstoneById(request.PredictionId), cancellationToken)
                is not { ImagesRemoved: false } unfinished
            )
                throw new NotFoundException($"Prediction {request.PredictionId}");
            await erasure.RemoveImagesAsync([unfinished], CancellationToken.None);
            return new Response(Erased: false);
        }

        /// <returns>Null when there is no such prediction.</returns>
        private async Task<IReadOnlyList<Tombstone>?> BuryAsync(Command request, CancellationToken cancellationToken)
        {
            if (
                await predictions.FirstOrDefaultAsync(new PredictionToChange(request.PredictionId), cancellationToken) is not { } prediction
            )
                return null;
            if (!request.Caller.MayErase(prediction))
                throw new NotFoundException($"Prediction {request.PredictionId}");
            return await erasure.BuryAsync([prediction], cancellationToken);
        }
    }
}
