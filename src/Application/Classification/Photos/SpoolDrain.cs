using System.Security.Cryptography;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Moves photos from the spool to the object store: writes the object, updates the row, then removes the photo from the spool. Looks again
/// for missing photos. If a run is interrupted, the next one finds the same photos and repeats the steps.
/// </summary>
internal sealed class SpoolDrain(
    IUnitOfWork work,
    IObjectStore store,
    IStoreCircuit circuit,
    IPhotoSpool spool,
    IRepository<Prediction> predictions,
    IRepository<Tombstone> tombstones,
    MissingPhotos missing,
    Orphans orphans,
    SpoolMetrics metrics,
    TimeProvider time,
    ILogger<SpoolDrain> logger
)
{
    private const int Batch = 100;

    /// <summary>Long, because no request waits for this write.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <summary>Longer than any request takes from spooling its photo to committing the row.</summary>
    private static readonly TimeSpan SafeAge = TimeSpan.FromHours(1);

    /// <param name="Stored">Photos that were moved to the store or found there again.</param>
    /// <param name="Missing">Photos newly marked as missing.</param>
    /// <param name="SetAside">Files that could not be used and were set aside.</param>
    public sealed record Result(int Stored, int Missing, int SetAside);

    /// <exception cref="StoreUnavailableException">
    /// Some photos could not be stored yet, or too many are missing. Photos stored so far stay stored.
    /// </exception>
    public async Task<Result> RunAsync(IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        int? total = null;
        var (stored, setAside, examined) = (0, 0, 0);
        var gone = new List<MissingPhotos.Sighting>();
        StoreUnavailableException? failure = null;
        Guid? after = null;
        var isAway = false;
        while (
            !isAway
            && await predictions.ListAsync(new PredictionsWithoutStoredImage(after, Batch), cancellationToken) is { Count: > 0 } waiting
        )
        {
            total ??= (await spool.MeasureAsync(cancellationToken)).Photos;
            foreach (var prediction in waiting)
            {
                try
                {
                    var outcome = await StoreAsync(prediction, cancellationToken);
                    examined++;
                    stored += outcome == Outcome.Stored ? 1 : 0;
                    setAside += outcome == Outcome.Damaged ? 1 : 0;
                    if (outcome is Outcome.Gone or Outcome.Damaged && prediction.ImageState == ImageState.Pending)
                        gone.Add(new MissingPhotos.Sighting(prediction.Id, prediction.Revision));
                }
                catch (ObjectTooLargeException e)
                {
                    // This photo waits until an operator raises the store's limit; the photos after it do not wait.
                    failure = new StoreUnavailableException(e.Message, e);
                }
                catch (StoreUnavailableException e)
                {
                    // The failure may concern only this photo, so the run stops only after the circuit opens.
                    failure = e;
                    isAway = circuit.State == StoreCircuitState.Open;
                    if (isAway)
                        break;
                }
            }

            progress?.Report(new JobProgress(stored, total));
            after = waiting[^1].Id;
        }

        setAside += await TidyAsync(cancellationToken);
        var state = await spool.MeasureAsync(cancellationToken);
        metrics.Measured(state);
        return failure is null
            ? new Result(stored, await missing.MarkAsync(gone, examined, cancellationToken), setAside)
            : throw new StoreUnavailableException($"{state.Photos} photos wait in the spool: {failure.Message}", failure);
    }

    private async Task<Outcome> StoreAsync(Prediction prediction, CancellationToken cancellationToken)
    {
        var (name, address) = (PhotoName.Of(prediction), PhotoStorage.AddressOf(prediction));
        var photo = await spool.OpenReadAsync(name, cancellationToken) is { } content
            ? await content.ReadToEndAsync(cancellationToken)
            : null;
        var isWhole = photo is not null && Convert.ToHexStringLower(SHA256.HashData(photo)) == prediction.Photo.StoredSha256;
        if (photo is not null && isWhole)
            await circuit.AttemptAsync(
                token => store.PutAsync(address, photo, prediction.Photo.MediaType, token),
                Deadline,
                cancellationToken
            );
        // An earlier attempt may have reached the store although it was reported as failed, and a photo that was set aside or deleted may
        // be back.
        var isStored =
            isWhole || await IsStoredAsync(prediction, cancellationToken) || await orphans.TryReturnAsync(prediction, cancellationToken);
        if (isStored && !await work.RunStepAsync((SpoolDrain step) => step.SettleAsync(prediction.Id)))
        {
            // The prediction was deleted meanwhile. Deletion removes the row first, so it may have missed the photo just written.
            await store.DeleteAsync(address, CancellationToken.None);
            await spool.RemoveAsync(name, CancellationToken.None);
            return Outcome.Deleted;
        }

        if (photo is not null && !isWhole)
        {
            await spool.SetAsideAsync(
                name,
                $"The file is damaged: its SHA-256 is not {prediction.Photo.StoredSha256}, as expected for prediction {prediction.Id}.",
                cancellationToken
            );
            logger.LogError("Photo {Name} in the spool is damaged and was set aside", name);
            return isStored ? Outcome.Stored : Outcome.Damaged;
        }

        if (!isStored)
            return Outcome.Gone;
        await spool.RemoveAsync(name, cancellationToken);
        if (prediction.ImageState == ImageState.Missing)
            logger.LogInformation("Photo {Object} was missing and is in the object store again", address);
        return Outcome.Stored;
    }

    private async Task<bool> IsStoredAsync(Prediction prediction, CancellationToken cancellationToken) =>
        await store.FindAsync(PhotoStorage.AddressOf(prediction), cancellationToken) is { } found
        && found.Size == prediction.Photo.StoredBytes;

    /// <returns>False if the prediction no longer exists.</returns>
    private async Task<bool> SettleAsync(Guid predictionId)
    {
        if (await predictions.FirstOrDefaultAsync(new PredictionToChange(predictionId), CancellationToken.None) is not { } prediction)
            return false;
        if (prediction.ImageState != ImageState.Stored)
            prediction.MarkImageStored();
        return true;
    }

    /// <summary>Removes photos from the spool that need no storing any more, and sets aside files that no prediction names.</summary>
    /// <returns>The number of files set aside because they are not our photos.</returns>
    private async Task<int> TidyAsync(CancellationToken cancellationToken)
    {
        var setAside = 0;
        await foreach (var batch in spool.ListAsync(cancellationToken).Chunk(Batch).WithCancellation(cancellationToken))
        {
            foreach (var foreign in batch.Where(photo => photo.PredictionId is null))
            {
                await spool.SetAsideAsync(
                    foreign.Name,
                    "The file name is not <prediction id><extension>, so GourmetGram did not write this file.",
                    cancellationToken
                );
                logger.LogError("{Name} does not belong in the spool and was set aside", foreign.Name);
                setAside++;
            }

            var ids = batch.Select(photo => photo.PredictionId).OfType<Guid>().ToHashSet();
            var known = (await predictions.ListAsync(new PredictionsWithIds(ids), cancellationToken)).ToDictionary(prediction =>
                prediction.Id
            );
            var deleted = (await tombstones.ListAsync(new TombstonesWithIds(ids), cancellationToken))
                .Select(tombstone => tombstone.Id)
                .ToHashSet();
            var before = time.GetUtcNow() - SafeAge;
            foreach (var photo in batch.Where(photo => photo.PredictionId is not null))
            {
                var id = photo.PredictionId!.Value;
                if (known.TryGetValue(id, out var prediction) ? prediction.ImageState == ImageState.Stored : deleted.Contains(id))
                    await spool.RemoveAsync(photo.Name, cancellationToken);
                else if (prediction is null && photo.AddedAt < before)
                    await TrySetAsideAsync(photo.Name, cancellationToken);
            }
        }

        return setAside;
    }

    /// <summary>
    /// Sets aside a photo without a prediction. A crash between writing the photo and its row leaves one, and so does an older copy of the
    /// database.
    /// </summary>
    private async Task TrySetAsideAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            if (await spool.OpenReadAsync(name, cancellationToken) is not { } content)
                return;
            await orphans.SetAsideAsync(name, await content.ReadToEndAsync(cancellationToken), cancellationToken);
            await spool.RemoveAsync(name, cancellationToken);
        }
        catch (StoreUnavailableException e)
        {
            logger.LogWarning("Photo {Name} in the spool has no prediction; a later run sets it aside: {Reason}", name, e.Message);
        }
    }

    private enum Outcome
    {
        /// <summary>The photo is in the object store.</summary>
        Stored,

        /// <summary>The photo is neither in the spool nor in the object store.</summary>
        Gone,

        /// <summary>The bytes in the spool differ from those that were stored, and the photo is not in the object store.</summary>
        Damaged,

        /// <summary>The prediction was deleted meanwhile.</summary>
        Deleted,
    }
}
