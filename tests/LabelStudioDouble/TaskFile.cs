using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>The sync ends here; the next begins at the same object again.</summary>
/// <param name="error">Last line of the traceback.</param>
internal sealed class ScanFailed(string error) : Exception(error);

/// <summary>What an object of a source storage says: one task, or in 1.23 an array of tasks or one in each line.</summary>
internal static class TaskFile
{
    private const string NoCheck = "django.db.utils.IntegrityError: CHECK constraint failed: (JSON_VALID(\"data\") OR \"data\" IS NULL)";

    private static readonly string[] Endings = [".json", ".jsonl", ".parquet"];

    /// <exception cref="ScanFailed">It is no task file.</exception>
    public static IReadOnlyList<JsonNode?> Read116(string key, byte[] content) =>
        (FindBroken(content) is null ? Parse(content) : null) switch
        {
            JsonObject task => [task],
            null when HasNaN(content) => throw new ScanFailed(NoCheck),
            null => throw new ScanFailed(
                $"ValueError: Error loading JSON from file \"{key}\".\n"
                    + "If you're trying to import non-JSON data (images, audio, text, etc.), edit storage settings and enable \"Treat "
                    + "every bucket object as a source file\""
            ),
            _ => throw new ScanFailed($"ValueError: Error on key {key}: For S3 your JSON file must be a dictionary with one task"),
        };

    /// <exception cref="ScanFailed">It is no task file.</exception>
    public static void CheckName(string key)
    {
        var ending = Path.GetExtension(key);
        if (ending.Length > 0 && !Endings.Contains(ending, StringComparer.OrdinalIgnoreCase))
        {
            throw new ScanFailed(
                $"io_storages.exceptions.UnsupportedFileFormatError: File \"{key}\" is not a JSON/JSONL/Parquet file. Only .json, "
                    + ".jsonl, and .parquet files can be processed.\n"
                    + "If you're trying to import non-JSON data (images, audio, text, etc.), edit storage settings and enable \"Tasks\" "
                    + "import method"
            );
        }
    }

    /// <exception cref="ScanFailed">It is no task file.</exception>
    public static IReadOnlyList<JsonNode?> Read123(string key, byte[] content)
    {
        var first = content.FirstOrDefault(letter => !char.IsWhiteSpace((char)letter));
        if (first is not ((byte)'{' or (byte)'['))
            throw NoJson(key);
        if (FindBroken(content) is { } broken)
            throw new ScanFailed(
                $"UnicodeDecodeError: 'utf-8' codec can't decode byte 0x{content[broken]:x2} in position {broken}: invalid continuation "
                    + "byte"
            );
        switch (Parse(content))
        {
            case JsonArray tasks:
                return [.. tasks];
            case JsonObject task:
                return [task];
            default:
                if (HasNaN(content))
                    throw new ScanFailed(NoCheck);
                var lines = Encoding
                    .UTF8.GetString(content)
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                return [.. lines.Select(line => Parse(Encoding.UTF8.GetBytes(line)) ?? throw NoJson(key))];
        }
    }

    /// <summary>Takes data, predictions and annotations out of one item of a file.</summary>
    /// <exception cref="ScanFailed">It is no task; those before it in the same file are made.</exception>
    public static (JsonObject Data, JsonArray Predictions, JsonArray Annotations, bool AllowSkip) Read(JsonNode? item)
    {
        if (item is not JsonObject task)
            throw new ScanFailed($"AttributeError: '{(item is JsonValue ? "str" : "list")}' object has no attribute 'get'");
        foreach (var part in new[] { "predictions", "annotations" })
        {
            if (SaysSomething(task[part]) && !task.ContainsKey("data"))
                throw new ScanFailed($"ValueError: If you use \"{part}\" field in the task, you must put \"data\" field in the task too");
        }

        var allowSkip = !task.ContainsKey("allow_skip") || task.Flag("allow_skip");
        return task["data"] is JsonObject data
            ? ((JsonObject)data.DeepClone(), ListOf(task, "predictions"), ListOf(task, "annotations"), allowSkip)
            : ((JsonObject)task.DeepClone(), [], [], allowSkip);
    }

    /// <summary>As Python takes it: nothing, zero and what is empty say nothing.</summary>
    private static bool SaysSomething(JsonNode? value) =>
        value is not null && value.ToJsonString() is not ("false" or "0" or "0.0" or "\"\"" or "[]" or "{}");

    private static JsonArray ListOf(JsonObject task, string part) => task[part]?.DeepClone() as JsonArray ?? [];

    private static ScanFailed NoJson(string key) =>
        new(
            $"ValueError: Can't import JSON-formatted tasks from {key}. If you're trying to import binary objects, perhaps you forgot to "
                + "enable \"Tasks\" import method?"
        );

    /// <returns>Null when it is no JSON, or the JSON null.</returns>
    private static JsonNode? Parse(byte[] content)
    {
        try
        {
            return JsonNode.Parse(content);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <returns>Where the first byte is that is no UTF-8; null when all are.</returns>
    private static int? FindBroken(byte[] content)
    {
        for (var position = 0; position < content.Length; )
        {
            if (Rune.DecodeFromUtf8(content.AsSpan(position), out _, out var length) != OperationStatus.Done)
                return position;
            position += length;
        }

        return null;
    }

    /// <summary>Python reads NaN, and the database refuses it.</summary>
    private static bool HasNaN(byte[] content)
    {
        if (FindBroken(content) is not null)
            return false;
        var text = new[] { "NaN", "-Infinity", "Infinity" }.Aggregate(Encoding.UTF8.GetString(content), (all, word) =>
            all.Replace(word, "0", StringComparison.Ordinal)
        );
        return Parse(Encoding.UTF8.GetBytes(text)) is not null;
    }
}
