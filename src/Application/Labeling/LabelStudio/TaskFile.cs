using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Writes and checks task objects as Label Studio reads them: <c>labelstudio/tasks/{loop}/task{id}.json</c>, one JSON object with
/// <c>data</c>. When Label Studio cannot read an object, it imports none of the objects after it in key order.
/// </summary>
internal static class TaskFile
{
    private const string Start = "task";
    private const string End = ".json";

    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>
    /// Returns the address of an empty object that is no task. Label Studio treats a folder without any object as a mistake.
    /// </summary>
    public static ObjectAddress PlaceholderOf(string loop) => new(Classification.Buckets.Labels, ExchangePlaces.TasksOf(loop));

    /// <summary>Returns the address of a task's object.</summary>
    public static ObjectAddress AddressOf(string loop, Guid task) =>
        new(Classification.Buckets.Labels, $"{ExchangePlaces.TasksOf(loop)}{Start}{task}{End}");

    /// <returns>The id of the task with this key; null for an object that another program named.</returns>
    public static Guid? TaskIn(string key)
    {
        var name = key.AsSpan(key.LastIndexOf('/') + 1);
        return
            name.StartsWith(Start, StringComparison.Ordinal)
            && name.EndsWith(End, StringComparison.Ordinal)
            && name.Length > Start.Length + End.Length
            && Guid.TryParseExact(name[Start.Length..^End.Length], "D", out var id)
            ? id
            : null;
    }

    /// <summary>Writes a task in the lab's format, with our ids. In a blind task the fields of the model are empty.</summary>
    /// <exception cref="FormatException">Label Studio could not read the result.</exception>
    public static byte[] Write(AnnotationTask task, Prediction photo, LabNames names, string image)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                data = new
                {
                    image,
                    ml_prediction = task.IsBlind ? "" : photo.PredictedClass.Name,
                    confidence = task.IsBlind ? (object)"" : Math.Round(photo.Confidence, 3),
                    user_feedback = names.Feedback,
                    source = names.Source,
                    timestamp = photo.CreatedAt.ToUtcText(),
                    // A prediction's id lets anybody read the model's answer without a key.
                    prediction_id = task.IsBlind ? (Guid?)null : photo.Id,
                    task_id = task.Id,
                },
            },
            Readable
        );
        return FindFault(content) is { } fault
            ? throw new FormatException($"Label Studio could not read the object of task {task.Id}. {fault}")
            : content;
    }

    /// <returns>Why Label Studio cannot read an object as a task; null when it can.</returns>
    public static string? FindFault(ReadOnlyMemory<byte> content)
    {
        if (content.IsEmpty)
            return "The file is empty.";
        if (content.Span.StartsWith("\uFEFF"u8))
            return "The file starts with a byte order mark.";
        // The parser checks the bytes of a string only when the string is read.
        if (!Utf8.IsValid(content.Span))
            return "The file is not valid UTF-8.";
        try
        {
            using var json = JsonDocument.Parse(content);
            return json.RootElement.ValueKind switch
            {
                JsonValueKind.Object
                    when json.RootElement.TryGetProperty("predictions", out _) && !json.RootElement.TryGetProperty("data", out _) =>
                    "The task has \"predictions\" but no \"data\".",
                JsonValueKind.Object => null,
                JsonValueKind.Array => "The file contains a list. Write one task to each file.",
                var kind => $"The file contains a JSON {kind}, not a JSON object.",
            };
        }
        catch (JsonException e)
        {
            return $"The file is not a single JSON object: {e.Message}";
        }
    }
}
