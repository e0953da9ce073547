using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.LabelStudio;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

/// <summary>One thing that was recorded: a call with its answer, or something that was looked up between calls.</summary>
internal sealed class Entry(JsonObject json)
{
    public string Name => json["name"]!.GetValue<string>();

    public string Purpose => json["purpose"]!.GetValue<string>();

    public string? Method => Request["method"]?.GetValue<string>();

    public string Path => Request["path"]?.GetValue<string>() ?? "";

    public JsonObject Headers => Request["headers"] as JsonObject ?? [];

    public JsonNode? Body => Request["body"];

    /// <summary>A body that is no JSON object, as it was sent; null where <see cref="Body"/> says it.</summary>
    public string? Text => Request["text"]?.GetValue<string>();

    /// <summary>Whether the body was sent in chunks, so that nobody knew its length.</summary>
    public bool IsChunked => Headers["Transfer-Encoding"]?.ToString() == "chunked";

    /// <summary>What came on the same connection after the answer to a body in chunks.</summary>
    public string? Rest => Response["then"]?.GetValue<string>();

    public JsonObject? Form => Request["form"] as JsonObject;

    /// <summary>Null for a call whose caller gave up.</summary>
    public int? Status => Response["status"]?.GetValue<int>();

    public string? ContentType => (Response["headers"] as JsonObject)?["Content-Type"]?.GetValue<string>().Split(';')[0];

    /// <summary>What was answered, or what was seen.</summary>
    public JsonNode? Result => IsObservation ? Response["observed"] : Response["body"];

    public bool IsObservation => Request["observation"]?.GetValue<bool>() == true;

    /// <summary>Not something that Label Studio did, but what it found: it is put there.</summary>
    public bool IsPreparation => IsObservation && Purpose.StartsWith("objects in the bucket before", StringComparison.Ordinal);

    private JsonObject Request => json["request"]!.AsObject();

    private JsonObject Response => json["response"]!.AsObject();
}

/// <summary>The recordings of one version about one topic, in the order in which they were made.</summary>
/// <param name="Version">Of Label Studio.</param>
/// <param name="Topic">Name of the file.</param>
/// <param name="Entries">Later ones depend on earlier ones.</param>
internal sealed record Transcript(string Version, string Topic, IReadOnlyList<Entry> Entries)
{
    private static readonly string[] Topics =
    [
        "auth",
        "projects",
        "source-storage",
        "target-storage",
        "tasks",
        "webhooks",
        "images",
        "edges",
    ];

    public bool Is116 => Version == LabelStudioDouble.Version116;

    public static IEnumerable<string> TopicsOf(string version) => Topics.Where(topic => File.Exists(FileOf(version, topic)));

    public static Transcript Read(string version, string topic)
    {
        return new Transcript(
            version,
            topic,
            [.. JsonNode.Parse(File.ReadAllText(FileOf(version, topic)))!.AsArray().Select(entry => new Entry(entry!.AsObject()))]
        );
    }

    private static string FileOf(string version, string topic) =>
        Repository.PathOf("tests", "Integration", "LabelStudio", "Transcripts", version, topic + ".json");

    /// <summary>The first recorded description of a thing: what a test has to make when no recorded call made it.</summary>
    /// <param name="fits">Whether it is the thing.</param>
    /// <param name="from">The entry with which the recording of this server began.</param>
    public JsonObject? Describe(Func<Entry, JsonObject, bool> fits, int from) =>
        Entries.Skip(from).SelectMany(entry => Objects(entry.Result).Where(found => fits(entry, found))).FirstOrDefault();

    private static IEnumerable<JsonObject> Objects(JsonNode? node) =>
        node switch
        {
            JsonObject one => one.SelectMany(field => Objects(field.Value)).Prepend(one),
            JsonArray many => many.SelectMany(Objects),
            _ => [],
        };
}
