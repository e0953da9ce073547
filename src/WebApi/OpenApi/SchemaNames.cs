using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;

namespace GourmetGram.WebApi.OpenApi;

/// <summary>
/// Names the components of the OpenAPI document. A type nested in a use case is named after both (<c>ListLoops.Response</c> becomes
/// <c>ListLoopsResponse</c>), because every use case has a type called <c>Response</c>.
/// </summary>
internal static class SchemaNames
{
    private static readonly ConcurrentDictionary<string, Type> Named = new(StringComparer.Ordinal);

    /// <summary>Returns the component name of a type; null for a type that is described where it is used, such as a number.</summary>
    /// <exception cref="InvalidOperationException">
    /// Another type already has this name, so the document would describe one of the two wrongly.
    /// </exception>
    public static string? Of(JsonTypeInfo type)
    {
        if (OpenApiOptions.CreateDefaultSchemaReferenceId(type) is null)
            return null;
        var described = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        var name = NameOf(described);
        var first = Named.GetOrAdd(name, described);
        return first == described
            ? name
            : throw new InvalidOperationException($"{first} and {described} would share the OpenAPI component {name}. Rename one of them.");
    }

    private static string NameOf(Type type)
    {
        var own = type.IsGenericType
            ? string.Concat(type.GetGenericArguments().Select(NameOf)) + type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]
            : type.Name;
        // Endpoint classes hold request bodies, whose names say what they are.
        return type.DeclaringType is { } outer && !outer.Name.EndsWith("Endpoints", StringComparison.Ordinal) ? NameOf(outer) + own : own;
    }
}
