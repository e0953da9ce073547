using System.Text.Json;
using System.Text.Json.Nodes;
using GourmetGram.Application.Retraining;

namespace GourmetGram.WebApi.Commands;

/// <summary>
/// Reads labelled photos from what other tools write: a folder with a folder per class, a CSV, a list as JSON lines, or an export of Label
/// Studio (JSON or JSON-MIN).
/// </summary>
internal static class LabelledFiles
{
    private static readonly string[] FileColumns = ["file", "file_name", "filename", "image", "path", "photo"];

    private static readonly string[] LabelColumns = ["label", "class", "choice", "class_name"];

    /// <summary>Finds the photos.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="photos">Folder of the photos that a file names; null for the folder of the file.</param>
    /// <param name="classes">The classes of the model.</param>
    /// <exception cref="CommandException">The path does not exist, or its content is none of these.</exception>
    public static IReadOnlyList<ImportLabels.LabelledFile> Find(string path, string? photos, IReadOnlyList<string> classes)
    {
        var folders = ClassFolders.Of(classes);
        if (Directory.Exists(path))
            return
            [
                .. Directory
                    .EnumerateFiles(path, "*", SearchOption.AllDirectories)
                    .Where(file => PhotoFiles.Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                    .Order(StringComparer.Ordinal)
                    .Select(file => Create(file, ClassOf(Path.GetFileName(Path.GetDirectoryName(file))!), file)),
            ];
        if (!File.Exists(path))
            throw new CommandException($"{path} does not exist.");
        var root = Path.GetFullPath(photos ?? Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            return
            [
                .. (
                    Path.GetExtension(path).ToUpperInvariant() switch
                    {
                        ".CSV" => FromCsv(File.ReadAllText(path)),
                        ".JSONL" => File.ReadLines(path).Where(line => line.Length > 0).Select(line => FromRow(JsonNode.Parse(line))),
                        ".JSON" => JsonNode.Parse(File.ReadAllText(path)) is JsonArray tasks
                            ? tasks.Select(FromRow)
                            : throw new CommandException($"{path} is not a list of tasks."),
                        _ => throw new CommandException($"{path} is neither a folder nor a .csv, .json or .jsonl file."),
                    }
                )
                    .Where(row => row.Label is not null)
                    .Select(row => Create(row.File, ClassOf(row.Label!), Resolve(root, row.File))),
            ];
        }
        catch (JsonException e)
        {
            throw new CommandException($"{path} is not valid JSON: {e.Message}", e);
        }

        // Exports of this product have folders with readable names, and its buckets have class_NN.
        string ClassOf(string name)
        {
            var index = folders.ToList().FindIndex(folder => string.Equals(folder, name, StringComparison.OrdinalIgnoreCase));
            if (
                index < 0
                && name.StartsWith("class_", StringComparison.Ordinal)
                && int.TryParse(name.AsSpan("class_".Length), out var number)
            )
                index = number;
            return !classes.Contains(name, StringComparer.Ordinal) && index >= 0 && index < classes.Count ? classes[index] : name;
        }
    }

    private static ImportLabels.LabelledFile Create(string name, string label, string? file) =>
        new(name, label, file is null ? null : token => File.ReadAllBytesAsync(file, token));

    private static IEnumerable<(string File, string? Label)> FromCsv(string text)
    {
        var rows = CsvRows.Parse(text);
        if (rows.Count == 0)
            yield break;
        var (file, label) = (ColumnOf(rows[0], FileColumns), ColumnOf(rows[0], LabelColumns));
        foreach (var row in rows.Skip(1).Where(row => row.Count > Math.Max(file, label)))
            yield return (row[file], row[label].Length == 0 ? null : row[label]);
    }

    private static int ColumnOf(IReadOnlyList<string> header, string[] names)
    {
        var index = header.ToList().FindIndex(name => names.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase));
        return index >= 0 ? index : throw new CommandException($"The CSV has no column named {string.Join(" or ", names)}.");
    }

    /// <summary>Reads a task of Label Studio, or an object with a file and a label.</summary>
    private static (string File, string? Label) FromRow(JsonNode? row)
    {
        if (row is not JsonObject task)
            return ("", Label: null);
        if (task["data"] is JsonObject data)
            return (PhotoIn(data) ?? "", ChoiceIn(task["annotations"] as JsonArray));
        var label = LabelColumns.Select(name => TextOf(task[name])).FirstOrDefault(text => text is not null);
        return (PhotoIn(task) ?? "", label);
    }

    private static string? PhotoIn(JsonObject data) =>
        FileColumns.Select(name => TextOf(data[name])).FirstOrDefault(text => text is not null)
        ?? data.Select(member => TextOf(member.Value))
            .FirstOrDefault(text =>
                text is not null && PhotoFiles.Extensions.Contains(Path.GetExtension(text), StringComparer.OrdinalIgnoreCase)
            );

    /// <summary>Returns the choice of the newest annotation that was not cancelled; null for a photo without one.</summary>
    private static string? ChoiceIn(JsonArray? annotations) =>
        (annotations ?? [])
            .OfType<JsonObject>()
            .Where(annotation => annotation["was_cancelled"]?.GetValue<bool>() != true)
            .OrderByDescending(annotation => TextOf(annotation["updated_at"]) ?? TextOf(annotation["created_at"]), StringComparer.Ordinal)
            .SelectMany(annotation => (annotation["result"] as JsonArray ?? []).OfType<JsonObject>())
            .Select(result => TextOf((result["value"]?["choices"] as JsonArray)?.FirstOrDefault()))
            .FirstOrDefault(choice => choice is not null);

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>
    /// Returns the file that a text names, within the folder of the photos; null if there is none. Label Studio names files by addresses:
    /// <c>/data/local-files/?d=path</c>, <c>/data/upload/1/name.jpg</c> or <c>s3://bucket/name.jpg</c>.
    /// </summary>
    private static string? Resolve(string root, string name)
    {
        const string local = "?d=";
        var at = name.IndexOf(local, StringComparison.Ordinal);
        var path = Uri.UnescapeDataString(at >= 0 ? name[(at + local.Length)..] : name.Split('?')[0]);
        return new[] { path.TrimStart('/'), Path.GetFileName(path) }
            .Where(relative => relative.Length > 0)
            .Select(relative => Path.GetFullPath(Path.Combine(root, relative)))
            .FirstOrDefault(file => file.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.Exists(file));
    }
}
