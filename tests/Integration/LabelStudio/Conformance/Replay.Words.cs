using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

/// <content>Puts our addresses, buckets, ids and keys in place of the recorded ones, and the other way round.</content>
internal sealed partial class Replay
{
    /// <summary>Refuses connections.</summary>
    private const string Nobody = "http://127.0.0.1:1";

    private static readonly string[] BucketNames = ["labelstudio", "production", "exporttop"];

    /// <summary>A recorded text as we have to send it.</summary>
    public string Ours(string recorded)
    {
        var text = recorded switch
        {
            "<S3_KEY_ID>" => S3Server.AccessKey,
            "<S3_SECRET>" or "another-secret-key" => S3Server.SecretKey,
            "http://minio:9000" => S3Server.Endpoint,
            "http://minio-down:9000" => Nobody,
            _ when BucketNames.Contains(recorded) || recorded.StartsWith("gone-", StringComparison.Ordinal) => Bucket.Prefix + recorded,
            _ => recorded.Replace("http://gourmetgram.internal:8000", Receiver.Address, StringComparison.Ordinal),
        };
        return Placeholders.Aggregate(text, (all, placeholder) =>
            all.Replace(placeholder.Key, placeholder.Value, StringComparison.Ordinal)
        );
    }

    /// <summary>A recorded body as we have to send it.</summary>
    private JsonNode OurBody(Entry entry) => (OurNode(entry.Body, "", KindOf(entry.Path)) ?? new JsonObject())!;

    private JsonNode? OurNode(JsonNode? node, string name, string kind) =>
        node switch
        {
            JsonObject fields => new JsonObject(
                fields.Select(field => KeyValuePair.Create(field.Key, OurNode(field.Value, field.Key, kind)))
            ),
            JsonArray items => new JsonArray([.. items.Select(item => OurNode(item, name, kind))]),
            JsonValue value when value.TryGetValue<string>(out var text) => Ours(text),
            JsonValue value when name == "project" && value.TryGetValue<int>(out var project) => Ids.Of("project", project),
            JsonValue value when name == "id" && value.TryGetValue<int>(out var id) => Ids.Of(kind, id),
            JsonValue value when name == "included" && value.TryGetValue<int>(out var task) => Ids.Of("task", task),
            _ => node?.DeepClone(),
        };

    private string OurPath(string recorded)
    {
        var path = NumberInPath()
            .Replace(recorded, match => match.Groups[1].Value + Ids.Of(KindOfSegment(match.Groups[1].Value), NumberOf(match.Groups[2])));
        path = ProjectInQuery().Replace(path, match => match.Groups[1].Value + Ids.Of("project", NumberOf(match.Groups[2])));
        path = Placeholders.Aggregate(path, (all, placeholder) =>
            all.Replace(placeholder.Key, placeholder.Value, StringComparison.Ordinal)
        );
        return FileUri().Replace(path, match => $"fileuri={Encode(ScheduledBucket(Decode(match.Groups[1].Value)))}");
    }

    /// <summary>Whether a text of the double says what was recorded.</summary>
    private bool IsSame(string recorded, string ours)
    {
        if (recorded.StartsWith("<JWT ", StringComparison.Ordinal))
        {
            Placeholders[recorded] = ours;
            return ours.Split('.').Length == 3;
        }

        if (recorded.StartsWith("eyJ", StringComparison.Ordinal) || recorded == "<id>")
            return ours.Split('.').Length == recorded.Split('.').Length;
        var path = NumberInPath()
            .Replace(
                Placeholders.Aggregate(recorded, (all, placeholder) =>
                    all.Replace(placeholder.Key, placeholder.Value, StringComparison.Ordinal)
                ),
                match => OurPath(match.Value)
            );
        path = StorageInText().Replace(path, match => $"Storage {Ids.Of(LastStorage.Kind, NumberOf(match.Groups[1]))} is");
        return path == Theirs(ours);
    }

    /// <summary>A text of the double in the words of the recording, but for the ids.</summary>
    private string Theirs(string ours) =>
        FileUri()
            .Replace(ours, match => $"fileuri={Encode(Decode(match.Groups[1].Value).Replace(Bucket.Prefix, "", StringComparison.Ordinal))}")
            .Replace(Server.Address.ToString().TrimEnd('/'), "http://label-studio:8080", StringComparison.Ordinal)
            .Replace(Receiver.Address, "http://gourmetgram.internal:8000", StringComparison.Ordinal)
            .Replace(S3Server.Endpoint, "http://minio:9000", StringComparison.Ordinal)
            .Replace(Bucket.Prefix, "", StringComparison.Ordinal);

    /// <summary><c>s3://bucket/key</c> with our bucket, where it is one of ours.</summary>
    private string ScheduledBucket(string uri) =>
        BucketNames.FirstOrDefault(name => uri.StartsWith($"s3://{name}/", StringComparison.Ordinal)) is { } bucket
            ? $"s3://{Bucket.Prefix}{bucket}{uri[$"s3://{bucket}".Length..]}"
            : uri;

    private static string KindOfSegment(string segment) =>
        segment switch
        {
            _ when segment.EndsWith("export/s3/", StringComparison.Ordinal) => "target",
            _ when segment.EndsWith("s3/", StringComparison.Ordinal) => "source",
            _ => segment.Trim('/').Split('/')[^1].TrimEnd('s'),
        };

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Decode(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));

    private static int? NumberIn(string path) => NumberInPath().Match(path) is { Success: true } match ? NumberOf(match.Groups[2]) : null;

    private static int NumberOf(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(/projects/|/tasks/|/annotations/|/storages/s3/|/storages/export/s3/|/webhooks/)(\d+)")]
    private static partial Regex NumberInPath();

    [GeneratedRegex(@"([?&]project=)(\d+)")]
    private static partial Regex ProjectInQuery();

    [GeneratedRegex(@"Storage (\d+) is")]
    private static partial Regex StorageInText();

    [GeneratedRegex("fileuri=([A-Za-z0-9+/_=-]+)")]
    private static partial Regex FileUri();
}
