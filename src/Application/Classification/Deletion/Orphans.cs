using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Logging;

namespace GourmetGram.Application.Classification;

/// <summary>A photo that was set aside because no prediction names it.</summary>
/// <param name="Address">Its current address.</param>
/// <param name="PredictionId">Id of the prediction it was stored for.</param>
/// <param name="Bytes">Size in bytes.</param>
/// <param name="SetAsideAt">When it was set aside, UTC.</param>
public sealed record Orphan(ObjectAddress Address, Guid PredictionId, long Bytes, DateTimeOffset SetAsideAt)
{
    /// <summary>Days that a photo is stored after it was set aside.</summary>
    public const int DaysKept = 30;

    /// <summary>When the photo will be deleted, UTC, unless a prediction names it before then.</summary>
    public DateTimeOffset DeletedAt => SetAsideAt + TimeSpan.FromDays(DaysKept);
}

/// <summary>
/// Sets aside photos that no prediction names. A crash between writing the photo and its row leaves such a photo, and so does an older copy
/// of the database. The photos are moved to bucket <c>orphans</c> and deleted 30 days later. If a prediction names one again, because a
/// newer database was restored, the photo moves back. Keys are the same as in bucket <c>production</c>, or <c>spool/{id}{ext}</c> for
/// photos from the spool.
/// </summary>
internal sealed class Orphans(
    IObjectStore store,
    IRepository<Prediction> predictions,
    IRepository<Tombstone> tombstones,
    TimeProvider time,
    ILogger<Orphans> logger
)
{
    public const string Bucket = "orphans";

    private const string FromSpool = "spool/";
    private const int Batch = 100;

    /// <summary>Sets aside a photo of the object store. If this is interrupted, the photo is in both places, never in none.</summary>
    public async Task SetAsideAsync(ObjectAddress photo, CancellationToken cancellationToken)
    {
        await store.MoveAsync(photo, new ObjectAddress(Bucket, photo.Key), cancellationToken);
        logger.LogWarning("Photo {Object} has no prediction and was set aside; it will be deleted in {Days} days", photo, Orphan.DaysKept);
    }

    /// <summary>Sets aside a photo of the spool. The caller removes it from the spool afterwards.</summary>
    /// <param name="name">File name of the photo, see <see cref="PhotoName"/>.</param>
    /// <param name="photo">The photo's bytes.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    public async Task SetAsideAsync(string name, byte[] photo, CancellationToken cancellationToken)
    {
        await store.PutAsync(new ObjectAddress(Bucket, FromSpool + name), photo, "application/octet-stream", cancellationToken);
        logger.LogWarning(
            "Photo {Name} in the spool has no prediction and was set aside; it will be deleted in {Days} days",
            name,
            Orphan.DaysKept
        );
    }

    /// <summary>Lists all photos that are set aside.</summary>
    public IAsyncEnumerable<Orphan> ListAsync(CancellationToken cancellationToken) =>
        store
            .ListAsync(Bucket, prefix: "", cancellationToken)
            .Select(found => (Id: PhotoName.PredictionOf(found.Key), Found: found))
            .Where(orphan => orphan.Id is not null)
            .Select(orphan => new Orphan(
                new ObjectAddress(Bucket, orphan.Found.Key),
                orphan.Id!.Value,
                orphan.Found.Size,
                orphan.Found.WrittenAt
            ));

    /// <summary>Moves the photo of a prediction back if it is set aside.</summary>
    /// <returns>True if the photo was set aside and has been moved back.</returns>
    public async Task<bool> TryReturnAsync(Prediction prediction, CancellationToken cancellationToken)
    {
        foreach (var key in new[] { prediction.ObjectKey, FromSpool + PhotoName.Of(prediction) })
        {
            var address = new ObjectAddress(Bucket, key);
            if (await store.FindAsync(address, cancellationToken) is { } found && found.Size == prediction.Photo.StoredBytes)
            {
                await ReturnAsync(address, prediction, cancellationToken);
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Moves back photos that a prediction names. Deletes photos whose prediction was deleted or that were set aside 30 days ago.
    /// </summary>
    /// <returns>The number of photos moved back, and the number deleted.</returns>
    public async Task<(int Returned, int Deleted)> TidyAsync(CancellationToken cancellationToken)
    {
        var (returned, deleted) = (0, 0);
        var now = time.GetUtcNow();
        await foreach (var batch in ListAsync(cancellationToken).Chunk(Batch).WithCancellation(cancellationToken))
        {
            var ids = batch.Select(orphan => orphan.PredictionId).ToHashSet();
            var known = (await predictions.ListAsync(new PredictionsWithIds(ids), cancellationToken)).ToDictionary(prediction =>
                prediction.Id
            );
            var graves = (await tombstones.ListAsync(new TombstonesWithIds(ids), cancellationToken))
                .Select(tombstone => tombstone.Id)
                .ToHashSet();
            foreach (var orphan in batch)
            {
                if (known.TryGetValue(orphan.PredictionId, out var prediction))
                {
                    await ReturnAsync(orphan.Address, prediction, cancellationToken);
                    returned++;
                }
                else if (graves.Contains(orphan.PredictionId) || orphan.DeletedAt <= now)
                {
                    await DeleteAsync(orphan, cancellationToken);
                    deleted++;
                }
            }
        }

        return (returned, deleted);
    }

    /// <summary>Permanently deletes a photo that is set aside.</summary>
    public async Task DeleteAsync(Orphan orphan, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(orphan.Address, cancellationToken);
        logger.LogInformation("Deleted {Object}: it has no prediction, or its prediction was deleted", orphan.Address);
    }

    private async Task ReturnAsync(ObjectAddress orphan, Prediction prediction, CancellationToken cancellationToken)
    {
        var address = PhotoStorage.AddressOf(prediction);
        var isThere = await store.FindAsync(address, cancellationToken) is { } found && found.Size == prediction.Photo.StoredBytes;
        if (!isThere)
        {
            // Written anew instead of moved within the store: a photo from the spool has no media type yet, and the orphan's bytes are not
            // verified yet.
            await using var content = await VerifiedPhoto.OfAsync(await store.OpenReadAsync(orphan, cancellationToken), prediction);
            await store.PutAsync(address, await content.ReadToEndAsync(cancellationToken), prediction.Photo.MediaType, cancellationToken);
        }

        await store.DeleteAsync(orphan, cancellationToken);
        logger.LogInformation("Photo {Object} was restored for its prediction", address);
    }
}
