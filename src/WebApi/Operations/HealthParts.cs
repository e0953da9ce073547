using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using MediatR;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Operations;

/// <summary>Checks that rows can be read and written.</summary>
internal sealed class DatabasePart(DatabaseHealth database) : IHealthPart
{
    public string Name => "database";

    public async Task<HealthCheckResult> CheckAsync(CancellationToken cancellationToken) =>
        await database.FindFaultAsync(cancellationToken) is { } fault ? HealthCheckResult.Unhealthy(fault) : HealthCheckResult.Healthy();
}

/// <summary>Reports which model is loaded. The status is always healthy, because a server without a model does not start.</summary>
internal sealed class ModelPart(IClassifier classifier) : IHealthPart
{
    public string Name => "model";

    public Task<HealthCheckResult> CheckAsync(CancellationToken cancellationToken) =>
        Task.FromResult(HealthCheckResult.Healthy($"{classifier.Model.Name} {classifier.Model.Version} {classifier.Model.Variant}"));
}

/// <summary>
/// Checks that every photo is in the object store with its tags. Each run of store-images looks again for the photos that are not.
/// </summary>
internal sealed class PhotosPart(IServiceScopeFactory scopes) : IHealthPart
{
    public string Name => "photos";

    public async Task<HealthCheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var faults = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new CountPhotoFaults.Query(), cancellationToken);
        var words = new List<string>();
        if (faults.Missing > 0)
            words.Add($"Photos missing from the object store: {faults.Missing}.");
        if (faults.TagsRefused > 0)
            words.Add($"Photos whose tags the object store refuses: {faults.TagsRefused}.");
        return words.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join(' ', words));
    }
}

/// <summary>
/// Checks that photos can be stored. Without the object store, photos wait in the spool. Uploads are refused only when the spool is also
/// full.
/// </summary>
internal sealed class StorePart(
    IObjectStore store,
    IStoreCircuit circuit,
    IServiceScopeFactory scopes,
    IOptions<LimitsOptions> limits,
    TimeProvider time
) : IHealthPart
{
    /// <summary>
    /// Deadline for the store, shorter than the deadline of the whole part, so that a store that hangs gets its own message.
    /// </summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(4);

    public string Name => "store";

    public async Task<HealthCheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        var fault = await FindFaultAsync(cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var state = await scope.ServiceProvider.GetRequiredService<IPhotoSpool>().MeasureAsync(cancellationToken);
        var waiting = state.OldestAt is { } oldest
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{state.Photos} photos ({state.Bytes >> 20} MiB) wait in the spool, the oldest for "
                    + $"{(time.GetUtcNow() - oldest).TotalSeconds:0} s."
            )
            : "";
        var setAside = state.SetAside > 0 ? $"{state.SetAside} unusable files of the spool were set aside." : "";
        var thought = circuit.State == StoreCircuitState.Closed ? "" : $"The circuit breaker is {circuit.State}.";
        var detail = string.Join(' ', new[] { fault, waiting, setAside, thought }.Where(words => words is { Length: > 0 }));
        // A file system store is on the same disk as the spool, so a fault of one affects the other.
        if (fault is not null && store.IsExclusive)
            return HealthCheckResult.Unhealthy(detail);
        if (fault is not null && state.Bytes >= limits.Value.SpoolBytes)
            return HealthCheckResult.Unhealthy($"{detail} The spool is full.");
        if (fault is not null || setAside.Length > 0)
            return HealthCheckResult.Degraded(detail);
        return HealthCheckResult.Healthy(detail.Length == 0 ? null : detail);
    }

    private async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await store.FindFaultAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"The object store did not answer within {Deadline.TotalSeconds:0} s.";
        }
    }
}
