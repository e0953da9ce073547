using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using GourmetGram.Tests.LabelStudio;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

internal static class TargetSteps
{
    private const string Output = "output/randomsampled";

    public static IReadOnlyDictionary<string, Func<Replay, Task>> Before { get; } =
        new Dictionary<string, Func<Replay, Task>>(StringComparer.Ordinal)
        {
            ["validate-ok"] = async replay =>
            {
                await replay.Bucket.MakeBucketAsync("labelstudio");
                await LabelledAsync(replay, "validate-ok");
            },
            ["sync-restores"] = async replay =>
            {
                foreach (var key in await replay.Bucket.KeysAsync("labelstudio", Output))
                    await replay.Bucket.DeleteAsync("labelstudio", key);
            },
            ["delete-task"] = async replay =>
            {
                var project = await replay.ProjectAsync(replay.EntryOf("validate-ok").Body!["project"]!.GetValue<int>());
                var task = await replay.TaskAsync(project);
                replay.Ids.Learn("task", NumberIn(replay.EntryOf("delete-task").Path), task);
                replay.Ids.Learn(
                    "annotation",
                    NumberIn(replay.EntryOf("delete-task-object").Result!["key"]!.ToString()),
                    await replay.AnnotateAsync(task, "Soup")
                );
            },
            ["prefix-slash-annotate"] = async replay =>
            {
                var project = await replay.ProjectAsync(replay.EntryOf("create-prefix-slash").Body!["project"]!.GetValue<int>());
                var recorded = NumberIn(replay.EntryOf("prefix-slash-annotate").Path);
                replay.Ids.Reuse("task", recorded);
                replay.Ids.Learn("task", recorded, await replay.TaskAsync(project));
            },
            ["create-no-prefix"] = async replay =>
            {
                await replay.Bucket.MakeBucketAsync("exporttop");
                await LabelledAsync(replay, "create-no-prefix");
            },
            ["annotate-bucket-gone"] = async replay =>
            {
                var gone = GoneBucket(replay);
                await replay.Bucket.MakeBucketAsync(gone);
                await replay.EnsureStorageAsync("target", replay.EntryOf("sync-bucket-gone-get").Result!["id"]!.GetValue<int>());
                await replay.Bucket.RemoveBucketAsync(gone);
            },
            ["sync-bucket-back"] = replay => replay.Bucket.MakeBucketAsync(GoneBucket(replay)),
            ["future-annotate"] = async replay =>
            {
                var project = await replay.ProjectAsync(replay.EntryOf("future-annotate").Result!["project"]!.GetValue<int>());
                await replay.StorageAsync("target", Storage(replay, project, "labelstudio", "output/future"));
            },
            ["endpoint-env-annotate-bucket-gone"] = async replay =>
            {
                await replay.Bucket.MakeBucketAsync("gone-env");
                var project = await replay.NewProjectAsync();
                var storage = Storage(replay, project, "gone-env", "o");
                storage["s3_endpoint"] = null;
                replay.Ids.Learn(
                    "target",
                    NumberIn(replay.EntryOf("endpoint-env-sync-bucket-gone").Path),
                    await replay.StorageAsync("target", storage)
                );
                replay.Ids.Learn(
                    "task",
                    NumberIn(replay.EntryOf("endpoint-env-annotate-bucket-gone").Path),
                    await replay.TaskAsync(project)
                );
                await replay.Bucket.RemoveBucketAsync("gone-env");
            },
            ["annotate-store-down"] = async replay =>
            {
                await replay.EnsureStorageAsync("target", 28);
                await replay.EnsureTaskAsync(139);
                replay.Server.S3Fault = true;
            },
            ["sync-wrong-secret"] = replay =>
            {
                replay.Server.S3Fault = false;
                return SetSecret(replay, "wrong");
            },
            ["sync-store-back"] = replay => SetSecret(replay, Fixtures.S3Server.SecretKey),
            ["create-every-write-fails"] = replay => LabelledAsync(replay, "create-every-write-fails"),
        };

    public static async Task<JsonNode?> ObserveAsync(Replay replay, Entry entry)
    {
        switch (entry.Result)
        {
            case JsonArray keys:
                return await KeysAsync(replay, keys);
            case JsonObject fields when entry.Name == "draft":
                return new JsonObject
                {
                    ["status"] = await replay.StatusOfAsync(
                        HttpMethod.Post,
                        $"/api/tasks/{replay.Server.AllTasks[^1].Id}/drafts",
                        new JsonObject { ["result"] = new JsonArray(), ["lead_time"] = 1 }
                    ),
                    ["keys"] = await KeysAsync(replay, fields["keys"]!.AsArray()),
                };
            case JsonObject fields when fields.ContainsKey("before"):
                return await DeleteAsync(replay, entry);
            case JsonObject fields when fields.ContainsKey("exists"):
                var expected = OurKey(replay, fields["key"]!.ToString(), "annotation");
                return new JsonObject
                {
                    ["key"] = fields["key"]!.DeepClone(),
                    ["exists"] = (await replay.Bucket.KeysAsync("labelstudio", expected)).Contains(expected),
                };
            case JsonObject fields when entry.Name == "future-object":
                var task = replay.Ids.Of("task", NumberIn(fields["keys"]![0]!.ToString()));
                await replay.AnnotateAsync(task, "Rice");
                return new JsonObject
                {
                    ["keys"] = new JsonArray(fields["keys"]![0]!.DeepClone()),
                    ["object"] = await ReadAsync(replay, $"output/future/{task}.json", fields["object"]),
                };
            case JsonObject fields when fields.ContainsKey("object"):
                var written = await ReadAsync(replay, OurKey(replay, fields["key"]!.ToString(), "annotation"), fields["object"]);
                return new JsonObject
                {
                    ["key"] = fields["key"]!.DeepClone(),
                    ["file"] = fields["file"]!.DeepClone(),
                    ["object"] = written,
                };
            default:
                return null;
        }
    }

    /// <summary>A project with one task and one annotation, made before the entry that names the project.</summary>
    private static async Task LabelledAsync(Replay replay, string entry) =>
        await replay.AnnotateAsync(
            await replay.TaskAsync(await replay.ProjectAsync(replay.EntryOf(entry).Body!["project"]!.GetValue<int>())),
            "Soup"
        );

    private static JsonObject Storage(Replay replay, int project, string bucket, string prefix) =>
        new()
        {
            ["project"] = project,
            ["title"] = "Target Storage",
            ["bucket"] = replay.Bucket.Prefix + bucket,
            ["prefix"] = prefix,
        };

    private static string GoneBucket(Replay replay) => replay.EntryOf("sync-bucket-gone-get").Result!["bucket"]!.ToString();

    private static Task SetSecret(Replay replay, string secret)
    {
        replay.Server.Data.Targets.Find(storage => storage.Id == replay.Ids.Of("target", 28))!.Fields["aws_secret_access_key"] = secret;
        return Task.CompletedTask;
    }

    /// <summary>
    /// Keys under the storage that was spoken of last, in the words of the recording: the number at the end of a key is an annotation's.
    /// </summary>
    private static async Task<JsonArray> KeysAsync(Replay replay, JsonArray recorded)
    {
        var storage = replay.Server.TargetStorages.First(target => target.Id == replay.LastStorage.Id);
        var ours = await replay.Bucket.KeysAsync(storage.Bucket[replay.Bucket.Prefix.Length..], storage.Prefix);
        var unknown = recorded.Select(key => NumberIn(key!.ToString())).Where(number => !replay.Ids.Knows("annotation", number)).ToList();
        foreach (
            var number in ours.Select(NumberIn)
                .Where(number => replay.Ids.Recorded("annotation", number) is null)
                .Order()
                .ToList()
                .Zip(unknown.Order())
        )
            replay.Ids.Learn("annotation", number.Second, number.First);
        var theirs = ours.Select(key =>
            key[..(key.LastIndexOf('/') + 1)]
            + (replay.Ids.Recorded("annotation", NumberIn(key))?.ToString(CultureInfo.InvariantCulture) ?? "?")
        );
        return new JsonArray([.. theirs.Order(StringComparer.Ordinal).Select(key => JsonValue.Create(key))]);
    }

    /// <summary>Annotates where <c>can_delete_objects</c> is on, and deletes the annotation or its task.</summary>
    private static async Task<JsonNode?> DeleteAsync(Replay replay, Entry entry)
    {
        var before = entry.Result!["before"]![0]!.ToString();
        var prefix = before[..before.LastIndexOf('/')];
        var project = await replay.NewProjectAsync();
        var storage = Storage(replay, project, "labelstudio", prefix);
        storage["can_delete_objects"] = true;
        await replay.StorageAsync("target", storage);
        var task = await replay.TaskAsync(project);
        var annotation = await replay.AnnotateAsync(task, "Egg");
        replay.Ids.Learn("annotation", NumberIn(before), annotation);
        var first = await replay.Bucket.KeysAsync("labelstudio", prefix + "/");
        var status = await replay.StatusOfAsync(
            HttpMethod.Delete,
            entry.Name.Contains("task", StringComparison.Ordinal) ? $"/api/tasks/{task}" : $"/api/annotations/{annotation}"
        );
        var second = await replay.Bucket.KeysAsync("labelstudio", prefix + "/");
        JsonArray Show(List<string> keys) => new([.. keys.Select(key => JsonValue.Create(key == $"{prefix}/{annotation}" ? before : key))]);
        return new JsonObject
        {
            ["status"] = status,
            ["before"] = Show(first),
            ["after"] = Show(second),
        };
    }

    private static string OurKey(Replay replay, string recorded, string kind) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{recorded[..(recorded.LastIndexOf('/') + 1)]}{replay.Ids.Of(kind, NumberIn(recorded))}"
        );

    /// <summary>
    /// Reads what was written, which must be formed as Python forms it, with the recorded names in their order and the recorded type.
    /// </summary>
    private static async Task<JsonNode?> ReadAsync(Replay replay, string key, JsonNode? recorded)
    {
        var text = Encoding.UTF8.GetString(await replay.Bucket.ReadAsync("labelstudio", key));
        var written = JsonNode.Parse(text);
        Assert.Equal(written.Dump(), text);
        Assert.Equal(NamesOf(recorded), NamesOf(written));
        Assert.Equal("binary/octet-stream", await replay.Bucket.TypeOfAsync("labelstudio", key));
        return written;
    }

    private static IEnumerable<string> NamesOf(JsonNode? node) =>
        node switch
        {
            JsonObject fields => fields.SelectMany(field => NamesOf(field.Value).Prepend(field.Key)),
            JsonArray items => items.SelectMany(NamesOf),
            _ => [],
        };

    /// <summary>The only number of a path, or the last part of a key.</summary>
    private static int NumberIn(string path) =>
        path.Replace(".json", "", StringComparison.Ordinal)
            .Split('/')
            .Select(part => int.TryParse(part, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Last(number => number > 0);
}
