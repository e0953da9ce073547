using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using MediatR;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Classification;

/// <summary>Deletes photos that are older than <see cref="RetentionOptions"/> allows. Job <c>delete-old-photos</c>.</summary>
public static class DeleteOldPhotos
{
    /// <param name="Progress">Receives the number of photos looked at; null for none.</param>
    public sealed record Command(IProgress<JobProgress>? Progress = null) : IRequest<Response>;

    /// <param name="Deleted">Number of photos deleted.</param>
    public sealed record Response(int Deleted);

    internal sealed class Handler(
        IUnitOfWork work,
        IRepository<Prediction> predictions,
        IEnumerable<ILabelledPhotos> labelled,
        PredictionErasure erasure,
        IOptions<RetentionOptions> options,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        /// <summary>Names the job in the log.</summary>
        private static readonly Actor Job = new(ActorKind.ApiKey, "delete-old-photos");

        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var (all, unlabelled) = (options.Value.Cutoff(now), options.Value.UnlabelledCutoff(now));
            var latest = unlabelled > all || all is null ? unlabelled : all;
            if (latest is null)
                return new Response(0);
            var (looked, deleted) = (0, 0);
            Guid? after = null;
            do
            {
                var from = after;
                (var read, var buried, after) = await work.RunStepAsync(
                    (Handler step) => step.DeleteAsync(from, latest.Value, all, cancellationToken)
                );
                (looked, deleted) = (looked + read, deleted + buried);
                request.Progress?.Report(new JobProgress(looked, Total: null));
            } while (after is not null);

            // Also removes the images of a run that was cut off.
            await erasure.FinishAsync(cancellationToken);
            return new Response(deleted);
        }

        /// <returns>The number of photos read, the number deleted, and the id after which to continue; null at the end.</returns>
        private async Task<(int Read, int Deleted, Guid? After)> DeleteAsync(
            Guid? after,
            DateTimeOffset latest,
            DateTimeOffset? all,
            CancellationToken cancellationToken
        )
        {
            var oldest = await predictions.ListAsync(new OldestPredictions(after, PredictionErasure.Batch), cancellationToken);
            var old = oldest.Where(prediction => prediction.CreatedAt < latest).ToList();
            var mayStay = old.Where(prediction => !(prediction.CreatedAt < all)).ToList();
            var kept = new HashSet<Guid>();
            foreach (var module in labelled)
                kept.UnionWith(await module.FindAsync(mayStay, cancellationToken));
            var gone = old.Where(prediction => !kept.Contains(prediction.Id)).ToList();
            if (gone.Count > 0)
                await erasure.BuryAsync(gone, Job, cancellationToken);
            return (old.Count, gone.Count, old.Count == PredictionErasure.Batch ? old[^1].Id : null);
        }
    }
}
