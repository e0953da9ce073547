using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Application.Labeling;

/// <summary>
/// Task objects as Label Studio reads them: <c>labelstudio/tasks/{loop}/task{id}.json</c>, one JSON object with <c>data</c>. One object that it cannot read keeps it from all that come after it in
/// the order of keys.
/// </summary>
internal static class TaskFile
{
    private const string Start = "task";
    private const string End = ".json";

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An empty object that is no task: without any object Label Studio takes the folder for a mistake.</summary>
    public static ObjectAddress PlaceholderOf(string loop) => new(Classification.Buckets.Labels, ExchangePlaces.TasksOf(loop));

    /// <summary>Where a task stands.</summary>
    public static ObjectAddress AddressOf(string loop, Guid task) =>
        new(Classification.Buckets.Labels, $"{ExchangePlaces.TasksOf(loop)}{Start}{task}{End}");

    /// <returns>The task whose key this is; null for what another program named otherwise.</returns>
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

    /// <summary>A task as the lab writes it, with our ids. Of a blind one the fields of the model are empty.</summary>
    /// <exception cref="FormatException">Label Studio could not read what came out.</exception>
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
                    prediction_id = photo.Id,
                    task_id = task.Id,
                },
            },
            Readable
        );
        return FindFault(content) is { } fault
            ? throw new FormatException($"The object of task {task.Id} could not be read by Label Studio. {fault}")
            : content;
    }

    /// <returns>Why Label Studio cannot read an object as a task; null when it can.</returns>
    public static string? FindFault(ReadOnlyMemory<byte> content)
    {
        if (content.IsEmpty)
            return "It is empty.";
        if (content.Span.StartsWith("\uFEFF"u8))
            return "It begins with a byte order mark.";
        // The parser looks at the bytes of texts only when they are read.
        if (!Utf8.IsValid(content.Span))
            return "It is not UTF-8.";
        try
        {
            using var json = JsonDocument.Parse(content);
            return json.RootElement.ValueKind switch
            {
                JsonValueKind.Object
                    when json.RootElement.TryGetProperty("predictions", out _) && !json.RootElement.TryGetProperty("data", out _) =>
                    "It has \"predictions\", but no \"data\".",
                JsonValueKind.Object => null,
                JsonValueKind.Array => "It holds a list: write one task to each file.",
                var kind => $"It holds {kind}, not a JSON object.",
            };
        }
        catch (JsonException e)
        {
            return $"It is not one JSON object: {e.Message}";
        }
    }
}
