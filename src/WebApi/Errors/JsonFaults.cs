using System.Globalization;
using System.Text.Json;

namespace GourmetGram.WebApi.Errors;

/// <summary>
/// Describes which member of an unreadable JSON body is wrong, in terms that the sender knows. The framework's messages name internal
/// types.
/// </summary>
internal static class JsonFaults
{
    public static string Describe(BadHttpRequestException fault) =>
        fault.InnerException switch
        {
            // One of our own routes threw this exception, so its message is already fit for the sender.
            JsonException when !fault.Message.StartsWith("Failed to read parameter", StringComparison.Ordinal) => fault.Message,
            JsonException json when Between(json.Message, "The JSON property '", "' could not be mapped") is { } unknown =>
                $"The member '{unknown}' is unknown. Check its spelling.",
            JsonException json when Between(json.Message, "Duplicate property '", "' encountered") is { } twice =>
                $"The member '{twice}' occurs twice.",
            // An inner JsonException comes from the reader and means that the text is not JSON.
            JsonException { InnerException: JsonException, LineNumber: { } line, BytePositionInLine: { } position } => string.Create(
                CultureInfo.InvariantCulture,
                $"The body is not valid JSON: see line {line + 1}, byte {position + 1}."
            ),
            JsonException { Path: ['$', '.', .. var path] } => $"The value of the member '{path}' has the wrong type or is out of range.",
            JsonException => "The body has the wrong format. Send a JSON object.",
            _ when fault.Message.Contains("was not provided from body", StringComparison.Ordinal)
                    || fault.Message.StartsWith("Implicit body inferred", StringComparison.Ordinal) =>
                "The body is missing. Send a JSON object.",
            _ => fault.Message,
        };

    private static string? Between(string message, string before, string after) =>
        message.StartsWith(before, StringComparison.Ordinal) && message.IndexOf(after, StringComparison.Ordinal) is > 0 and var end
            ? message[before.Length..end]
            : null;
}
