using System.Globalization;
using System.Text.Json;

namespace GourmetGram.Application.Labeling;

/// <summary>One finished annotation as another program wrote it.</summary>
internal sealed record Annotation
{
    /// <summary>Label Studio's id; null in the lab's own files.</summary>
    public required long? AnnotationId { get; init; }

    /// <summary>When it was last changed, UTC; null in the lab's own files.</summary>
    public required DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>When it was given, UTC; null in the lab's own files.</summary>
    public required DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The annotator's number in the other program; null when the file does not say.</summary>
    public required string? Person { get; init; }

    /// <summary>The annotator's name in the other program; null when the file does not say.</summary>
    public required string? PersonName { get; init; }

    /// <summary>The chosen class or another answer, as text; null for a skip.</summary>
    public required string? Choice { get; init; }

    /// <summary>The annotator's note; null when there is none.</summary>
    public required string? Note { get; init; }

    /// <summary>How long the annotation took; null when unknown.</summary>
    public required TimeSpan? Took { get; init; }

    /// <summary>The ids and addresses that name the photo, most reliable first.</summary>
    public required IReadOnlyList<string> Photo { get; init; }

    /// <summary>Whether the task showed the model's answer.</summary>
    public required bool ShowedAnswer { get; init; }

    /// <summary>Why the annotation cannot be used; null when it can.</summary>
    public required string? Fault { get; init; }

    /// <summary>
    /// The e-mail address with which the annotator signs in to the other program; null when the file does not say. The address finds the
    /// annotator's account on this server. The address is not stored. The property is internal, so that the record does not print it.
    /// </summary>
    internal string? Email { get; init; }
}

/// <summary>
/// Reads files that other programs write below <c>labelstudio/output</c>. A file contains an annotation of Label Studio (1.16 to 1.23), a
/// task of Label Studio with its annotations (<c>FUTURE_SAVE_TASK_TO_STORAGE</c>), or a correction of the lab's web app. The answer is the
/// single choice of the control <c>label</c> or <c>food_type</c>, or of the only control.
/// </summary>
internal static class OutputFile
{
    /// <summary>Maximum size of an annotation file in bytes.</summary>
    public const int MostBytes = 1 << 20;

    private static readonly string[] Controls = ["label", "food_type"];

    /// <summary>Fields of the task data that name the photo, most reliable first.</summary>
    private static readonly string[] Names = ["prediction_id", "task_id", "object_key", "image"];

    /// <summary>
    /// Fields of the task data that reveal the model's answer. The object key does too, because it contains the predicted class's folder.
    /// </summary>
    private static readonly string[] Answers = ["ml_prediction", "confidence", "object_key"];

    /// <summary>Returns the annotations of a file; at least one.</summary>
    /// <exception cref="FormatException">The file is not an annotation file; the message says why.</exception>
    public static IReadOnlyList<Annotation> Read(ReadOnlyMemory<byte> content)
    {
        if (content.IsEmpty)
            throw new FormatException("The file is empty.");
        if (content.Length > MostBytes)
            throw new FormatException($"The file has more than {MostBytes} bytes, which is too large for a label.");
        try
        {
            // Editors and other programs may write a byte order mark before UTF-8.
            using var json = JsonDocument.Parse(content.Span.StartsWith("\uFEFF"u8) ? content[3..] : content);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw new FormatException($"The file contains a JSON {json.RootElement.ValueKind}, not a JSON object.");
            return Read(json.RootElement);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The file is not valid JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // Text with half a surrogate pair is valid JSON, but cannot be read as a string.
            throw new FormatException($"The file contains text that is not valid Unicode: {e.Message}", e);
        }
    }

    private static IReadOnlyList<Annotation> Read(JsonElement root)
    {
        if (Array(root, "annotations") is not null && root.TryGetProperty("data", out _))
            return ReadTask(root) is { Count: > 0 } all ? all : throw new FormatException("The task has no annotations.");
        if (!root.TryGetProperty("result", out _))
            throw new FormatException("The annotation has no \"result\".");
        return Object(root, "task") is { } task
            ? [Read(root, task)]
            : throw new FormatException("The annotation has no \"task\" that identifies the photo.");
    }

    /// <summary>Returns the annotations of a Label Studio task; empty when nobody has labelled it.</summary>
    /// <exception cref="FormatException">The JSON is not a Label Studio task; the message says why.</exception>
    public static IReadOnlyList<Annotation> ReadTask(JsonElement task) =>
        Array(task, "annotations") is { } all ? [.. all.EnumerateArray().Select(annotation => Read(annotation, task))] : [];

    private static Annotation Read(JsonElement annotation, JsonElement task)
    {
        if (annotation.ValueKind != JsonValueKind.Object)
            throw new FormatException("An annotation is not a JSON object.");
        var data = Object(task, "data") ?? throw new FormatException("The task has no \"data\" that identifies the photo.");
        var (choice, fault) = IsSkip(annotation) ? (null, null) : ChoiceOf(annotation);
        return new Annotation
        {
            AnnotationId =
                annotation.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number)
                    ? number
                    : null,
            UpdatedAt = Time(annotation, "updated_at"),
            CreatedAt = Time(annotation, "created_at"),
            Person = PersonOf(annotation),
            PersonName = NameOf(annotation),
            Choice = choice,
            Note = NoteOf(annotation),
            Took =
                annotation.TryGetProperty("lead_time", out var lead)
                && lead.ValueKind == JsonValueKind.Number
                && lead.TryGetDouble(out var seconds)
                && seconds is >= 0 and < 1e7
                    ? TimeSpan.FromSeconds(seconds)
                    : null,
            Photo = [.. Names.Select(name => Text(data, name)).OfType<string>()],
            ShowedAnswer =
                Answers.Any(name => data.TryGetProperty(name, out var told) && Tells(told))
                || !annotation.TryGetProperty("id", out _)
                // The annotation began as a prediction that the annotator saw.
                || (annotation.TryGetProperty("parent_prediction", out var prediction) && Tells(prediction)),
            Fault = fault,
            Email = EmailOf(annotation),
        };
    }

    private static bool Tells(JsonElement told) =>
        told.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
        && !(told.ValueKind == JsonValueKind.String && told.GetString()!.Length == 0);

    /// <summary>
    /// Returns whether an annotation is a skip. Where the project allows it, annotators also skip a photo by submitting without a choice.
    /// </summary>
    private static bool IsSkip(JsonElement annotation) =>
        Flag(annotation, "was_cancelled")
        || (
            annotation.TryGetProperty("result", out var result)
            && (result.ValueKind == JsonValueKind.Null || (result.ValueKind == JsonValueKind.Array && result.GetArrayLength() == 0))
        );

    private static (string? Choice, string? Fault) ChoiceOf(JsonElement annotation)
    {
        if (Array(annotation, "result") is not { } results)
            return (null, "The annotation has no class: \"result\" is not a list.");
        var choices = results.EnumerateArray().Where(item => Text(item, "type") == "choices").ToList();
        // The lab's own files do not name the control.
        var asked = choices
            .Where(item => Text(item, "from_name") is not { } control || Controls.Contains(control, StringComparer.Ordinal))
            .ToList();
        var named = (asked.Count > 0 ? asked : choices)
            .SelectMany(item =>
                Object(item, "value") is { } value && Array(value, "choices") is { } list
                    ? list.EnumerateArray()
                    : Enumerable.Empty<JsonElement>()
            )
            .Select(choice => choice.ValueKind == JsonValueKind.String ? choice.GetString()! : choice.GetRawText())
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return named switch
        {
            [] => (null, "The annotation has no class and was not skipped."),
            [var only] => (only, null),
            _ => (null, $"The annotation has {named.Count} classes: {string.Join(", ", named)}."),
        };
    }

    private static string? NoteOf(JsonElement annotation)
    {
        if (Array(annotation, "result") is not { } results)
            return null;
        var lines = results
            .EnumerateArray()
            .Where(item => Text(item, "type") == "textarea")
            .SelectMany(item =>
                Object(item, "value") is { } value && Array(value, "text") is { } list
                    ? list.EnumerateArray()
                    : Enumerable.Empty<JsonElement>()
            )
            .Where(line => line.ValueKind == JsonValueKind.String)
            .Select(line => line.GetString()!);
        var note = string.Join("\n", lines).Trim();
        return note.Length == 0 ? null : note[..Math.Min(note.Length, Domain.Labeling.HumanLabel.NoteLength)];
    }

    private static string? PersonOf(JsonElement annotation) =>
        Object(annotation, "completed_by") is { } person && person.TryGetProperty("id", out var id) ? id.GetRawText()
        : annotation.TryGetProperty("completed_by", out var number) && number.ValueKind == JsonValueKind.Number ? number.GetRawText()
        : null;

    private static string? NameOf(JsonElement annotation) =>
        Object(annotation, "completed_by") is { } person
        && $"{Text(person, "first_name")} {Text(person, "last_name")}".Trim() is { Length: > 0 } name
            ? name
            : null;

    private static string? EmailOf(JsonElement annotation) =>
        Object(annotation, "completed_by") is { } person && Text(person, "email") is { Length: > 0 } email ? email : null;

    private static bool Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static JsonElement? Array(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value : null;

    private static JsonElement? Object(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value
            : null;

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        DateTimeOffset.TryParse(
            Text(element, name),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
            : null;
}
