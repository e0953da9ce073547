using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Deletes all of the caller's own predictions, with their photos, thumbnails, feedback and selections.</summary>
public static class EraseAllPredictions
{
    /// <param name="Caller">The owner of the predictions.</param>
    public sealed record Command(Caller Caller) : IRequest<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Photos, "Deleted all own photos", Caller.Actor.ToString());
    }

    /// <param name="Erased">Number of predictions deleted.</param>
    public sealed record Response(int Erased);

    internal sealed class Handler(IUnitOfWork work, IRepository<Prediction> predictions, PredictionErasure erasure)
        : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var maker = request.Caller.RequireIdentity("Deleting all photos");
            var erased = 0;
            while (await work.RunStepAsync((Handler step) => step.BuryAsync(maker, cancellationToken)) is > 0 and var buried)
                erased += buried;

            // Also removes images left by an earlier attempt that failed on the store. Deletion continues after the client disconnects,
            // because it has been acknowledged.
            await erasure.FinishAsync(CancellationToken.None);
            return new Response(erased);
        }

        private async Task<int> BuryAsync(Actor maker, CancellationToken cancellationToken)
        {
            var rows = await predictions.ListAsync(new ErasableOfMaker(maker, PredictionErasure.Batch), cancellationToken);
            return rows.Count == 0 ? 0 : (await erasure.BuryAsync(rows, maker, cancellationToken)).Count;
        }
    }
}
