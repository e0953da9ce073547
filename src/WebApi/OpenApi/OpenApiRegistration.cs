using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace GourmetGram.WebApi.OpenApi;

/// <summary><c>/openapi/v1.json</c> and the reference page <c>/scalar</c>.</summary>
internal static class OpenApiRegistration
{
    private const string Description =
        "Classify photos, read predictions, say what is wrong with them. Errors are RFC 9457 problems whose `detail` says what to do. "
        + "Send `Authorization: Bearer KEY` to own what you make; without a key a prediction is open to whoever has its id.";

    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services) =>
        services.AddOpenApi(options =>
        {
            options.AddDocumentTransformer(
                (document, _, _) =>
                {
                    document.Info.Title = "GourmetGram";
                    document.Info.Version = "v1";
                    document.Info.Description = Description;
                    // The address the document was read from; a snapshot must not depend on it.
                    document.Servers = null;
                    document.Components ??= new OpenApiComponents();
                    document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
                    {
                        ["ApiKey"] = new OpenApiSecurityScheme
                        {
                            Type = SecuritySchemeType.Http,
                            Scheme = "bearer",
                            Description = "An API key. Optional: what is made without one is open to whoever has its id.",
                        },
                    };
                    return Task.CompletedTask;
                }
            );
            options.AddOperationTransformer<Examples>();
        });

    public static void MapOpenApiDocument(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi();
        // The page is served from this host alone: no fonts, no telemetry, no agent from elsewhere.
        app.MapScalarApiReference(scalar => scalar.WithTitle("GourmetGram API").DisableDefaultFonts().DisableTelemetry().DisableAgent());
    }
}
