using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Deletes a prediction with its photo, thumbnails, feedback and selections. Allowed for its uploader and for administrators.
/// </summary>
public static class ErasePrediction
{
    /// <param name="PredictionId">The prediction.</param>
    /// <param name="Caller">The caller who deletes it.</param>
    public sealed record Command(Guid PredictionId, Caller Caller) : IRequest<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Photos, "Deleted a photo", PredictionId.ToString());
    }

    /// <param name="Report">What was deleted. Only thumbnails are counted if the rows were already gone and only the images of an
    /// interrupted deletion had to be removed.</param>
    public sealed record Response(DeletionReport Report);

    internal sealed class Handler(
        IUnitOfWork work,
        IRepository<Prediction> predictions,
        IRepository<Tombstone> tombstones,
        PredictionErasure erasure
    ) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            // Deletion continues after the client disconnects, because it has been acknowledged.
            if (await work.RunStepAsync((Handler step) => step.BuryAsync(request, cancellationToken)) is { } buried)
                return new Response(buried.With(await erasure.RemoveImagesAsync(buried.Graves, CancellationToken.None)));

            // An earlier deletion failed on the store, and the client was told to repeat the request.
            if (
                await tombstones.FirstOrDefaultAsync(new TombstoneById(request.PredictionId), cancellationToken)
                is not { ImagesRemoved: false } unfinished
            )
                throw new NotFoundException($"Prediction {request.PredictionId}");
            var rest = new PredictionErasure.Burial([unfinished.Id], DeletionReport.Nothing);
            return new Response(rest.With(await erasure.RemoveImagesAsync(rest.Graves, CancellationToken.None)));
        }

        /// <returns>Null when there is no such prediction.</returns>
        private async Task<PredictionErasure.Burial?> BuryAsync(Command request, CancellationToken cancellationToken)
        {
            if (
                await predictions.FirstOrDefaultAsync(new PredictionToChange(request.PredictionId), cancellationToken) is not { } prediction
            )
                return null;
            if (!request.Caller.MayErase(prediction))
                throw new NotFoundException($"Prediction {request.PredictionId}");
            return await erasure.BuryAsync([prediction], request.Caller.Actor, cancellationToken);
        }
    }
}
