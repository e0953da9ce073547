using System.Security.Cryptography;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <param name="Content">The bytes, seekable. The receiver disposes the stream.</param>
/// <param name="MediaType">Detected from the content at upload; JPEG for a thumbnail.</param>
/// <param name="Sha256">SHA-256 of the bytes, lower-case hex. Serves as an entity tag, because the bytes never change.</param>
public sealed record PhotoImage(Stream Content, string MediaType, string Sha256);

/// <summary>Opens the photo of a prediction, wherever it is stored now, as the photo itself or as a thumbnail.</summary>
internal sealed class PhotoImages(IRepository<Prediction> predictions, PhotoStorage photos, Thumbnails thumbnails)
{
    /// <exception cref="NotFoundException">The photo is stored nowhere, or the prediction was deleted meanwhile.</exception>
    /// <exception cref="ServerBusyException">A thumbnail must be created first, and no slot became free in time.</exception>
    public async Task<PhotoImage> OpenAsync(Prediction prediction, int? size, CancellationToken cancellationToken)
    {
        if (size is not { } side)
            return new PhotoImage(
                await photos.OpenReadAsync(prediction, cancellationToken),
                prediction.Photo.MediaType,
                prediction.Photo.StoredSha256
            );
        // A photo that still waits for the object store has no thumbnail there.
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
            // The prediction may have been deleted meanwhile, even after the deletion looked for thumbnails. Deletion removes the row
            // first, so this check misses no deletion.
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
