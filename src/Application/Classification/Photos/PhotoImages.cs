using System.Security.Cryptography;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <param name="Content">The bytes, seekable; the receiver disposes it.</param>
/// <param name="MediaType">Told from the content when it was uploaded; JPEG for a thumbnail.</param>
/// <param name="Sha256">Of the bytes, lower-case hex: an entity tag that never changes.</param>
public sealed record PhotoImage(Stream Content, string MediaType, string Sha256);

/// <summary>Opens the photo of a prediction, wherever it is now, as it is kept or as a thumbnail.</summary>
internal sealed class PhotoImages(IRepository<Prediction> predictions, PhotoKeeper photos, Thumbnails thumbnails)
{
    /// <exception cref="NotFoundException">The photo is nowhere, or the prediction was erased meanwhile.</exception>
    /// <exception cref="ServerBusyException">A thumbnail has to be made first, and no turn came in time.</exception>
    public async Task<PhotoImage> OpenAsync(Prediction prediction, int? size, CancellationToken cancellationToken)
    {
        if (size is not { } side)
            return new PhotoImage(
                await photos.OpenReadAsync(prediction, cancellationToken),
                prediction.Photo.MediaType,
                prediction.Photo.StoredSha256
            );
        // While the photo waits for the object store, there is no use in asking it.
        var made = prediction.ImageState == ImageState.Pending ? null : await thumbnails.FindAsync(prediction.Id, side, cancellationToken);
        var thumbnail = made ?? await MakeAsync(prediction, side, cancellationToken);
        return new PhotoImage(
            new MemoryStream(thumbnail, writable: false),
            Thumbnails.MediaType,
            Convert.ToHexStringLower(SHA256.HashData(thumbnail))
        );
    }

    private async Task<byte[]> MakeAsync(Prediction prediction, int size, CancellationToken cancellationToken)
    {
        var thumbnail = await thumbnails.MakeAsync(prediction, size, photos, cancellationToken);
        try
        {
            // Erased meanwhile, perhaps after the eraser had looked for thumbnails. Whoever erases removes the row first, so asking now misses no erasure.
            await predictions.FindAsync(prediction.Id, CancellationToken.None);
        }
        catch (NotFoundException)
        {
            await thumbnails.RemoveAsync(prediction.Id, size);
            throw;
        }

        return thumbnail;
    }
}
