using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GourmetGram.WebApi.Operations;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: database writable, model loaded, store reachable; the body names what is degraded.</summary>
internal static class Health
{
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddHealthChecks()
            .AddCheck<DatabaseCheck>("database")
            .AddCheck<ModelCheck>("model")
            .AddCheck<StoreCheck>("store");
        return services;
    }

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        // Each probe asks anew: nothing is cached, a balancer sees a change at once.
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteAsync });
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString(),
        checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new { status = entry.Value.Status.ToString(), detail = entry.Value.Description },
            StringComparer.Ordinal),
    });

    private static HealthCheckResult Result(string? fault) => fault is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(fault);

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

    private sealed class StoreCheck(IObjectStore store) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Result(await store.FindFaultAsync(cancellationToken));
    }
}
