using System.Text;
using System.Text.Json.Nodes;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

/// <summary>What happened between the recorded calls, and how to look at what was looked at.</summary>
internal static class Steps
{
    private static readonly string[] BySession = ["fresh-settings", "fresh-pat", "proxy-resolve-session", "presign-resolve-session"];

    /// <returns>By name of the entry before which it happened.</returns>
    public static IReadOnlyDictionary<string, Func<Replay, Task>> Before(string topic) =>
        topic switch
        {
            "auth" => AuthSteps.Before,
            "projects" => ProjectSteps.Before,
            "source-storage" => SourceSteps.Before,
            "target-storage" => TargetSteps.Before,
            "tasks" => TaskSteps.Before,
            "webhooks" => WebhookSteps.Before,
            "edges" => EdgeSteps.Before,
            _ => ImageSteps.Before,
        };

    /// <summary>Whether the call was made with the cookie of a browser that had logged in.</summary>
    public static bool Session(string name) => BySession.Contains(name);

    /// <returns>What the double shows where something was looked up.</returns>
    public static async Task<JsonNode?> ObserveAsync(Replay replay, Entry entry)
    {
        if (entry.IsPreparation)
            return await PutObjectsAsync(replay, entry);
        var seen = replay.Transcript.Topic switch
        {
            "auth" => await AuthSteps.ObserveAsync(replay, entry),
            "source-storage" => await SourceSteps.ObserveAsync(replay, entry),
            "target-storage" => await TargetSteps.ObserveAsync(replay, entry),
            "tasks" => await TaskSteps.ObserveAsync(replay, entry),
            "webhooks" => await WebhookSteps.ObserveAsync(replay, entry),
            "images" => await ImageSteps.ObserveAsync(replay, entry),
            _ => null,
        };
        return seen ?? "nobody looks at this";
    }

    /// <summary>The bytes of a recorded text: those that are no UTF-8 were recorded letter by letter.</summary>
    public static byte[] BytesOf(string recorded) =>
        (recorded.Any(letter => letter > 'ÿ') ? Encoding.UTF8 : Encoding.Latin1).GetBytes(recorded);

    /// <summary>Tasks of a project, with what was recorded of each.</summary>
    public static async Task<JsonArray> TasksAsync(Replay replay, int project)
    {
        var all = await replay.AskAsync(
            HttpMethod.Get,
            $"/api/tasks?project={project}&page_size=1000&resolve_uri=false&include=id,data,meta,total_predictions,total_annotations"
        );
        return (JsonArray)all!["tasks"]!.DeepClone();
    }

    private static async Task<JsonNode?> PutObjectsAsync(Replay replay, Entry entry)
    {
        foreach (var (key, content) in entry.Result!.AsObject())
            await replay.Bucket.PutAsync("labelstudio", key, BytesOf(content!.ToString()));
        var folder = entry.Result.AsObject().First().Key.Split('/')[..2];
        var keys = await replay.Bucket.KeysAsync("labelstudio", string.Join('/', folder) + "/");
        return new JsonObject(keys.Select(key => KeyValuePair.Create(key, entry.Result[key]?.DeepClone())));
    }
}
