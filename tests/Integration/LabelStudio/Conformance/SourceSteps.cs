using System.Text.Json.Nodes;
using GourmetGram.Tests.LabelStudio;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

internal static class SourceSteps
{
    private const string Folder = "tasks/randomsampled/";
    private const int Many = 500;

    private static readonly string[] ToldCases =
    [
        "malformed",
        "empty-object",
        "scalar",
        "bom",
        "latin1",
        "nan",
        "array-bad-item",
        "prediction-no-data",
        "text-file",
        "bad-regex",
    ];

    public static IReadOnlyDictionary<string, Func<Replay, Task>> Before { get; } = All();

    public static async Task<JsonNode?> ObserveAsync(Replay replay, Entry entry)
    {
        var project = replay.LastStorage.Project;
        switch (entry.Name)
        {
            case "bulk-while-first" or "pg-while-first":
                replay.Server.ReleaseSyncs();
                return await ShowFirstAsync(replay, entry, project);
            case var _ when entry.Result is JsonArray:
                return await Steps.TasksAsync(replay, project);
            case var _ when entry.Result is JsonObject fields && fields.ContainsKey("tasks") && fields.Count == 1:
                return new JsonObject { ["tasks"] = replay.Server.AllTasks.Count(task => task.Project == project) };
            default:
                return null;
        }
    }

    private static Dictionary<string, Func<Replay, Task>> All()
    {
        var steps = new Dictionary<string, Func<Replay, Task>>(StringComparer.Ordinal)
        {
            ["create-empty-prefix"] = replay => replay.Bucket.MakeBucketAsync("labelstudio"),
            ["create-placeholder-no-slash"] = replay => replay.PutAsync(Folder, ""),
            ["sync-one"] = replay => PutRecordedAsync(replay, "sync-one-tasks"),
            ["sync-changed"] = replay => PutRecordedAsync(replay, "sync-after-task-delete-tasks"),
            ["sync-after-task-delete"] = replay => replay.AskAsync(HttpMethod.Delete, $"/api/tasks/{replay.Server.AllTasks[0].Id}"),
            ["sync-after-object-delete"] = replay => replay.Bucket.DeleteAsync("labelstudio", Folder + "task1.json"),
            ["sync-nothing-left"] = replay => replay.Bucket.DeleteAsync("labelstudio", Folder),
            ["sync-object-back"] = replay => PutRecordedAsync(replay, "sync-one-tasks"),
            ["sync-not-synchronizable"] = replay =>
                replay.AskAsync(
                    HttpMethod.Patch,
                    $"/api/storages/s3/{replay.LastStorage.Id}",
                    new JsonObject { ["synchronizable"] = false }
                ),
            ["case-heal-sync-after"] = replay => replay.Bucket.DeleteAsync("labelstudio", "cases/heal/task2.json"),
            ["endpoint-env-create-empty-prefix"] = replay => PutTaskAsync(replay, "cases/u-ok/task1.json"),
            ["endpoint-env-sync-nothing-left"] = EmptyAsync,
            ["ssrf-default-create"] = replay => PutTaskAsync(replay, "cases/ssrf/task1.json"),
            ["ssrf-default-sync"] = replay => WithoutSsrfAsync(replay, "ssrf-default-sync"),
            ["sync-store-down"] = async replay =>
            {
                await PutTaskAsync(replay, "cases/down/task1.json");
                await replay.EnsureStorageAsync("source", 67);
                replay.Server.S3Fault = true;
            },
            ["sync-wrong-secret"] = replay =>
            {
                replay.Server.S3Fault = false;
                replay.Server.Data.Sources[^1].Fields["aws_secret_access_key"] = "wrong";
                return Task.CompletedTask;
            },
            ["bulk-500"] = replay => PutManyAsync(replay, "cases/bulk/"),
            ["bulk-while-get"] = replay => HoldAsync(replay, "bulk-while-get", 109),
            ["kill-get"] = replay => KillAsync(replay, "kill-get", 113),
            ["kill-get-later"] = LaterAsync,
            ["pg-while-sync"] = async replay =>
            {
                await replay.StartServerAsync(LabelStudioMode.Legacy123);
                replay.Server.Settings.Database = LabelStudioDatabase.PostgreSql;
                await PutManyAsync(replay, "paging/");
                await HoldAsync(replay, "pg-while-sync", 139);
            },
            ["pg-kill-get"] = replay => KillAsync(replay, "pg-kill-get", 139),
            ["pg-kill-sync-later"] = LaterAsync,
            ["pg-nan"] = replay =>
            {
                var prefix = replay.EntryOf("pg-nan").Result!["prefix"]!.ToString().TrimEnd('/');
                return replay.PutAsync($"{prefix}/task2.json", """{"data": {"image": "x", "score": NaN}}""");
            },
        };
        foreach (var name in ToldCases)
            steps[$"endpoint-env-case-{name}"] = replay => CopyCaseAsync(replay, name);
        return steps;
    }

    private static Task PutTaskAsync(Replay replay, string key) =>
        replay.PutAsync(key, new JsonObject { ["data"] = new JsonObject { ["image"] = Replay.Picture } }.ToJsonString());

    private static Task PutRecordedAsync(Replay replay, string entry) =>
        replay.PutAsync(
            Folder + "task1.json",
            new JsonObject { ["data"] = replay.EntryOf(entry).Result![0]!["data"]!.DeepClone() }.ToJsonString()
        );

    /// <summary>The objects of a case, once more under another name.</summary>
    private static async Task CopyCaseAsync(Replay replay, string name)
    {
        foreach (var (key, content) in replay.EntryOf($"case-{name}-objects").Result!.AsObject())
            await replay.Bucket.PutAsync(
                "labelstudio",
                key.Replace($"cases/{name}/", $"cases/u-{name}/", StringComparison.Ordinal),
                Steps.BytesOf(content!.ToString())
            );
    }

    private static async Task EmptyAsync(Replay replay)
    {
        await MakeAsync(replay, "endpoint-env-sync-nothing-left", "cases/u-ok/", endpoint: null);
        await replay.Bucket.DeleteAsync("labelstudio", "cases/u-ok/task1.json");
    }

    private static async Task WithoutSsrfAsync(Replay replay, string entry)
    {
        replay.Server.Settings.SsrfProtection = false;
        await MakeAsync(replay, entry, "cases/ssrf/", Fixtures.S3Server.Endpoint);
        replay.Server.Settings.SsrfProtection = true;
    }

    /// <summary>A storage of which no recorded answer speaks.</summary>
    private static async Task MakeAsync(Replay replay, string entry, string prefix, string? endpoint)
    {
        var recorded = NumberOf(replay, entry);
        if (replay.Ids.Knows("source", recorded))
            return;
        var project = replay.Server.AllProjects[^1].Id;
        var storage = new JsonObject
        {
            ["project"] = project,
            ["title"] = "Source Storage",
            ["bucket"] = replay.Bucket.Prefix + "labelstudio",
            ["prefix"] = prefix,
            ["regex_filter"] = @".*\.json$",
            ["presign"] = false,
            ["region_name"] = "us-east-1",
            ["s3_endpoint"] = endpoint,
        };
        replay.Ids.Learn("source", recorded, await replay.StorageAsync("source", storage));
    }

    private static int NumberOf(Replay replay, string entry) =>
        int.Parse(replay.EntryOf(entry).Path.Split('/')[4], System.Globalization.CultureInfo.InvariantCulture);

    private static Task PutManyAsync(Replay replay, string folder) =>
        Parallel.ForAsync(0, Many, TestContext.Current.CancellationToken, async (number, _) =>
            await PutTaskAsync(replay, $"{folder}task-{number:0000}.json")
        );

    private static async Task HoldAsync(Replay replay, string entry, int after)
    {
        var recorded = NumberOf(replay, entry);
        await replay.EnsureStorageAsync("source", recorded);
        var reached = replay.Server.HoldSync(after);
        replay.Running = replay.AskAsync(HttpMethod.Post, $"/api/storages/s3/{replay.Ids.Of("source", recorded)}/sync", new JsonObject());
        if (await Task.WhenAny(reached, replay.Running) == replay.Running)
            Assert.Fail($"The sync ended before it made {after} tasks: {await replay.Running}");
    }

    private static async Task<JsonNode?> ShowFirstAsync(Replay replay, Entry entry, int project)
    {
        var first = (await replay.Running!)!.AsObject();
        var body = new JsonObject(
            entry.Result!["body"]!.AsObject().Select(field => KeyValuePair.Create(field.Key, first[field.Key]?.DeepClone()))
        );
        var count = entry.Result.AsObject().Last().Key;
        return new JsonObject
        {
            ["status"] = 200,
            ["body"] = body,
            [count] = replay.Server.AllTasks.Count(task => task.Project == project),
        };
    }

    private static async Task KillAsync(Replay replay, string entry, int after)
    {
        var recorded = NumberOf(replay, entry);
        await replay.EnsureStorageAsync("source", recorded);
        replay.Server.KillDuringSync(after);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() =>
            replay.AskAsync(HttpMethod.Post, $"/api/storages/s3/{replay.Ids.Of("source", recorded)}/sync", new JsonObject())
        );
    }

    private static Task LaterAsync(Replay replay)
    {
        replay.Time.Advance(TimeSpan.FromSeconds(27));
        return Task.CompletedTask;
    }
}
