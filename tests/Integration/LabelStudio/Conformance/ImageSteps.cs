using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GourmetGram.Tests.LabelStudio;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

internal static partial class ImageSteps
{
    private const string Key = "class_09/01997d2e-0000-7000-8000-000000000009.jpg";
    private const string ETag = "\"11baf7911c27fc61c560ffa8f15e50d1b8\"";

    public static IReadOnlyDictionary<string, Func<Replay, Task>> Before { get; } =
        new Dictionary<string, Func<Replay, Task>>(StringComparer.Ordinal)
        {
            ["http-task"] = async replay =>
            {
                await replay.Bucket.MakeBucketAsync("production");
                await replay.Bucket.PutAsync("production", Key, Picture(), "image/jpeg");
                await replay.Bucket.PutAsync("production", "class_00/other.jpg", new byte[] { 1 }, "image/jpeg");
                await SyncedAsync(replay, "http");
            },
            ["s3-no-storage-task"] = replay => SyncedAsync(replay, "s3-no-storage"),
            ["proxy-task"] = replay => SyncedAsync(replay, "proxy"),
            ["presign-task"] = replay => SyncedAsync(replay, "presign"),
            ["proxy-resolve-etag"] = async replay =>
            {
                var uri = Convert.ToBase64String(Encoding.UTF8.GetBytes($"s3://{replay.Bucket.Prefix}production/{Key}"));
                var picture = new Uri($"/tasks/{replay.Server.AllTasks[2].Id}/resolve/?fileuri={uri}", UriKind.Relative);
                using var response = await replay.Server.Admin.GetAsync(picture, TestContext.Current.CancellationToken);
                replay.Placeholders[ETag] = response.Headers.ETag!.Tag;
            },
            ["direct-proxy-task"] = replay => DirectAsync(replay, "direct-proxy-task", presign: false),
            ["direct-presign-task"] = replay => DirectAsync(replay, "direct-presign-task", presign: true),
            ["direct-other-prefix"] = replay => DirectAsync(replay, entry: null, presign: false, prefix: "class_00/"),
        };

    public static async Task<JsonNode?> ObserveAsync(Replay replay, Entry entry)
    {
        var task = replay.Server.AllTasks[^1].Id;
        var shown = (await replay.AskAsync(HttpMethod.Get, $"/api/tasks/{task}"))!["data"]!["image"]!.ToString();
        // One picture was cut in the recording without a mark.
        var recorded = entry.Result!["data.image"]!.ToString();
        var seen = new JsonObject
        {
            ["data.image"] =
                recorded.StartsWith("data:", StringComparison.Ordinal) && shown.StartsWith(recorded, StringComparison.Ordinal)
                    ? recorded
                    : shown,
        };
        if (entry.Result.AsObject().ContainsKey("fileuri decoded"))
            seen["fileuri decoded"] = FileUri().Match(shown) is { Success: true } match
                ? Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[1].Value))
                : null;
        return seen;
    }

    /// <summary>The recorded picture: it stands in an answer of 1.16.</summary>
    private static byte[] Picture() =>
        Convert.FromBase64String(
            Transcript.Read(LabelStudioDouble.Version116, "images").Entries.First(entry => entry.Name == "direct-proxy-task").Result![
                "data"
            ]!["image"]!
                .ToString()
                .Split(',')[1]
        );

    /// <summary>A task that came by a storage of the bucket of tasks.</summary>
    private static async Task SyncedAsync(Replay replay, string name)
    {
        var recorded = replay.EntryOf($"{name}-task-raw").Result!.AsObject();
        var project = await replay.ProjectAsync(recorded["project"]!.GetValue<int>());
        var data = OurData(replay, recorded);
        await replay.PutAsync($"images/{name}/task1.json", new JsonObject { ["data"] = data }.ToJsonString());
        var source = await replay.StorageAsync(
            "source",
            new JsonObject
            {
                ["project"] = project,
                ["bucket"] = replay.Bucket.Prefix + "labelstudio",
                ["prefix"] = $"images/{name}/",
                ["presign"] = false,
            }
        );
        await replay.AskAsync(HttpMethod.Post, $"/api/storages/s3/{source}/sync", new JsonObject());
        replay.Ids.Learn("task", recorded["id"]!.GetValue<int>(), replay.Server.AllTasks[^1].Id);
    }

    /// <summary>A task put in directly, in a project with a storage of the bucket of pictures.</summary>
    private static async Task DirectAsync(Replay replay, string? entry, bool presign, string prefix = "")
    {
        var recorded = entry is null ? null : replay.EntryOf(entry).Result!.AsObject();
        var project = recorded is null ? await replay.NewProjectAsync() : await replay.ProjectAsync(recorded["project"]!.GetValue<int>());
        await replay.StorageAsync(
            "source",
            new JsonObject
            {
                ["project"] = project,
                ["bucket"] = replay.Bucket.Prefix + "production",
                ["prefix"] = prefix,
                ["presign"] = presign,
                ["synchronizable"] = false,
            }
        );
        var task = await replay.TaskAsync(project, OurData(replay, replay.EntryOf("proxy-task-raw").Result!.AsObject()));
        if (recorded is not null)
            replay.Ids.Learn("task", recorded["id"]!.GetValue<int>(), task);
        else if (TaskInAddress().Match(replay.EntryOf("direct-other-prefix").Result!["data.image"]!.ToString()) is { Success: true } match)
            replay.Ids.Learn("task", int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), task);
    }

    private static JsonObject OurData(Replay replay, JsonObject recorded)
    {
        var data = (JsonObject)recorded["data"]!.DeepClone();
        data["image"] = data.Text("image").Replace("s3://production/", $"s3://{replay.Bucket.Prefix}production/", StringComparison.Ordinal);
        return data;
    }

    [GeneratedRegex(@"/tasks/(\d+)/resolve")]
    private static partial Regex TaskInAddress();

    [GeneratedRegex("fileuri=(.*)$")]
    private static partial Regex FileUri();
}
