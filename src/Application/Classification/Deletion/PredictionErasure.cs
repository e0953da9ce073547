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
    /// <returns>Ids of the tombstones, whose images must be removed after the step.</returns>
    public async Task<IReadOnlyList<Guid>> BuryAsync(IReadOnlyList<Prediction> erased, Actor by, CancellationToken cancellationToken)
    {
        var ids = erased.Select(p => p.Id).ToArray();
        foreach (var module in laterModules)
            await module.EraseAsync(ids, cancellationToken);
        foreach (var key in await keys.ListAsync(new IdempotencyRecordsOfPredictions(ids), cancellationToken))
            keys.Remove(key);

        var now = time.GetUtcNow();
        foreach (var prediction in erased)
        {
            predictions.Remove(prediction);
            tombstones.Add(Tombstone.For(prediction, now));
            work.AfterCommit(() => logger.LogInformation("Prediction {PredictionId} was deleted by {Actor}", prediction.Id, by));
        }

        return ids;
    }

    /// <summary>Removes the images of these tombstones in one step. A failure on one does not stop the others.</summary>
    /// <returns>The number of tombstones finished.</returns>
    /// <exception cref="StoreUnavailableException">Some images could not be removed; their tombstones record it.</exception>
    public async Task<int> RemoveImagesAsync(IReadOnlyList<Guid> graves, CancellationToken cancellationToken)
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

    private async Task<(int Finished, StoreUnavailableException? Failure)> RemoveImagesOfAsync(
        IReadOnlyList<Guid> graves,
        CancellationToken cancellationToken
    )
    {
        var unfinished = await tombstones.ListAsync(new UnfinishedTombstonesWithIds(graves), cancellationToken);
        var objects = new List<ILookup<Guid, ObjectAddress>>();
        foreach (var module in laterModules)
            objects.Add(await module.ObjectsOfAsync(graves, cancellationToken));
        var finished = new List<Guid>();
        StoreUnavailableException? failure = null;
        foreach (var tombstone in unfinished)
        {
            try
            {
                foreach (var address in objects.SelectMany(ofModule => ofModule[tombstone.Id]))
                    await store.DeleteAsync(address, cancellationToken);
                await spool.RemoveAsync(PhotoName.Of(tombstone.ObjectKey!), cancellationToken);
                foreach (var size in Thumbnails.Sizes)
                    await store.DeleteAsync(Thumbnails.AddressOf(tombstone.Id, size), cancellationToken);
                await store.DeleteAsync(new ObjectAddress(Classify.Bucket, tombstone.ObjectKey!), cancellationToken);
                tombstone.MarkImagesRemoved();
                finished.Add(tombstone.Id);
            }
            catch (StoreUnavailableException e)
            {
                failure ??= e;
            }
        }

        foreach (var module in laterModules)
            await module.ForgetObjectsAsync(finished, cancellationToken);
        return (finished.Count, failure);
    }

    /// <summary>Removes the images of all tombstones that still have some.</summary>
    /// <returns>The number of tombstones finished.</returns>
    /// <exception cref="StoreUnavailableException">Some images could not be removed; all others were.</exception>
    public async Task<int> FinishAsync(CancellationToken cancellationToken)
    {
        StoreUnavailableException? failure = null;
        var finished = 0;
        Guid? after = null;
        while (await tombstones.ListAsync(new UnfinishedTombstones(after, Batch), cancellationToken) is { Count: > 0 } graves)
        {
            var done = await work.RunStepAsync(
                (PredictionErasure step) => step.RemoveImagesOfAsync([.. graves.Select(tombstone => tombstone.Id)], cancellationToken)
            );
            finished += done.Finished;
            failure ??= done.Failure;
            after = graves[^1].Id;
        }

        return failure is null ? finished : throw Unfinished(failure);
    }
}
