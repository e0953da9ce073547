using GourmetGram.Application.Classification;
using GourmetGram.Domain.Classification;
using GourmetGram.WebApi.Errors;
using GourmetGram.WebApi.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace GourmetGram.WebApi.OpenApi;

internal static class EndpointDescriptions
{
    /// <summary>Declares the statuses with which an operation can fail. Each one is answered with a problem.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
            endpoint.ProducesProblem(status);
        return endpoint;
    }

    /// <summary>Declares the statuses with which a change can fail.</summary>
    public static void FailsAsChange(this RouteHandlerBuilder endpoint) =>
        endpoint.Fails(
            StatusCodes.Status400BadRequest,
            StatusCodes.Status401Unauthorized,
            StatusCodes.Status403Forbidden,
            StatusCodes.Status404NotFound,
            StatusCodes.Status409Conflict
        );

    /// <summary>
    /// Declares that the operation returns a photo, part of a photo (<c>Range</c>), or the status that the photo has not changed
    /// (<c>If-None-Match</c>).
    /// </summary>
    public static RouteHandlerBuilder AnswersPhoto(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Produces<byte[]>(StatusCodes.Status200OK, "image/jpeg", "image/png", "image/webp")
            .Produces<byte[]>(StatusCodes.Status206PartialContent, "image/jpeg", "image/png", "image/webp")
            .Produces(StatusCodes.Status304NotModified)
            .Produces(StatusCodes.Status416RangeNotSatisfiable);

    /// <summary>
    /// Declares that the operation's errors do not reveal where the photo is stored, because that place reveals the predicted class.
    /// </summary>
    public static RouteHandlerBuilder HidesPlaceOfPhoto(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(new HiddenPlace());

    /// <summary>
    /// Declares that the operation reads a multipart form with one photo and tags. The operation reads the form without model binding,
    /// so the framework cannot describe it.
    /// </summary>
    public static RouteHandlerBuilder TakesPhoto(this RouteHandlerBuilder endpoint) =>
        endpoint.TakesForm(
            limits => $"One photo of at most {limits.UploadMebibytes} MiB and {limits.Megapixels} million pixels (this server's `Limits`).",
            Photo(),
            "The photo's tags"
        );

    /// <summary>Declares that the operation reads a multipart form with several photos and tags.</summary>
    public static RouteHandlerBuilder TakesPhotos(this RouteHandlerBuilder endpoint) =>
        endpoint.TakesForm(
            limits =>
                $"At most {limits.BatchPhotos} photos and {limits.BatchMebibytes} MiB in total, each in its own field "
                + $"`{Uploads.Field}`. "
                + $"Each at most {limits.UploadMebibytes} MiB and {limits.Megapixels} million pixels (this server's `Limits`).",
            new OpenApiSchema { Type = JsonSchemaType.Array, Items = Photo() },
            "The tags of all photos, before the first photo"
        );

    private static OpenApiSchema Photo() =>
        new()
        {
            Type = JsonSchemaType.String,
            Format = "binary",
            Description = "JPEG, PNG or WebP",
        };

    private static OpenApiSchema Tags(string whose) =>
        new()
        {
            Type = JsonSchemaType.Array,
            MaxItems = PhotoTags.Most,
            Items = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = $"^[a-z0-9_.-]{{1,{PhotoTags.MostKeyCharacters}}}=" },
            Description =
                $"{whose}, each as `key=value` in its own field `{TagFields.Field}`, such as `kiosk=1`. Keys differ, and have 1 to "
                + $"{PhotoTags.MostKeyCharacters} of the characters a–z, 0–9, `_`, `-` and `.`. Values have 1 to "
                + $"{PhotoTags.MostValueCharacters} characters. Accuracy is estimated for each tag.",
        };

    private static RouteHandlerBuilder TakesForm(
        this RouteHandlerBuilder endpoint,
        Func<LimitsOptions, string> describe,
        OpenApiSchema field,
        string whoseTags
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
                                Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                                {
                                    [TagFields.Field] = Tags(whoseTags),
                                    [Uploads.Field] = field,
                                },
                            },
                        },
                    },
                };
                return Task.CompletedTask;
            }
        );
}
