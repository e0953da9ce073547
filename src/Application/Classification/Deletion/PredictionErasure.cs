using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Deletes predictions in two steps. The first removes all rows in one transaction and replaces them with tombstones: from then on nothing
/// about the predictions can be read. The second removes the images. A tombstone records that its images are still to be removed, so a
/// deletion that a crash interrupts is finished at the next start.
/// </summary>
internal sealed class PredictionErasure(
    IUnitOfWork work,
    IRepository<Prediction> predictions,
    IRepository<IdempotencyRecord> keys,
    IRepository<Tombstone> tombstones,
    IEnumerable<IPredictionErasure> laterModules,
    IObjectStore store,
    IPhotoSpool spool,
    AuditScope audit,
    TimeProvider time,
    ILogger<PredictionErasure> logger
)
{
    /// <summary>Predictions deleted per transaction.</summary>
    public const int Batch = 100;

    /// <summary>Within a step: replaces predictions and all rows that refer to them with tombstones.</summary>
    /// <param name="erased">The predictions.</param>
    /// <param name="by">The actor who deletes them, for the log.</param>
    /// <param name="cancellationToken">Cancels the operation before anything has changed.</param>
    /// <returns>Ids of the tombstones, whose images must be removed after the step, and what is deleted without thumbnails.</returns>
    public async Task<Burial> BuryAsync(IReadOnlyList<Prediction> erased, Actor by, CancellationToken cancellationToken)
    {
        var ids = erased.Select(p => p.Id).ToArray();
        var report = new DeletionReport
        {
            Photos = ids.Length,
            Files = new DeletedFiles
            {
                Stored = erased.Count(prediction => prediction.ImageState == ImageState.Stored),
                Spooled = erased.Count(prediction => prediction.ImageState == ImageState.Pending),
            },
        };
        foreach (var module in laterModules)
            report = report.Add(await module.EraseAsync(ids, cancellationToken));
        foreach (var key in await keys.ListAsync(new IdempotencyRecordsOfPredictions(ids), cancellationToken))
            keys.Remove(key);

        var now = time.GetUtcNow();
        foreach (var prediction in erased)
        {
            predictions.Remove(prediction);
            tombstones.Add(Tombstone.For(prediction, now));
            work.AfterCommit(() => logger.LogInformation("Prediction {PredictionId} was deleted by {Actor}", prediction.Id, by));
        }

        audit.Tell(report.ToDetails());
        return new Burial(ids, report);
    }

    /// <summary>Removes the images of these tombstones in one step. A failure on one does not stop the others.</summary>
    /// <returns>The number of thumbnails by tombstone that was finished.</returns>
    /// <exception cref="StoreUnavailableException">Some images could not be removed; their tombstones record it.</exception>
    public async Task<IReadOnlyDictionary<Guid, int>> RemoveImagesAsync(IReadOnlyList<Guid> graves, CancellationToken cancellationToken)
    {
        var (finished, failure) = await work.RunStepAsync((PredictionErasure step) => step.RemoveImagesOfAsync(graves, cancellationToken));
        return failure is null ? finished : throw Unfinished(failure);
    }

    private static StoreUnavailableException Unfinished(StoreUnavailableException failure) =>
        new(
            $"The prediction was deleted, but the file of its photo could not be removed yet: {failure.Message} "
                + "Removal is retried automatically every few minutes.",
            failure
        );

    private async Task<(Dictionary<Guid, int> Finished, StoreUnavailableException? Failure)> RemoveImagesOfAsync(
        IReadOnlyList<Guid> graves,
        CancellationToken cancellationToken
    )
    {
        var unfinished = await tombstones.ListAsync(new UnfinishedTombstonesWithIds(graves), cancellationToken);
        var objects = new List<ILookup<Guid, ObjectAddress>>();
        foreach (var module in laterModules)
            objects.Add(await module.ObjectsOfAsync(graves, cancellationToken));
        var finished = new Dictionary<Guid, int>();
        StoreUnavailableException? failure = null;
        foreach (var tombstone in unfinished)
        {
            try
            {
                foreach (var address in objects.SelectMany(ofModule => ofModule[tombstone.Id]))
                    await store.DeleteAsync(address, cancellationToken);
                await spool.RemoveAsync(PhotoName.Of(tombstone.ObjectKey!), cancellationToken);
                var thumbnails = await RemoveThumbnailsAsync(tombstone.Id, cancellationToken);
                await store.DeleteAsync(new ObjectAddress(Classify.Bucket, tombstone.ObjectKey!), cancellationToken);
                tombstone.MarkImagesRemoved();
                finished.Add(tombstone.Id, thumbnails);
            }
            catch (StoreUnavailableException e)
            {
                failure ??= e;
            }
        }

        foreach (var module in laterModules)
            await module.ForgetObjectsAsync(finished.Keys, cancellationToken);
        return (finished, failure);
    }

    /// <returns>The number of thumbnails that existed.</returns>
    private async Task<int> RemoveThumbnailsAsync(Guid id, CancellationToken cancellationToken)
    {
        var existed = await Task.WhenAll(Thumbnails.Sizes.Select(RemoveAsync));
        return existed.Count(isThere => isThere);

        async Task<bool> RemoveAsync(int size)
        {
            var address = Thumbnails.AddressOf(id, size);
            var isThere = await store.FindAsync(address, cancellationToken) is not null;
            await store.DeleteAsync(address, cancellationToken);
            return isThere;
        }
    }

    /// <summary>Removes the images of all tombstones that still have some.</summary>
    /// <returns>The number of thumbnails by tombstone that was finished.</returns>
    /// <exception cref="StoreUnavailableException">Some images could not be removed; all others were.</exception>
    public async Task<IReadOnlyDictionary<Guid, int>> FinishAsync(CancellationToken cancellationToken)
    {
        StoreUnavailableException? failure = null;
        var finished = new Dictionary<Guid, int>();
        Guid? after = null;
        while (await tombstones.ListAsync(new UnfinishedTombstones(after, Batch), cancellationToken) is { Count: > 0 } graves)
        {
            var done = await work.RunStepAsync(
                (PredictionErasure step) => step.RemoveImagesOfAsync([.. graves.Select(tombstone => tombstone.Id)], cancellationToken)
            );
            foreach (var (id, thumbnails) in done.Finished)
                finished.Add(id, thumbnails);
            failure ??= done.Failure;
            after = graves[^1].Id;
        }

        return failure is null ? finished : throw Unfinished(failure);
    }

    /// <summary>Predictions that are replaced with tombstones.</summary>
    /// <param name="Graves">Ids of the tombstones.</param>
    /// <param name="Report">What is deleted, without thumbnails.</param>
    public sealed record Burial(IReadOnlyList<Guid> Graves, DeletionReport Report)
    {
        /// <summary>Returns the report with the thumbnails that were deleted afterwards.</summary>
        public DeletionReport With(IReadOnlyDictionary<Guid, int> thumbnails) =>
            Report with
            {
                Files = Report.Files with { Thumbnails = Graves.Sum(id => thumbnails.GetValueOrDefault(id)) },
            };
    }
}
