using GourmetGram.Application.Classification;
using GourmetGram.WebApi.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace GourmetGram.WebApi.OpenApi;

internal static class EndpointDescriptions
{
    /// <summary>The ways an operation can fail, each answered with a problem.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
            endpoint.ProducesProblem(status);
        return endpoint;
    }

    /// <summary>The operation reads a multipart form with one photo. It is read by hand, so it is described by hand.</summary>
    public static RouteHandlerBuilder TakesPhoto(this RouteHandlerBuilder endpoint) =>
        endpoint.TakesForm(
            limits => $"One photo of at most {limits.UploadMebibytes} MiB and {limits.Megapixels} million pixels (this server's `Limits`).",
            Photo()
        );

    /// <summary>The operation reads a multipart form with many photos.</summary>
    public static RouteHandlerBuilder TakesPhotos(this RouteHandlerBuilder endpoint) =>
        endpoint.TakesForm(
            limits =>
                $"At most {limits.BatchPhotos} photos and {limits.BatchMebibytes} MiB together, each in a field `{Uploads.Field}` of its own; "
                + $"each of at most {limits.UploadMebibytes} MiB and {limits.Megapixels} million pixels (this server's `Limits`).",
            new OpenApiSchema { Type = JsonSchemaType.Array, Items = Photo() }
        );

    private static OpenApiSchema Photo() =>
        new()
        {
            Type = JsonSchemaType.String,
            Format = "binary",
            Description = "JPEG, PNG or WebP",
        };

    private static RouteHandlerBuilder TakesForm(
        this RouteHandlerBuilder endpoint,
        Func<LimitsOptions, string> describe,
        OpenApiSchema field
    ) =>
        endpoint.AddOpenApiOperationTransformer(
            (operation, context, _) =>
            {
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Description = describe(context.ApplicationServices.GetRequiredService<IOptions<LimitsOptions>>().Value),
                    Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                    {
                        ["multipart/form-data"] = new()
                        {
                            Schema = new OpenApiSchema
                            {
                                Type = JsonSchemaType.Object,
                                Required = new HashSet<string>(StringComparer.Ordinal) { Uploads.Field },
                                Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { [Uploads.Field] = field },
                            },
                        },
                    },
                };
                return Task.CompletedTask;
            }
        );
}
