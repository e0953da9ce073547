using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Operations;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: database writable, model loaded, store reachable; the body names what is degraded.</summary>
internal static class Health
{
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database").AddCheck<ModelCheck>("model").AddCheck<StoreCheck>("store");
        return services;
    }

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        // Each probe asks anew: nothing is cached, a balancer sees a change at once.
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync });
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new
            {
                status = report.Status.ToString(),
                checks = report.Entries.ToDictionary(
                    entry => entry.Key,
                    entry => new { status = entry.Value.Status.ToString(), detail = entry.Value.Description },
                    StringComparer.Ordinal
                ),
            }
        );

    private static HealthCheckResult Result(string? fault) =>
        fault is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(fault);

    private sealed class DatabaseCheck(DatabaseHealth database) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Result(await database.FindFaultAsync(cancellationToken));
    }

    private sealed class ModelCheck(IClassifier classifier) : IHealthCheck
    {
        /// <summary>A server without a usable model does not start; this names the one that is loaded.</summary>
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(HealthCheckResult.Healthy($"{classifier.Model.Name} {classifier.Model.Version} {classifier.Model.Variant}"));
    }

    /// <summary>Without the object store, photos wait in the spool; only when that is full too, uploads have to be refused.</summary>
    private sealed class StoreCheck(
        IObjectStore store,
        IStoreCircuit circuit,
        IPhotoSpool spool,
        IOptions<LimitsOptions> limits,
        TimeProvider time
    ) : IHealthCheck
    {
        /// <summary>Shorter than what balancers wait for an answer.</summary>
        private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var fault = await FindFaultAsync(cancellationToken);
            var state = await spool.MeasureAsync(cancellationToken);
            var waiting = state.OldestAt is { } oldest
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{state.Photos} photos ({state.Bytes >> 20} MiB) wait in the spool, the oldest for {(time.GetUtcNow() - oldest).TotalSeconds:0} s."
                )
                : "";
            var setAside = state.SetAside > 0 ? $"{state.SetAside} files of the spool could not be used and were set aside." : "";
            var detail = string.Join(
                ' ',
                new[]
                {
                    fault,
                    waiting,
                    setAside,
                    circuit.State == StoreCircuitState.Closed ? "" : $"The circuit is {circuit.State}.",
                }.Where(part => part is { Length: > 0 })
            );
            // Files stand beside the spool: what ails one ails the other.
            if (fault is not null && store.IsExclusive)
                return HealthCheckResult.Unhealthy(detail);
            if (fault is not null && state.Bytes >= limits.Value.SpoolBytes)
                return HealthCheckResult.Unhealthy($"{detail} The spool is full.");
            return detail.Length == 0 ? HealthCheckResult.Healthy()
                : fault is null && setAside.Length == 0 ? HealthCheckResult.Healthy(detail)
                : HealthCheckResult.Degraded(detail);
        }

        private async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(Deadline);
            try
            {
                return await store.FindFaultAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return $"The object store did not answer within {Deadline.TotalSeconds:0} s.";
            }
        }
    }
}
