using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>Creates each thumbnail on first request and stores it as <c>{size}/{id}.jpg</c> in bucket <c>thumbnails</c>.</summary>
internal sealed class Thumbnails(IPhotoReader photos, IInferenceGate gate, IThumbnailGate memory, IObjectStore store) : IDisposable
{
    public const string Bucket = "thumbnails";

    public const string MediaType = "image/jpeg";

    /// <summary>Longer side in pixels: in a list, in a grid, on a page of its own.</summary>
    public static readonly IReadOnlyList<int> Sizes = [160, 480, 1280];

    private static ReadOnlySpan<byte> JpegStart => [0xFF, 0xD8];

    private static ReadOnlySpan<byte> JpegEnd => [0xFF, 0xD9];

    private readonly KeyedLock<(Guid PredictionId, int Size)> making = new();

    // A page requests dozens of thumbnails at the same time. They are decoded one after another, so that they use one slot of the gate at a
    // time and do not fill the queue of photos to classify. The lock is not held while reading from the object store, because one photo
    // that does not arrive must not stop all others.
    private readonly SemaphoreSlim decoding = new(1, 1);

    public static ObjectAddress AddressOf(Guid predictionId, int size) => new(Bucket, $"{size}/{predictionId}.jpg");

    /// <summary>Returns the bytes of a stored thumbnail; null if there is none or it is incomplete.</summary>
    public async Task<byte[]?> FindAsync(Guid predictionId, int size, CancellationToken cancellationToken)
    {
        try
        {
            var made = await (await store.OpenReadAsync(AddressOf(predictionId, size), cancellationToken)).ReadToEndAsync(
                cancellationToken
            );
            return made.AsSpan().StartsWith(JpegStart) && made.AsSpan().EndsWith(JpegEnd) ? made : null;
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Creates and stores a thumbnail, unless another request has done so meanwhile. While the photo waits for the object store, the
    /// thumbnail is not stored: it would have to wait too.
    /// </summary>
    /// <exception cref="UnusablePhotoException">The photo cannot be decoded.</exception>
    /// <exception cref="ServerBusyException">No slot or no memory became free in time.</exception>
    public async Task<byte[]> MakeAsync(Prediction prediction, int size, PhotoStorage storage, CancellationToken cancellationToken)
    {
        using var turn = await making.EnterAsync((prediction.Id, size), cancellationToken);
        var isKept = prediction.ImageState == ImageState.Stored;
        if (isKept && await FindAsync(prediction.Id, size, cancellationToken) is { } made)
            return made;
        byte[] thumbnail;
        using (await memory.EnterAsync(prediction.Photo.StoredBytes, cancellationToken))
        {
            var photo = await (await storage.OpenReadAsync(prediction, cancellationToken)).ReadToEndAsync(cancellationToken);
            thumbnail = await DecodeAsync(photo, size, cancellationToken);
        }

        if (isKept)
            await KeepAsync(prediction, size, thumbnail, cancellationToken);
        return thumbnail;
    }

    private async Task KeepAsync(Prediction prediction, int size, byte[] thumbnail, CancellationToken cancellationToken)
    {
        try
        {
            await store.PutAsync(AddressOf(prediction.Id, size), thumbnail, MediaType, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            // The thumbnail can still be shown, and is created again on the next request.
        }
    }

    public Task RemoveAsync(Guid predictionId, int size) => store.DeleteAsync(AddressOf(predictionId, size), CancellationToken.None);

    public void Dispose() => decoding.Dispose();

    private async Task<byte[]> DecodeAsync(byte[] photo, int size, CancellationToken cancellationToken)
    {
        await decoding.WaitAsync(cancellationToken);
        try
        {
            using (await gate.EnterAsync(photos.ReadHeader(photo), cancellationToken))
                return photos.Thumbnail(photo, size);
        }
        finally
        {
            decoding.Release();
        }
    }
}

internal static class ThumbnailSize
{
    /// <summary>Accepts null or one of the thumbnail sizes.</summary>
    /// <param name="rule">The rule for the size.</param>
    /// <param name="name">The name of the value in requests.</param>
    public static void IsThumbnailSize<T>(this IRuleBuilderInitial<T, int?> rule, string name) =>
        rule.Must(size => size is null || Thumbnails.Sizes.Contains(size.Value))
            .OverridePropertyName(name)
            .WithMessage($"'{name}' must be one of {string.Join(", ", Thumbnails.Sizes)}. Leave it out for the full photo.");
}
