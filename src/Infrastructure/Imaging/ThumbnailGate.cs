using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>
/// Limits the memory for photos that are loaded from the object store to create thumbnails. There is room for dozens of photos of usual
/// size, so a few that are stuck leave room for the others.
/// </summary>
internal sealed class ThumbnailGate(LimitsOptions limits, TimeProvider time) : IThumbnailGate
{
    private const long Bytes = 128 << 20;
    private const int Photos = 256;

    private readonly Admission queue = new(Photos, Bytes, limits.QueueLength, TimeSpan.FromMilliseconds(limits.QueueMilliseconds), time);

    public Task<IDisposable> EnterAsync(long photoBytes, CancellationToken cancellationToken) =>
        queue.EnterAsync(photoBytes, megapixels: 0, cancellationToken);
}
