using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace GourmetGram.WebApi.OpenApi;

/// <summary>Registers <c>/openapi/v1.json</c> and the reference page <c>/scalar</c>.</summary>
internal static class OpenApiRegistration
{
    private const string Description =
        "Classify photos, read predictions and correct them. Errors are RFC 9457 problems whose `detail` says what to do. "
        + "Send `Authorization: Bearer KEY` to own what you create. Without a key, anyone who has the id of a prediction can read it.";

    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services) =>
        services.AddOpenApi(options =>
        {
            options.CreateSchemaReferenceId = SchemaNames.Of;
            options.AddDocumentTransformer(
                (document, _, _) =>
                {
                    document.Info.Title = "GourmetGram";
                    document.Info.Version = "v1";
                    document.Info.Description = Description;
                    document.Info.Contact = new OpenApiContact { Name = "The team that runs this server" };
                    // The URL is relative to the document (the folder above it), so it is right for any server address and base path.
                    document.Servers = [new OpenApiServer { Url = "..", Description = "The server that serves this document." }];
                    document.Components ??= new OpenApiComponents();
                    document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
                    {
                        ["ApiKey"] = new OpenApiSecurityScheme
                        {
                            Type = SecuritySchemeType.Http,
                            Scheme = "bearer",
                            Description = "An API key. Optional: anyone who has the id can read what was created without a key.",
                        },
                    };
                    return Task.CompletedTask;
                }
            );
            options.AddSchemaTransformer<Descriptions>();
            options.AddOperationTransformer<Descriptions>();
            options.AddDocumentTransformer<Descriptions>();
            options.AddOperationTransformer<Examples>();
        });

    public static void MapOpenApiDocument(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi();
        // The page must not load fonts, telemetry or requests from other hosts, or show buttons that lead to the vendor's products.
        app.MapScalarApiReference(scalar =>
            scalar
                .WithTitle("GourmetGram API")
                .DisableDefaultFonts()
                .DisableTelemetry()
                .DisableAgent()
                .DisableMcp()
                .HideDeveloperTools()
                .HideClientButton()
        );
    }
}
