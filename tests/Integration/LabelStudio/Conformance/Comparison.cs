using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

/// <summary>
/// Compares what was recorded with what the double says: all names and values, but for ids (which are learnt), times, durations and what is
/// random.
/// </summary>
/// <param name="ids">Numbers of both sides.</param>
/// <param name="isSame">Whether two texts mean the same, as far as they differ in addresses, buckets and tokens.</param>
internal sealed partial class Comparison(Ids ids, Func<string, string, bool> isSame)
{
    private const string Trimmed = "…trimmed";

    /// <summary>Measured, random, or a hash of something random.</summary>
    private static readonly HashSet<string> Ignored =
    [
        "duration",
        "seconds",
        "bytes",
        "label_config_hash",
        "Content-Length",
        "Host",
        "Connection",
        "Accept",
        "Accept-Encoding",
        "jti",
        "exp",
        "iat",
        "last_activity",
        "date_joined",
    ];

    /// <summary>Which kind of thing stands under a name.</summary>
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["project"] = "project",
        ["task"] = "task",
        ["tasks"] = "task",
        ["task_ids"] = "task",
        ["annotation"] = "annotation",
        ["annotations"] = "annotation",
        ["annotation_id"] = "annotation",
        ["completed_by"] = "user",
        ["created_by"] = "user",
        ["updated_by"] = "user",
        ["user_id"] = "user",
        ["annotator"] = "user",
        ["annotators"] = "user",
        ["predictions"] = "prediction",
        ["drafts"] = "draft",
    };

    private readonly List<string> differences = [];

    /// <param name="recorded">What a real Label Studio said.</param>
    /// <param name="ours">What the double says.</param>
    /// <param name="kind">What <c>id</c> at the top is the number of.</param>
    public IReadOnlyList<string> Compare(JsonNode? recorded, JsonNode? ours, string kind)
    {
        differences.Clear();
        Compare(recorded, ours, kind, "");
        return [.. differences];
    }

    private void Compare(JsonNode? recorded, JsonNode? ours, string kind, string path)
    {
        switch (recorded, ours)
        {
            case (JsonObject first, JsonObject second):
                CompareFields(first, second, kind, path);
                break;
            case (JsonArray first, JsonArray second):
                CompareItems(first, second, kind, path);
                break;
            case (JsonValue value, _) when IsText(value, out var text) && text.StartsWith(Trimmed, StringComparison.Ordinal):
                break;
            case (JsonValue first, JsonValue second) when IsText(first, out var recordedText) && IsText(second, out var ourText):
                if (!IsSameText(recordedText, ourText))
                    Differ(path, recordedText, ourText);
                break;
            case (JsonValue first, JsonValue second)
                when first.GetValueKind() == JsonValueKind.Number && second.GetValueKind() == JsonValueKind.Number:
                if (NumberOf(first) != NumberOf(second))
                    Differ(path, recorded, ours);
                break;
            default:
                if (!JsonNode.DeepEquals(recorded, ours))
                    Differ(path, recorded, ours);
                break;
        }
    }

    private void CompareFields(JsonObject recorded, JsonObject ours, string kind, string path)
    {
        foreach (var name in recorded.Select(field => field.Key).Except(ours.Select(field => field.Key)))
            differences.Add($"{path}.{name} is missing");
        foreach (var name in ours.Select(field => field.Key).Except(recorded.Select(field => field.Key)))
            differences.Add($"{path}.{name} is too much");
        foreach (var (name, value) in recorded.Where(field => ours.ContainsKey(field.Key) && !Ignored.Contains(field.Key)))
            CompareField(name, value, ours[name], name == "id" ? kind : Kinds.GetValueOrDefault(name, kind), $"{path}.{name}");
    }

    private void CompareField(string name, JsonNode? recorded, JsonNode? ours, string kind, string path)
    {
        switch (name)
        {
            case "token" when recorded is JsonValue && path.Contains(".project", StringComparison.Ordinal):
                break;
            case "traceback" or "exc_info":
                CompareEnds(recorded, ours, name, path);
                break;
            case "annotations_ids":
                CompareItems(Numbers(recorded), Numbers(ours), "annotation", path);
                break;
            case "id" or "task_ids" or "annotators":
            case "predictions" when recorded is JsonArray and [JsonValue, ..]:
                CompareIds(recorded, ours, kind, path);
                break;
            default:
                if (Kinds.ContainsKey(name) && recorded is JsonValue)
                    CompareIds(recorded, ours, kind, path);
                else
                    Compare(recorded, ours, kind, path);
                break;
        }
    }

    private void CompareIds(JsonNode? recorded, JsonNode? ours, string kind, string path)
    {
        if (recorded is JsonArray first && ours is JsonArray second)
            CompareItems(new JsonArray([.. first.Select(IdObject)]), new JsonArray([.. second.Select(IdObject)]), kind, path);
        else if (recorded?.GetValueKind() != JsonValueKind.Number || ours?.GetValueKind() != JsonValueKind.Number)
            Compare(recorded, ours, kind, path);
        else if (!ids.Learn(kind, recorded.GetValue<int>(), ours.GetValue<int>()))
            differences.Add($"{path}: {kind} {recorded} is not our {ours}");
    }

    private void CompareItems(JsonArray recorded, JsonArray ours, string kind, string path)
    {
        var cut =
            recorded.Count > 0
            && recorded[^1] is JsonValue last
            && IsText(last, out var text)
            && CutOff().Match(text) is { Success: true } match
                ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
                : 0;
        var count = cut == 0 ? recorded.Count : recorded.Count - 1;
        if (count + cut != ours.Count)
            differences.Add($"{path} has {ours.Count} items instead of {count + cut}");
        for (var index = 0; index < Math.Min(count, ours.Count); index++)
            Compare(recorded[index], ours[index], kind, $"{path}[{index}]");
    }

    /// <summary>Of what Python prints of an error only the end speaks of more than the lines of its code.</summary>
    private void CompareEnds(JsonNode? recorded, JsonNode? ours, string name, string path)
    {
        if (recorded is null || ours is null || name == "exc_info")
        {
            if (recorded is null != ours is null)
                Differ(path, recorded, ours);
            return;
        }

        if (!IsSameText(LastLine(recorded), LastLine(ours)))
            Differ(path, LastLine(recorded), LastLine(ours));
    }

    private bool IsSameText(string recorded, string ours) =>
        (Time().IsMatch(recorded) && Time().IsMatch(ours))
        || (UniqueId().IsMatch(recorded) && UniqueId().IsMatch(ours))
        || (
            recorded.IndexOf(Trimmed, StringComparison.Ordinal) is > 0 and var end
            && ours.Length > end
            && isSame(recorded[..end].TrimEnd(), ours[..recorded[..end].TrimEnd().Length])
        )
        || isSame(recorded, ours);

    private void Differ(string path, object? recorded, object? ours) => differences.Add($"{path}: {Short(recorded)} became {Short(ours)}");

    private static string Short(object? value) =>
        value?.ToString() is { } text
            ? text.Length > 200
                ? text[..200] + "…"
                : text
            : "null";

    private static string LastLine(JsonNode text) => text.GetValue<string>().TrimEnd().Split('\n')[^1];

    private static JsonObject IdObject(JsonNode? id) => new() { ["id"] = id?.DeepClone() };

    private static JsonArray Numbers(JsonNode? list) =>
        new([
            .. (list?.ToString() ?? "")
                .Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(number => IdObject(JsonValue.Create(int.Parse(number, CultureInfo.InvariantCulture)))),
        ]);

    private static decimal NumberOf(JsonValue value) =>
        decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static bool IsText(JsonValue value, out string text) => value.TryGetValue(out text!);

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$")]
    private static partial Regex Time();

    [GeneratedRegex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    private static partial Regex UniqueId();

    [GeneratedRegex(@"^…trimmed \((\d+) more\)$")]
    private static partial Regex CutOff();
}
