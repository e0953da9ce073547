using FluentValidation;
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
            return await (await store.OpenReadAsync(AddressOf(predictionId, size), cancellationToken)).ReadToEndAsync(cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Makes and keeps a thumbnail, unless another request did so meanwhile. While the photo waits for the object store nothing is kept either: it would have to wait too.
    /// </summary>
    /// <exception cref="UnusablePhotoException">The photo cannot be decoded.</exception>
    /// <exception cref="ServerBusyException">No turn came in time.</exception>
    public async Task<byte[]> MakeAsync(Prediction prediction, int size, PhotoKeeper keeper, CancellationToken cancellationToken)
    {
        await making.WaitAsync(cancellationToken);
        try
        {
            var isKept = prediction.ImageState != ImageState.Pending;
            if (isKept && await FindAsync(prediction.Id, size, cancellationToken) is { } made)
                return made;
            var photo = await (await keeper.OpenReadAsync(prediction, cancellationToken)).ReadToEndAsync(cancellationToken);
            byte[] thumbnail;
            using (await gate.EnterAsync(photos.ReadHeader(photo).DecodeBytes, cancellationToken))
                thumbnail = photos.Thumbnail(photo, size);
            if (isKept)
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
}

internal static class ThumbnailSize
{
    /// <summary>Null, or a size that thumbnails are made in.</summary>
    /// <param name="rule">For the size.</param>
    /// <param name="name">What callers know it by.</param>
    public static void IsThumbnailSize<T>(this IRuleBuilderInitial<T, int?> rule, string name) =>
        rule.Must(size => size is null || Thumbnails.Sizes.Contains(size.Value))
            .OverridePropertyName(name)
            .WithMessage($"'{name}' is one of {string.Join(", ", Thumbnails.Sizes)}; leave it out for the photo itself.");
}
