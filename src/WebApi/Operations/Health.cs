using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace GourmetGram.WebApi.Operations;

/// <summary>Settings of <c>/health/ready</c>.</summary>
[SettingsSection("Health")]
public sealed class HealthOptions
{
    [Description("Seconds after which a request to `/health/ready` starts a new check in the background.")]
    [Range(1, 3600)]
    public int CheckSeconds { get; set; } = 10;
}

/// <summary>
/// Maps <c>/health/live</c>, which shows that the process answers, and <c>/health/ready</c>, which shows the result and age of the latest
/// check of the database, model and store.
/// </summary>
internal static class Health
{
    /// <param name="Status"><c>Healthy</c>.</param>
    internal sealed record Live(string Status);

    /// <param name="Status">
    /// The worst status of all checks: <c>Healthy</c>, <c>Degraded</c> (the server works, but an operator should act) or <c>Unhealthy</c>.
    /// </param>
    /// <param name="CheckedAt">Time of the latest check, UTC; null before the first check has ended.</param>
    /// <param name="AgeSeconds">Age of the latest check, in seconds; null before the first check has ended.</param>
    /// <param name="Checks">Results of the checks, by name.</param>
    internal sealed record Ready(string Status, DateTimeOffset? CheckedAt, double? AgeSeconds, IReadOnlyDictionary<string, Part> Checks);

    /// <param name="Status"><c>Healthy</c>, <c>Degraded</c> or <c>Unhealthy</c>.</param>
    /// <param name="Detail">Details of the result; null when there are none.</param>
    internal sealed record Part(string Status, string? Detail);

    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddSettings<HealthOptions>();
        services.AddSingleton<IHealthPart, DatabasePart>().AddSingleton<IHealthPart, ModelPart>().AddSingleton<IHealthPart, StorePart>();
        services.AddSingleton<IHealthPart, PhotosPart>();
        services.AddSingleton<HealthMonitor>();
        return services;
    }

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").ExcludeFromDescription();
        health.MapGet("/live", static () => TypedResults.Ok(new Live(nameof(HealthStatus.Healthy))));
        health.MapGet("/ready", ReadyAsync);
    }

    private static async Task<JsonHttpResult<Ready>> ReadyAsync(HealthMonitor monitor, CancellationToken cancellationToken)
    {
        var ready = await monitor.ReadAsync(cancellationToken);
        return TypedResults.Json(
            ready,
            statusCode: ready.Status == nameof(HealthStatus.Unhealthy) ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK
        );
    }
}
