using System.Security.Cryptography;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Moves photos from the spool to the object store: put, row, then out of the spool. Whatever it is interrupted between, the next run finds the same photo again and does the same.
/// </summary>
internal sealed class SpoolDrain(
    IObjectStore store,
    IStoreCircuit circuit,
    IPhotoSpool spool,
    IRepository<Prediction> predictions,
    SpoolMetrics metrics,
    TimeProvider time,
    ILogger<SpoolDrain> logger
)
{
    private const int Batch = 100;

    /// <summary>Nobody waits for this one.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    /// <summary>Longer than any request takes from spooling its photo to committing the row.</summary>
    private static readonly TimeSpan SafeAge = TimeSpan.FromHours(1);

    /// <param name="Stored">Photos that reached the store.</param>
    /// <param name="Lost">Photos that are nowhere.</param>
    /// <param name="SetAside">What could not be used.</param>
    public sealed record Result(int Stored, int Lost, int SetAside);

    /// <exception cref="StoreUnavailableException">Some photos could not be stored yet.</exception>
    public async Task<Result> RunAsync(IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        int? total = null;
        var (stored, lost, setAside) = (0, 0, 0);
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
                    switch (await StoreAsync(prediction, cancellationToken))
                    {
                        case Outcome.Stored:
                            stored++;
                            break;
                        case Outcome.Lost:
                            lost++;
                            break;
                        case Outcome.Damaged:
                            (lost, setAside) = (lost + 1, setAside + 1);
                            break;
                    }
                }
                catch (ObjectTooLargeException e)
                {
                    // It waits for an operator who raises the store's limit; those behind it do not.
                    failure = new StoreUnavailableException(e.Message, e);
                }
                catch (StoreUnavailableException e)
                {
                    // It may be this one photo: only a store that failed several is left alone.
                    failure = e;
                    isAway = circuit.State == StoreCircuitState.Open;
                    if (isAway)
                        break;
                }
            }

            progress?.Report(new JobProgress(stored + lost, total));
            after = waiting[^1].Id;
        }

        setAside += await TidyAsync(cancellationToken);
        var state = await spool.MeasureAsync(cancellationToken);
        metrics.Measured(state);
        return failure is null
            ? new Result(stored, lost, setAside)
            : throw new StoreUnavailableException($"{state.Photos} photos wait in the spool: {failure.Message}", failure);
    }

    private async Task<Outcome> StoreAsync(Prediction prediction, CancellationToken cancellationToken)
    {
        var (name, address) = (PhotoName.Of(prediction), PhotoKeeper.AddressOf(prediction));
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
        // An earlier attempt that we were told had failed may have reached the store.
        var isStored =
            isWhole || await store.FindAsync(address, cancellationToken) is { } found && found.Size == prediction.Photo.StoredBytes;
        if (!await SettleAsync(prediction.Id, isStored))
        {
            // Erased meanwhile: whoever erases removes the row first, so it must not have seen what was put now.
            await store.DeleteAsync(address, CancellationToken.None);
            await spool.RemoveAsync(name, CancellationToken.None);
            return Outcome.Gone;
        }

        if (photo is not null && !isWhole)
            await spool.SetAsideAsync(
                name,
                $"The bytes are not those that were kept of prediction {prediction.Id}: SHA-256 {prediction.Photo.StoredSha256} was expected.",
                cancellationToken
            );
        else
            await spool.RemoveAsync(name, cancellationToken);
        if (isStored)
            return Outcome.Stored;
        metrics.Lost();
        logger.LogError(
            "The photo of prediction {PredictionId} is lost: {Reason}",
            prediction.Id,
            photo is null ? "it is neither in the spool nor in the object store" : "its bytes in the spool are damaged; they were set aside"
        );
        return photo is null ? Outcome.Lost : Outcome.Damaged;
    }

    /// <returns>False when there is no such prediction any more.</returns>
    private Task<bool> SettleAsync(Guid predictionId, bool isStored) =>
        ConcurrentChangeException.RetryAsync(async () =>
        {
            if (await predictions.FirstOrDefaultAsync(new PredictionToChange(predictionId), CancellationToken.None) is not { } prediction)
                return false;
            if (prediction.ImageState != ImageState.Pending)
                return true;
            if (isStored)
                prediction.MarkImageStored();
            else
                prediction.MarkImageLost();
            await predictions.SaveChangesAsync(CancellationToken.None);
            return true;
        });

    /// <summary>Removes from the spool what needs no storing any more, and sets aside what is not ours.</summary>
    /// <returns>How many things were set aside.</returns>
    private async Task<int> TidyAsync(CancellationToken cancellationToken)
    {
        var setAside = 0;
        await foreach (var batch in spool.ListAsync(cancellationToken).Chunk(Batch).WithCancellation(cancellationToken))
        {
            foreach (var foreign in batch.Where(photo => photo.PredictionId is null))
            {
                await spool.SetAsideAsync(
                    foreign.Name,
                    "This is not the name of a photo that waits for the object store, <prediction id><extension>: somebody else put it here.",
                    cancellationToken
                );
                logger.LogError("{Name} does not belong into the spool and was set aside", foreign.Name);
                setAside++;
            }

            var ids = batch.Select(photo => photo.PredictionId).OfType<Guid>().ToHashSet();
            var known = (await predictions.ListAsync(new PredictionsWithIds(ids), cancellationToken)).ToDictionary(prediction =>
                prediction.Id
            );
            var before = time.GetUtcNow() - SafeAge;
            foreach (var photo in batch.Where(photo => photo.PredictionId is not null))
            {
                var isNeeded = known.TryGetValue(photo.PredictionId!.Value, out var prediction)
                    ? prediction.ImageState == ImageState.Pending
                    : photo.AddedAt >= before;
                if (!isNeeded)
                    await spool.RemoveAsync(photo.Name, cancellationToken);
            }
        }

        return setAside;
    }

    private enum Outcome
    {
        Stored,
        Lost,
        Damaged,
        Gone,
    }
}
