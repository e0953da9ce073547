using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>Erases all of the caller's own predictions, with their photos, thumbnails and all that was said of them.</summary>
public static class EraseAllPredictions
{
    /// <param name="Caller">Whose predictions.</param>
    public sealed record Command(Caller Caller) : IRequest<Response>;

    /// <param name="Erased">How many there were.</param>
    public sealed record Response(int Erased);

    internal sealed class Handler(IRepository<Prediction> predictions, PredictionErasure erasure) : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var maker = request.Caller.RequireIdentity("Erasing all");
            var erased = 0;
            while (await ConcurrentChangeException.RetryAsync(() => BuryAsync(maker, cancellationToken)) is > 0 and var buried)
                erased += buried;

            // Also what an earlier attempt left when the store failed; finished even when the caller has left.
            await erasure.FinishAsync(CancellationToken.None);
            return new Response(erased);
        }

        private async Task<int> BuryAsync(Actor maker, CancellationToken cancellationToken)
        {
            var rows = await predictions.ListAsync(new ErasableOfMaker(maker, PredictionErasure.Batch), cancellationToken);
            return rows.Count == 0 ? 0 : (await erasure.BuryAsync(rows, cancellationToken)).Count;
        }
    }
}
