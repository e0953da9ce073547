using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Application.Monitoring;

/// <summary>
/// Checks the object store. The circuit breaker of this node sees failures of photos first, but another node's may see none, so a fault is
/// confirmed with the store itself.
/// </summary>
internal sealed class ObjectStoreProbe(IObjectStore store, IStoreCircuit circuit, TimeProvider time) : IOperationProbe
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public string Rule => RuleNames.ObjectStore;

    public async Task<ProbeResult?> CheckAsync(bool isFailing, CancellationToken cancellationToken)
    {
        if (!isFailing && circuit.State == StoreCircuitState.Closed)
            return new ProbeResult(IsFailing: false, "The object store works");
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await store.FindFaultAsync(either.Token) is { } fault
                ? new ProbeResult(IsFailing: true, fault)
                : new ProbeResult(IsFailing: false, "The object store works");
        }
        catch (StoreUnavailableException e)
        {
            return new ProbeResult(IsFailing: true, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProbeResult(IsFailing: true, $"The object store did not answer within {Deadline.TotalSeconds:0} s.");
        }
    }
}
