using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Limits how many photos are decoded and classified at the same time, and the memory that decoding takes. Both limits share one queue with
/// one bounded wait.
/// </summary>
internal sealed class InferenceGate(LimitsOptions limits, TimeProvider time) : IInferenceGate
{
    private readonly Admission queue = new(
        limits.Concurrency == 0 ? Environment.ProcessorCount : limits.Concurrency,
        limits.DecodeBytes,
        limits.QueueLength,
        TimeSpan.FromMilliseconds(limits.QueueMilliseconds),
        time
    );

    public void ThrowIfFull(int requests) => queue.ThrowIfFull(requests);

    public Task<IDisposable> EnterAsync(PhotoHeader photo, CancellationToken cancellationToken) =>
        queue.EnterAsync(photo.DecodeBytes, photo.Megapixels, cancellationToken);
}
