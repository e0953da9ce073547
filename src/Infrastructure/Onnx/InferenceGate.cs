using System.Threading.RateLimiting;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>A bounded number of turns and a bounded queue before them, first come first served.</summary>
internal sealed class InferenceGate : IInferenceGate, IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly ConcurrencyLimiter limiter;
    private readonly TimeSpan longestWait;
    private readonly TimeProvider time;

    public InferenceGate(LimitsOptions limits, TimeProvider time)
    {
        limiter = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = limits.Concurrency == 0 ? Environment.ProcessorCount : limits.Concurrency,
            QueueLimit = limits.QueueLength,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        longestWait = TimeSpan.FromMilliseconds(limits.QueueMilliseconds);
        this.time = time;
    }

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // The usual case needs no timer. It passes nobody: with others waiting, the limiter has no turn to give.
        var turn = limiter.AttemptAcquire();
        return turn.IsAcquired ? turn : await WaitAsync(cancellationToken);
    }

    public void Dispose() => limiter.Dispose();

    private async Task<IDisposable> WaitAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(longestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var turn = await limiter.AcquireAsync(permitCount: 1, either.Token);
            return turn.IsAcquired ? turn : throw new ServerBusyException("Too many photos are waiting already: try again in a moment.", RetryAfter);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServerBusyException($"The photo waited {longestWait.TotalSeconds:0.###} s without a turn: try again in a moment.", RetryAfter);
        }
    }
}
