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

    /// <param name="Report">What was deleted.</param>
    public sealed record Response(DeletionReport Report);

    internal sealed class Handler(IUnitOfWork work, IRepository<Prediction> predictions, PredictionErasure erasure, AuditScope audit)
        : IRequestHandler<Command, Response>
    {
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var maker = request.Caller.RequireIdentity("Deleting all photos");
            var graves = new List<Guid>();
            var report = DeletionReport.Nothing;
            while (await work.RunStepAsync((Handler step) => step.BuryAsync(maker, cancellationToken)) is { } buried)
            {
                graves.AddRange(buried.Graves);
                report = report.Add(buried.Report);
            }

            // Also removes images left by an earlier attempt that failed on the store. Deletion continues after the client disconnects,
            // because it has been acknowledged.
            var thumbnails = await erasure.FinishAsync(CancellationToken.None);
            return new Response(new PredictionErasure.Burial(graves, report).With(thumbnails));
        }

        /// <returns>Null when no prediction is left.</returns>
        private async Task<PredictionErasure.Burial?> BuryAsync(Actor maker, CancellationToken cancellationToken)
        {
            var rows = await predictions.ListAsync(new ErasableOfMaker(maker, PredictionErasure.Batch), cancellationToken);
            if (rows.Count == 0)
                return null;
            // Each batch has an entry of its own, so the log is right about what is gone even if the next batch fails.
            audit.Continue();
            return await erasure.BuryAsync(rows, maker, cancellationToken);
        }
    }
}
