using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Erases predictions in two steps. First all rows go in one transaction and tombstones take their place: from then on nothing of them can be read. Then the images go. A
/// tombstone remembers that its images are still to be removed, so that a crash in between is finished at the next start.
/// </summary>
internal sealed class PredictionErasure(
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
    /// <summary>Predictions erased in one transaction.</summary>
    public const int Batch = 100;

    /// <summary>Puts tombstones in the place of tracked predictions and of all that hangs on them.</summary>
    /// <exception cref="ConcurrentChangeException">Somebody erased or rated one of them meanwhile: load them again.</exception>
    public async Task<IReadOnlyList<Tombstone>> BuryAsync(IReadOnlyList<Prediction> erased, CancellationToken cancellationToken)
    {
        var ids = erased.Select(p => p.Id).ToArray();
        foreach (var module in laterModules)
            await module.EraseAsync(ids, cancellationToken);
        foreach (var key in await keys.ListAsync(new IdempotencyRecordsOfPredictions(ids), cancellationToken))
            keys.Remove(key);

        var now = time.GetUtcNow();
        var graves = erased.Select(p => Tombstone.For(p, now)).ToList();
        foreach (var (prediction, tombstone) in erased.Zip(graves))
        {
            predictions.Remove(prediction);
            tombstones.Add(tombstone);
        }

        await predictions.SaveChangesAsync(cancellationToken);
        foreach (var prediction in erased)
            logger.LogInformation("Prediction {PredictionId} was erased", prediction.Id);
        return graves;
    }

    /// <summary>Removes the images of tracked tombstones, of all that it can.</summary>
    /// <exception cref="StoreUnavailableException">Some could not be removed; their tombstones remember it.</exception>
    public async Task RemoveImagesAsync(IReadOnlyList<Tombstone> graves, CancellationToken cancellationToken)
    {
        StoreUnavailableException? failure = null;
        foreach (var tombstone in graves)
        {
            try
            {
                foreach (var module in laterModules)
                    await module.RemoveObjectsAsync(tombstone.Id, cancellationToken);
                await spool.RemoveAsync(PhotoName.Of(tombstone.ObjectKey!), cancellationToken);
                foreach (var size in Thumbnails.Sizes)
                    await store.DeleteAsync(Thumbnails.AddressOf(tombstone.Id, size), cancellationToken);
                await store.DeleteAsync(new ObjectAddress(Classify.Bucket, tombstone.ObjectKey!), cancellationToken);
                tombstone.MarkImagesRemoved();
            }
            catch (StoreUnavailableException e)
            {
                failure ??= e;
            }
        }

        await tombstones.SaveChangesAsync(cancellationToken);
        if (failure is not null)
        {
            throw new StoreUnavailableException(
                $"The photo can no longer be seen, but its file could not be removed yet: {failure.Message} Erase it again later; it is also tried again every few minutes.",
                failure
            );
        }
    }

    /// <summary>Removes the images of every tombstone that still waits for it.</summary>
    /// <returns>How many were finished.</returns>
    /// <exception cref="StoreUnavailableException">Some could not be removed; all others were.</exception>
    public async Task<int> FinishAsync(CancellationToken cancellationToken)
    {
        StoreUnavailableException? failure = null;
        var finished = 0;
        Guid? after = null;
        while (await tombstones.ListAsync(new UnfinishedTombstones(after, Batch), cancellationToken) is { Count: > 0 } graves)
        {
            try
            {
                await RemoveImagesAsync(graves, cancellationToken);
            }
            catch (StoreUnavailableException e)
            {
                failure ??= e;
            }

            finished += graves.Count(t => t.ImagesRemoved);
            after = graves[^1].Id;
        }

        return failure is null ? finished : throw failure;
    }
}
