using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Classification;

/// <summary>
/// Stores the photo of a new prediction safely: in the object store, or in the spool while the store is slow, unavailable or refusing.
/// </summary>
internal sealed class PhotoStorage(
    IObjectStore store,
    IStoreCircuit circuit,
    IPhotoSpool spool,
    IOptions<LimitsOptions> limits,
    SpoolMetrics metrics,
    Outages outages,
    ILogger<PhotoStorage> logger
)
{
    /// <summary>Writes the photo and sets the prediction's image state. The caller commits the prediction afterwards.</summary>
    /// <exception cref="StoreUnavailableException">Neither the store nor the spool accepts the photo.</exception>
    public async Task KeepAsync(Prediction prediction, byte[] photo, CancellationToken cancellationToken)
    {
        var address = AddressOf(prediction);
        try
        {
            await circuit.AttemptAsync(
                token => store.PutAsync(address, photo, prediction.Photo.MediaType, token),
                TimeSpan.FromSeconds(limits.Value.StoreSeconds),
                cancellationToken
            );
            prediction.MarkImageStored();
        }
        // A full store needs the operator; using the spool would only fill that up too.
        catch (StoreUnavailableException e) when (e is not StorageFullException)
        {
            await spool.AddAsync(prediction, photo, cancellationToken);
            metrics.Spooled();
            logger.Log(LevelOf(e), "Photo {Object} was written to the spool: {Reason}", address, e.Message);
        }
    }

    /// <summary>Removes the photo of a prediction that was not committed.</summary>
    public async Task ForgetAsync(Prediction prediction)
    {
        var address = AddressOf(prediction);
        if (prediction.ImageState == ImageState.Stored)
        {
            await store.DeleteAsync(address, CancellationToken.None);
            return;
        }

        await spool.RemoveAsync(PhotoName.Of(prediction), CancellationToken.None);
        try
        {
            // The failed attempt may still have reached the store.
            await circuit.AttemptAsync(
                token => store.DeleteAsync(address, token),
                TimeSpan.FromSeconds(limits.Value.StoreSeconds),
                CancellationToken.None
            );
        }
        catch (StoreUnavailableException e)
        {
            logger.Log(LevelOf(e), "If {Object} was stored, it is removed after the next start: {Reason}", address, e.Message);
        }
    }

    private LogLevel LevelOf(Exception e) => outages.Explains(e) ? LogLevel.Debug : LogLevel.Warning;

    /// <summary>Opens the photo where it is stored now.</summary>
    /// <returns>The photo, positioned at its start. Reading throws if the bytes differ from those that were stored.</returns>
    /// <exception cref="NotFoundException">The photo is stored nowhere.</exception>
    /// <exception cref="StoreUnavailableException">The store does not respond, or returns something else.</exception>
    public async Task<Stream> OpenReadAsync(Prediction prediction, CancellationToken cancellationToken)
    {
        // A photo that was in the spool when the row was read may have been moved to the store since.
        var waiting =
            prediction.ImageState == ImageState.Stored ? null : await spool.OpenReadAsync(PhotoName.Of(prediction), cancellationToken);
        return await VerifiedPhoto.OfAsync(waiting ?? await store.OpenReadAsync(AddressOf(prediction), cancellationToken), prediction);
    }

    /// <summary>Returns where the photo of a prediction belongs.</summary>
    public static ObjectAddress AddressOf(Prediction prediction) => new(Classify.Bucket, prediction.ObjectKey);
}
