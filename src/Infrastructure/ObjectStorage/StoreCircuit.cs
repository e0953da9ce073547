using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace GourmetGram.Infrastructure.ObjectStorage;

/// <summary>
/// A circuit breaker for the object store. The circuit opens when at least half of two or more calls within 30 seconds fail. It stays open
/// for one second at first, and for twice as long after each failed attempt, up to 30 seconds. After the pause, the next call tests the
/// store for all others.
/// </summary>
internal sealed class StoreCircuit : IStoreCircuit
{
    private const int FirstPauseSeconds = 1;
    private const int LongestPauseSeconds = 30;

    private static readonly ResiliencePropertyKey<TimeSpan> Deadline = new("deadline");

    private readonly CircuitBreakerStateProvider state = new();
    private readonly ResiliencePipeline pipeline;
    private readonly Outages outages;

    public StoreCircuit(TimeProvider time, Outages outages)
    {
        this.outages = outages;
        pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(
                new CircuitBreakerStrategyOptions
                {
                    ShouldHandle = new PredicateBuilder()
                        .Handle<StoreUnavailableException>(e => e is not StorageFullException)
                        .Handle<TimeoutRejectedException>(),
                    FailureRatio = 0.5,
                    MinimumThroughput = 2,
                    SamplingDuration = TimeSpan.FromSeconds(30),
                    BreakDurationGenerator = arguments =>
                        ValueTask.FromResult(
                            TimeSpan.FromSeconds(
                                Math.Min(LongestPauseSeconds, FirstPauseSeconds * Math.Pow(2, Math.Min(arguments.HalfOpenAttempts, 10)))
                            )
                        ),
                    StateProvider = state,
                }
            )
            .AddTimeout(
                new TimeoutStrategyOptions
                {
                    TimeoutGenerator = arguments =>
                        ValueTask.FromResult(arguments.Context.Properties.GetValue(Deadline, System.Threading.Timeout.InfiniteTimeSpan)),
                }
            )
            .Build();
    }

    public StoreCircuitState State =>
        state.CircuitState switch
        {
            CircuitState.Closed => StoreCircuitState.Closed,
            CircuitState.HalfOpen => StoreCircuitState.HalfOpen,
            _ => StoreCircuitState.Open,
        };

    public async Task AttemptAsync(Func<CancellationToken, Task> attempt, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Deadline, deadline);
        try
        {
            await pipeline.ExecuteAsync(async running => await attempt(running.CancellationToken), context);
        }
        catch (BrokenCircuitException e)
        {
            throw Away("the object store has just failed; no request is sent to it for a moment.", e);
        }
        catch (TimeoutRejectedException e)
        {
            throw Away($"the object store did not respond within {deadline.TotalSeconds:0.#} s.", e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private StoreUnavailableException Away(string reason, Exception cause)
    {
        outages.Failed(Dependency.ObjectStore, reason);
        return new StoreUnavailableException(reason, cause);
    }
}
