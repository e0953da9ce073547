using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>Makes each thumbnail when it is first asked for, and keeps it: <c>{size}/{id}.jpg</c> in bucket <c>thumbnails</c>.</summary>
internal sealed class Thumbnails(IPhotoReader photos, IInferenceGate gate, IObjectStore store) : IDisposable
{
    public const string Bucket = "thumbnails";

    public const string MediaType = "image/jpeg";

    /// <summary>Most pixels of the longer side: in a list, in a grid, on a page of its own.</summary>
    public static readonly IReadOnlyList<int> Sizes = [160, 480, 1280];

    // A page of thumbnails asks for dozens at once. Here they wait for each other, so that they take one turn at the gate at a time and do not fill the queue of photos to classify.
    private readonly SemaphoreSlim making = new(1, 1);

    public static ObjectAddress AddressOf(Guid predictionId, int size) => new(Bucket, $"{size}/{predictionId}.jpg");

    /// <summary>The thumbnail's bytes, if it was made before.</summary>
    public async Task<byte[]?> FindAsync(Guid predictionId, int size, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(AddressOf(predictionId, size), cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <summary>Makes and keeps a thumbnail, unless another request did so meanwhile.</summary>
    /// <exception cref="UnusablePhotoException">The photo cannot be decoded.</exception>
    /// <exception cref="ServerBusyException">No turn came in time.</exception>
    public async Task<byte[]> MakeAsync(Prediction prediction, int size, CancellationToken cancellationToken)
    {
        await making.WaitAsync(cancellationToken);
        try
        {
            if (await FindAsync(prediction.Id, size, cancellationToken) is { } made)
                return made;
            var photo = await ReadAsync(new ObjectAddress(Classify.Bucket, prediction.ObjectKey), cancellationToken);
            byte[] thumbnail;
            using (await gate.EnterAsync(photos.ReadHeader(photo).DecodeBytes, cancellationToken))
                thumbnail = photos.Thumbnail(photo, size);
            await store.PutAsync(AddressOf(prediction.Id, size), thumbnail, MediaType, cancellationToken);
            return thumbnail;
        }
        finally
        {
            making.Release();
        }
    }

    public Task RemoveAsync(Guid predictionId, int size) => store.DeleteAsync(AddressOf(predictionId, size), CancellationToken.None);

    public void Dispose() => making.Dispose();

    private async Task<byte[]> ReadAsync(ObjectAddress address, CancellationToken cancellationToken)
    {
        await using var content = await store.OpenReadAsync(address, cancellationToken);
        var bytes = new byte[content.Length];
        await content.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
