using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>Turns for the processors, and the memory that decoding takes while a turn lasts: one queue, one bounded wait for both.</summary>
internal sealed class InferenceGate(LimitsOptions limits, TimeProvider time) : IInferenceGate
{
    private readonly Admission queue = new(
        limits.Concurrency == 0 ? Environment.ProcessorCount : limits.Concurrency,
        limits.DecodeBytes,
        limits.QueueLength,
        TimeSpan.FromMilliseconds(limits.QueueMilliseconds),
        time
    );

    public bool IsFull => queue.IsFull;

    public Task<IDisposable> EnterAsync(long decodeBytes, CancellationToken cancellationToken) =>
        queue.EnterAsync(decodeBytes, cancellationToken);
}
