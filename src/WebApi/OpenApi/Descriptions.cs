using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace GourmetGram.WebApi.OpenApi;

/// <summary>Describes what the framework cannot read from types: times, ranges of parameters, and problems.</summary>
internal sealed class Descriptions : IOpenApiSchemaTransformer, IOpenApiOperationTransformer, IOpenApiDocumentTransformer
{
    private const string Problem = "ProblemDetails";
    private const string CursorPattern = "^[0-9A-Fa-f]{32}$";
    private const string VisibleAscii = "^[!-~]+$";

    /// <summary>
    /// Gives times a type, because their converter is ours, and bounds the members of an object instead of its characters.
    /// </summary>
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if ((Nullable.GetUnderlyingType(type) ?? type) == typeof(DateTimeOffset))
        {
            schema.Type = type == typeof(DateTimeOffset) ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = "date-time";
        }

        if (schema.Type?.HasFlag(JsonSchemaType.Array) == true && context.JsonTypeInfo.ElementType == typeof(DateTimeOffset))
            schema.Items ??= new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" };

        // Null is allowed where an enumeration is used, not in the enumeration itself.
        if ((Nullable.GetUnderlyingType(type) ?? type).IsEnum)
            (schema.Type, schema.Enum) = (JsonSchemaType.String, schema.Enum?.Where(value => value is not null).ToList());

        // A member that is left out when it is null is not required.
        foreach (var member in context.JsonTypeInfo.Properties.Where(IsLeftOutWhenNull))
            schema.Required?.Remove(member.Name);

        if (schema.Type?.HasFlag(JsonSchemaType.Object) == true && schema.MaxLength is { } most)
            (schema.MaxLength, schema.MaxProperties) = (null, most);
        else if (schema.Type?.HasFlag(JsonSchemaType.Array) == true && schema.MaxLength is { } longest)
            (schema.MaxLength, schema.MaxItems) = (null, longest);
        if (context.JsonPropertyInfo is { } property)
            Bound(schema, property);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Bounds the parameters that many operations share, and describes every problem that an operation does not name itself.
    /// </summary>
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
            Bound(parameter);
        operation.Responses ??= [];
        operation.Responses.TryAdd(
            "default",
            new OpenApiResponse
            {
                Description = "Any other problem, such as a busy server or a store that does not respond",
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(Problem, context.Document) },
                },
            }
        );
        return Task.CompletedTask;
    }

    /// <summary>Adds the members of our problems, and leaves out HEAD, which follows GET on every address.</summary>
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var path in document.Paths.Values)
            path.Operations?.Remove(HttpMethod.Head);
        if (document.Components?.Schemas?.TryGetValue(Problem, out var found) == true && found is OpenApiSchema problem)
        {
            problem.Description = "A problem according to RFC 9457. `detail` says what happened and what to do.";
            problem.Properties ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
            problem.Properties["traceId"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = "Identifies this request in the server's log.",
            };
            problem.Properties["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "With status 400: the errors by member.",
                AdditionalProperties = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchema { Type = JsonSchemaType.String },
                },
            };
        }

        return Task.CompletedTask;
    }

    private static bool IsLeftOutWhenNull(JsonPropertyInfo member) =>
        member
            .AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true)
            .OfType<JsonIgnoreAttribute>()
            .Any(ignore => ignore.Condition == JsonIgnoreCondition.WhenWritingNull) == true;

    /// <summary>
    /// Adds the range of a member that has none of its own. Whole numbers are counts, sizes, ids and versions; class names have the length
    /// that a manifest may give them.
    /// </summary>
    private static void Bound(OpenApiSchema schema, JsonPropertyInfo member)
    {
        var type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
        if (member.AttributeProvider?.GetCustomAttributes(inherit: true).OfType<AllowedValuesAttribute>().FirstOrDefault() is { } allowed)
            schema.Enum = [.. allowed.Values.Select(value => JsonValue.Create(value) ?? JsonNullSentinel.JsonNull)];
        else if (schema.Minimum is null && (type == typeof(int) || type == typeof(long)))
            schema.Minimum = "0";
        else if (member.Name is "probability" or "accuracy" or "ece" && (type == typeof(float) || type == typeof(double)))
            (schema.Minimum, schema.Maximum) = ("0", "1");
        else if (member.Name is "seconds" or "temperature" && (type == typeof(float) || type == typeof(double)))
            schema.Minimum ??= "0";
        else if (member.Name == "class" && type == typeof(string))
            schema.MaxLength = ClassName.MostCharacters;
    }

    private static void Bound(OpenApiParameter parameter)
    {
        if (parameter.Schema is not OpenApiSchema schema)
            return;
        switch (parameter.Name)
        {
            case "cursor":
                schema.Pattern = CursorPattern;
                break;
            case "limit":
                (schema.Minimum, schema.Maximum) = ("1", Paging.MaximumLimit.ToString(CultureInfo.InvariantCulture));
                break;
            case "size" or "w":
                schema.Enum = [.. GetPredictionImage.Sizes.Select(size => JsonValue.Create(size))];
                break;
            case "class":
                schema.MaxLength = ClassName.MostCharacters;
                break;
            case "e":
                schema.Minimum = "0";
                break;
            case "Idempotency-Key":
                (schema.MinLength, schema.Pattern) = (1, VisibleAscii);
                break;
            default:
                break;
        }
    }
}
