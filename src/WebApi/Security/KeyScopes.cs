using System.Text.Json;
using GourmetGram.Domain.Access;
using GourmetGram.WebApi.Errors;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Security;

/// <summary>
/// Which scope an API key needs for a route. A route that is not named here needs <see cref="ApiScope.All"/>, so that a key never gets more
/// than its owner chose.
/// </summary>
internal static class KeyScopes
{
    /// <summary>Claim with a scope of the key; keys without any have no limit (the bootstrap key, and commands on the server).</summary>
    public const string Claim = "gourmetgram:scope";

    private static readonly JsonSerializerOptions Names = Hosting.Composition.CreateJson();

    private static readonly Rule[] Rules =
    [
        // Names of classes, the caller itself, health and the description of the API are for every key.
        new("api/v1/classes", null, null),
        new("api/v1/me", null, null),
        new("health", null, null),
        new("openapi", null, null),
        new("api/v1/predictions", ApiScope.PredictionsRead, ApiScope.PredictionsWrite),
        new("predict", ApiScope.PredictionsWrite, ApiScope.PredictionsWrite),
        new("feedback", ApiScope.PredictionsWrite, ApiScope.PredictionsWrite),
        new("flag", ApiScope.PredictionsWrite, ApiScope.PredictionsWrite),
        new("correct-label", ApiScope.PredictionsWrite, ApiScope.PredictionsWrite),
        new("api/classes", null, null),
        new("test", ApiScope.PredictionsWrite, ApiScope.PredictionsWrite),
        new("api/v1/loops/{name}/tasks", ApiScope.LabelsWrite, ApiScope.LabelsWrite),
        new("api/v1/tasks/{id:guid}/adjudication", ApiScope.All, ApiScope.All),
        new("api/v1/tasks", ApiScope.LabelsWrite, ApiScope.LabelsWrite),
        new("api/v1/labels", ApiScope.LabelsWrite, ApiScope.LabelsWrite),
        new("api/v1/datasets", ApiScope.DatasetsRead, ApiScope.All),
        new("api/v1/loops", ApiScope.MonitoringRead, ApiScope.All),
        new("api/v1/windows", ApiScope.MonitoringRead, ApiScope.All),
        new("api/v1/held-back", ApiScope.MonitoringRead, ApiScope.All),
        new("api/v1/disputes", ApiScope.MonitoringRead, ApiScope.All),
        new("api/v1/known-answers", ApiScope.MonitoringRead, ApiScope.All),
        new("api/v1/label-studio", ApiScope.MonitoringRead, ApiScope.All),
        new("api/v1/trials", ApiScope.MonitoringRead, ApiScope.All),
        new("api/v1/monitoring", ApiScope.MonitoringRead, ApiScope.All),
        new("api/v1/models", ApiScope.MonitoringRead, ApiScope.All),
        new("api/v1/training-runs", ApiScope.MonitoringRead, ApiScope.All),
        new("api/v1/pipeline", ApiScope.MonitoringRead, ApiScope.All),
        new("metrics", ApiScope.MonitoringRead, ApiScope.All),
    ];

    /// <summary>Returns the scope that a key needs; null when every key may use the route.</summary>
    /// <param name="route">Pattern of the route, as it was mapped.</param>
    /// <param name="reads">Whether the request only reads.</param>
    public static ApiScope? RequiredFor(string route, bool reads)
    {
        var path = route.Trim('/');
        foreach (var rule in Rules)
        {
            if (path == rule.Prefix || path.StartsWith(rule.Prefix + "/", StringComparison.Ordinal))
                return reads ? rule.Read : rule.Write;
        }

        return ApiScope.All;
    }

    /// <summary>Refuses requests of keys whose scopes do not allow the route.</summary>
    public static IApplicationBuilder UseKeyScopes(this IApplicationBuilder app) =>
        app.Use(
            static async (context, next) =>
            {
                if (Missing(context) is { } missing)
                {
                    context.Response.StatusCode = StatusCodes.Status403Forbidden;
                    await context.WriteProblemAsync(
                        new ProblemDetails
                        {
                            Status = StatusCodes.Status403Forbidden,
                            Detail = $"This API key may not do that: it needs the scope {NameOf(missing)}. Create a key with that scope.",
                        }
                    );
                    return;
                }

                await next(context);
            }
        );

    /// <summary>Returns the name of a scope as the API writes it.</summary>
    public static string NameOf(ApiScope scope) => JsonSerializer.SerializeToElement(scope, Names).GetString()!;

    private static ApiScope? Missing(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint || !context.User.HasClaim(claim => claim.Type == Claim))
            return null;
        var reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        return
            RequiredFor(endpoint.RoutePattern.RawText ?? "", reads) is { } required
            && !context.User.HasClaim(Claim, nameof(ApiScope.All))
            && !context.User.HasClaim(Claim, required.ToString())
            ? required
            : null;
    }

    /// <param name="Prefix">Beginning of the route, at the end of a segment.</param>
    /// <param name="Read">Scope for reading; null for every key.</param>
    /// <param name="Write">Scope for everything else; null for every key.</param>
    private sealed record Rule(string Prefix, ApiScope? Read, ApiScope? Write);
}
