using System.Security.Cryptography;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using MediatR;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Restores photos that were set aside. A photo that a prediction names moves back to its place. For any other photo the prediction is
/// created again, with its old id and time. The model classifies it again; its uploader, tags and feedback are lost.
/// </summary>
public static class RestoreOrphans
{
    /// <param name="PredictionIds">The photos to restore, by prediction id; empty for all.</param>
    public sealed record Command(IReadOnlyCollection<Guid> PredictionIds) : IRequest<Response>, IAudited
    {
        AuditedAction IAudited.Audited => new(AuditArea.Photos, "Restored photos that had been set aside");
    }

    /// <summary>The result for one photo.</summary>
    public enum Outcome
    {
        /// <summary>The photo was moved back to its prediction.</summary>
        Returned = 0,

        /// <summary>The prediction was created again.</summary>
        Recreated,

        /// <summary>The photo stays set aside.</summary>
        Left,
    }

    /// <param name="Orphan">The photo, as it was set aside.</param>
    /// <param name="Outcome">The result.</param>
    /// <param name="Reason">Why it stays set aside; null otherwise.</param>
    public sealed record Item(Orphan Orphan, Outcome Outcome, string? Reason);

    /// <param name="Items">One result per photo.</param>
    public sealed record Response(IReadOnlyList<Item> Items);

    internal sealed class Handler(
        IUnitOfWork work,
        Orphans orphans,
        IObjectStore store,
        IRepository<Prediction> predictions,
        IRepository<Tombstone> tombstones,
        IRepository<ModelVersion> models,
        IPhotoReader photos,
        PhotoClassification classification,
        PhotoStorage storage,
        TimeProvider time
    ) : IRequestHandler<Command, Response>
    {
        /// <exception cref="StoreUnavailableException">
        /// A store is unavailable. Photos restored so far stay restored; run it again.
        /// </exception>
        public async Task<Response> Handle(Command request, CancellationToken cancellationToken)
        {
            var wanted = request.PredictionIds.ToHashSet();
            // Listed completely first, because restoring a photo removes it from the list.
            var all = await orphans
                .ListAsync(cancellationToken)
                .Where(orphan => wanted.Count == 0 || wanted.Contains(orphan.PredictionId))
                .ToListAsync(cancellationToken);
            var items = new List<Item>();
            foreach (var orphan in all)
                items.Add(await RestoreAsync(orphan, cancellationToken));
            return new Response(items);
        }

        private async Task<Item> RestoreAsync(Orphan orphan, CancellationToken cancellationToken)
        {
            if (await predictions.FirstOrDefaultAsync(new PredictionById(orphan.PredictionId), cancellationToken) is { } known)
            {
                return await orphans.TryReturnAsync(known, cancellationToken)
                    ? new Item(orphan, Outcome.Returned, Reason: null)
                    : new Item(orphan, Outcome.Left, "its size differs from the photo of its prediction");
            }

            if (await tombstones.FirstOrDefaultAsync(new TombstoneById(orphan.PredictionId), cancellationToken) is not null)
                return new Item(orphan, Outcome.Left, "its prediction was deleted");
            try
            {
                var photo = await (await store.OpenReadAsync(orphan.Address, cancellationToken)).ReadToEndAsync(cancellationToken);
                var answer = await classification.RunAsync(photo, cancellationToken);
                await work.RunStepAsync((Handler step) => step.RecreateAsync(orphan.PredictionId, photo, answer, cancellationToken));
                await orphans.DeleteAsync(orphan, cancellationToken);
                return new Item(orphan, Outcome.Recreated, Reason: null);
            }
            catch (UnusablePhotoException e)
            {
                return new Item(orphan, Outcome.Left, e.Message);
            }
        }

        private async Task<Guid> RecreateAsync(
            Guid id,
            byte[] photo,
            PhotoClassification.Answer answer,
            CancellationToken cancellationToken
        )
        {
            var kept = photos.RemoveMetadata(photo);
            var stored = new StoredPhoto
            {
                UploadSha256 = Convert.ToHexStringLower(SHA256.HashData(photo)),
                StoredSha256 = Convert.ToHexStringLower(SHA256.HashData(kept)),
                StoredBytes = kept.Length,
                MediaType = answer.Header.MediaType,
                Extension = answer.Header.Extension,
                Width = answer.Header.Width,
                Height = answer.Header.Height,
                FileName = null,
            };
            var model = await models.FindOrRegisterAsync(answer.Output.Model, time.GetUtcNow(), cancellationToken);
            var prediction = Prediction.TakeOver(id, stored, answer.Probabilities, model, OrphanScan.TimeOf(id));
            await storage.KeepAsync(prediction, kept, cancellationToken);
            work.AfterRollback(() => storage.ForgetAsync(prediction));
            predictions.Add(prediction);
            return id;
        }
    }
}
