using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GourmetGram.Application.Classification;

/// <summary>Makes the photo of a new prediction safe: in the object store, or in the spool while the store is slow, down, hanging or refusing.</summary>
internal sealed class PhotoKeeper(
    IObjectStore store,
    IStoreCircuit circuit,
    IPhotoSpool spool,
    IOptions<LimitsOptions> limits,
    SpoolMetrics metrics,
    ILogger<PhotoKeeper> logger
)
{
    /// <summary>Writes the photo and marks the prediction accordingly; commit the prediction afterwards.</summary>
    /// <exception cref="StoreUnavailableException">Neither store nor spool takes it.</exception>
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
        // A full store is for the operator: the spool would only fill up too.
        catch (StoreUnavailableException e) when (e is not StorageFullException)
        {
            await spool.AddAsync(prediction, photo, cancellationToken);
            metrics.Spooled();
            logger.LogWarning("Photo {Object} waits in the spool: {Reason}", address, e.Message);
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
            // The attempt that failed may have reached the store all the same.
            await circuit.AttemptAsync(
                token => store.DeleteAsync(address, token),
                TimeSpan.FromSeconds(limits.Value.StoreSeconds),
                CancellationToken.None
            );
        }
        catch (StoreUnavailableException e)
        {
            logger.LogWarning("If {Object} is in the object store, it is removed after a start: {Reason}", address, e.Message);
        }
    }

    /// <summary>Opens the photo where it is now.</summary>
    /// <exception cref="NotFoundException">It is nowhere.</exception>
    public async Task<Stream> OpenReadAsync(Prediction prediction, CancellationToken cancellationToken) =>
        prediction.ImageState == ImageState.Pending && await spool.OpenReadAsync(PhotoName.Of(prediction), cancellationToken) is { } waiting
            ? waiting
            // It may have been stored since the row was read.
            : await store.OpenReadAsync(AddressOf(prediction), cancellationToken);

    /// <summary>Where the photo of a prediction belongs.</summary>
    public static ObjectAddress AddressOf(Prediction prediction) => new(Classify.Bucket, prediction.ObjectKey);
}
