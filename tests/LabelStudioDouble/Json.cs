using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>JSON as Python writes it, and short ways to read it.</summary>
internal static class Json
{
    /// <summary>A time as Django's answers have it.</summary>
    public static string Iso(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time as Python prints it; so it stands in the <c>meta</c> of storages.</summary>
    public static string Printed(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);

    /// <summary>Reads a body.</summary>
    /// <exception cref="Refusal">400: it is no JSON, in Python's words.</exception>
    public static JsonNode? Parse(byte[] body)
    {
        if (body.AsSpan().StartsWith("\uFEFF"u8))
            throw Unreadable("Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)");
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException e)
        {
            var text = Encoding.UTF8.GetString(body);
            throw text.TrimEnd().EndsWith(':') && !text.Contains('\n', StringComparison.Ordinal)
                ? Unreadable($"Expecting value: line 1 column {text.Length + 1} (char {text.Length})")
                : new NotSupportedException($"No recording has a body that cannot be read in this way: {e.Message}");
        }
    }

    /// <summary>Empty when it is missing, null or no text.</summary>
    public static string Text(this JsonObject values, string name) =>
        values[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    public static bool Flag(this JsonObject values, string name) =>
        values[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static int? Number(this JsonObject values, string name) =>
        values[name] is not JsonValue value ? null
        : value.TryGetValue<int>(out var number) ? number
        : value.TryGetValue<string>(out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out number) ? number
        : null;

    /// <summary>One line, a space after each colon and comma, and nothing but ASCII: <c>json.dumps</c>.</summary>
    public static string Dump(this JsonNode? node)
    {
        var text = new StringBuilder();
        Dump(node, text);
        return text.ToString();
    }

    /// <summary>As Python shows a value in a message: <c>{'data': {'foo': 1}}</c>.</summary>
    public static string Repr(this JsonNode? node) =>
        node switch
        {
            null => "None",
            JsonObject values => $"{{{string.Join(", ", values.Select(value => $"'{value.Key}': {value.Value.Repr()}"))}}}",
            JsonArray items => $"[{string.Join(", ", items.Select(Repr))}]",
            _ => node.GetValueKind() switch
            {
                JsonValueKind.String => $"'{node.GetValue<string>()}'",
                JsonValueKind.True => "True",
                JsonValueKind.False => "False",
                _ => node.ToJsonString(),
            },
        };

    private static Refusal Unreadable(string why) => new(StatusCodes.Status400BadRequest, $"JSON parse error - {why}");

    private static void Dump(JsonNode? node, StringBuilder text)
    {
        switch (node)
        {
            case JsonObject values:
                text.Append('{');
                text.AppendSeparated(values, value =>
                {
                    Dump(value.Key, text);
                    text.Append(": ");
                    Dump(value.Value, text);
                });
                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                text.AppendSeparated(items, item => Dump(item, text));
                text.Append(']');
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                Dump(value.GetValue<string>(), text);
                break;
            default:
                text.Append(node is null ? "null" : node.ToJsonString());
                break;
        }
    }

    private static void Dump(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '"' or '\\' => text.Append('\\').Append(letter),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or > '~' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => text.Append(letter),
            };
        }

        text.Append('"');
    }

    private static void AppendSeparated<TItem>(this StringBuilder text, IEnumerable<TItem> items, Action<TItem> append)
    {
        var first = true;
        foreach (var item in items)
        {
            if (!first)
                text.Append(", ");
            first = false;
            append(item);
        }
    }
}
