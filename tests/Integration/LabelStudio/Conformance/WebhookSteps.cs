using System.Text.Json.Nodes;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

internal static class WebhookSteps
{
    private const int ManyFailures = 55;

    public static IReadOnlyDictionary<string, Func<Replay, Task>> Before { get; } =
        new Dictionary<string, Func<Replay, Task>>(StringComparer.Ordinal)
        {
            ["status-500"] = replay => AnswerAsync(replay, "status-500", 500),
            ["status-401"] = replay => AnswerAsync(replay, "status-401", 401),
            ["redirect-302"] = replay => AnswerAsync(replay, "redirect-302", 302),
            ["slow-2s"] = async replay =>
            {
                await AnswerAsync(replay, "slow-2s", 200);
                replay.Receiver.IsSilent = true;
            },
            ["slow-0.7s"] = async replay =>
            {
                replay.Receiver.IsSilent = false;
                await AnswerAsync(replay, "slow-0.7s", 200);
            },
            ["down"] = async replay =>
            {
                await AnswerAsync(replay, "down", 200);
                Hook(replay)["url"] = "http://127.0.0.1:1/";
            },
            ["down-after-50"] = replay =>
            {
                Hook(replay)["url"] = replay.Receiver.Address + "/api/v1/label-studio/webhook";
                return Task.CompletedTask;
            },
        };

    public static async Task<JsonNode?> ObserveAsync(Replay replay, Entry entry)
    {
        if (entry.Name.EndsWith("-received", StringComparison.Ordinal))
        {
            var actions = Actions(replay);
            return new JsonObject { ["count"] = actions.Count, ["actions"] = actions };
        }

        var project = replay.Server.AllWebhooks[0].Project!.Value;
        switch (entry.Name)
        {
            case "payload-tasks-created-import":
                await replay.TaskAsync(project);
                break;
            case "payload-tasks-created-sync":
                await SyncAsync(replay, entry, project);
                break;
            case "payload-annotation-created":
                await replay.AnnotateAsync(replay.Server.AllTasks[0].Id, "Soup");
                break;
            case "payload-annotation-updated":
                var updated = new JsonObject { ["result"] = entry.Result![0]!["body"]!["annotation"]!["result"]!.DeepClone() };
                await replay.AskAsync(HttpMethod.Patch, $"/api/annotations/{replay.Server.AllAnnotations[0].Id}", updated);
                break;
            case "payload-skip":
                var skipped = await replay.TaskAsync(project);
                replay.Receiver.Take();
                await replay.AnnotateAsync(skipped, choice: null);
                break;
            case "payload-annotations-deleted":
                await replay.AskAsync(HttpMethod.Delete, $"/api/annotations/{replay.Server.AllAnnotations[0].Id}");
                break;
            case "payload-tasks-deleted":
                await replay.AskAsync(HttpMethod.Delete, $"/api/tasks/{replay.Server.AllTasks[^1].Id}");
                break;
            case "payload-none":
                Hook(replay)["send_payload"] = false;
                await replay.AnnotateAsync(replay.Server.AllTasks[0].Id, "Egg");
                Hook(replay)["send_payload"] = true;
                break;
            case "down-55":
                for (var number = 0; number < ManyFailures; number++)
                    await replay.AnnotateAsync(replay.Server.AllTasks[0].Id, "Egg");
                return new JsonObject { ["seconds"] = 0 };
            case "up-again":
                replay.Receiver.Take();
                await replay.AnnotateAsync(await replay.TaskAsync(project), "Soup");
                return new JsonObject { ["actions"] = Actions(replay) };
            default:
                return null;
        }

        return replay.Receiver.Take();
    }

    private static JsonObject Hook(Replay replay) => replay.Server.Data.Webhooks[0].Fields;

    private static JsonArray Actions(Replay replay) => new([.. replay.Receiver.Take().Select(one => one!["body"]!["action"]!.DeepClone())]);

    /// <summary>The task of the entry is there, and what its creation told is past, before the receiver changes.</summary>
    private static async Task AnswerAsync(Replay replay, string entry, int status)
    {
        var recorded = int.Parse(replay.EntryOf(entry).Path.Trim('/').Split('/')[2], System.Globalization.CultureInfo.InvariantCulture);
        // One of these numbers was given to a second task when the first was deleted.
        if (!replay.Server.AllTasks.Any(task => task.Id == replay.Ids.Of("task", recorded)))
            replay.Ids.Reuse("task", recorded);
        replay.Receiver.Status = 200;
        await replay.EnsureTaskAsync(recorded);
        replay.Receiver.Take();
        replay.Receiver.Status = status;
    }

    private static async Task SyncAsync(Replay replay, Entry entry, int project)
    {
        await replay.Bucket.MakeBucketAsync("labelstudio");
        foreach (var (task, index) in entry.Result![0]!["body"]!["tasks"]!.AsArray().Select((task, index) => (task, index)))
            await replay.PutAsync($"hooks/task{index}.json", new JsonObject { ["data"] = task!["data"]!.DeepClone() }.ToJsonString());
        var source = await replay.StorageAsync(
            "source",
            new JsonObject
            {
                ["project"] = project,
                ["bucket"] = replay.Bucket.Prefix + "labelstudio",
                ["prefix"] = "hooks/",
            }
        );
        await replay.AskAsync(HttpMethod.Post, $"/api/storages/s3/{source}/sync", new JsonObject());
    }
}
