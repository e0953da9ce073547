using System.Text.Json.Nodes;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

internal static class TaskSteps
{
    private const int ManyTasks = 500;

    public static IReadOnlyDictionary<string, Func<Replay, Task>> Before { get; } =
        new Dictionary<string, Func<Replay, Task>>(StringComparer.Ordinal)
        {
            ["list"] = async replay =>
            {
                var tasks = replay.Server.AllTasks;
                await replay.AnnotateAsync(tasks[0].Id, "Soup");
                await replay.AnnotateAsync(tasks[1].Id, choice: null);
                await replay.AnnotateAsync(tasks[3].Id, "Rice");
            },
            ["paging-projects-default"] = async replay =>
            {
                var wanted = replay.EntryOf("paging-projects-default").Result!["count"]!.GetValue<int>();
                while (replay.Server.AllProjects.Count < wanted)
                    await replay.NewProjectAsync();
            },
        };

    public static async Task<JsonNode?> ObserveAsync(Replay replay, Entry entry)
    {
        if (entry.Name == "after-imports")
            return await Steps.TasksAsync(replay, replay.Server.AllTasks[0].Project);
        if (entry.Name == "paging-projects-count")
        {
            var projects = (await replay.AskAsync(HttpMethod.Get, "/api/projects/?include=id"))!;
            return new JsonObject
            {
                ["count"] = projects["count"]!.DeepClone(),
                ["results"] = projects["results"]!.AsArray().Count,
                ["next"] = projects["next"]!.DeepClone(),
            };
        }

        var path = entry.Result!["path"]!.ToString();
        var project = await ManyAsync(replay);
        using var response = await replay.Server.Admin.GetAsync(
            new Uri(path.Replace("{id}", $"{project}", StringComparison.Ordinal), UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        return new JsonObject
        {
            ["path"] = path,
            ["status"] = (int)response.StatusCode,
            ["tasks"] =
                body is JsonArray bare ? bare.Count
                : body["tasks"] is JsonArray tasks ? tasks.Count
                : body.DeepClone(),
            ["total"] = body is JsonObject paged ? paged["total"]?.DeepClone() : null,
            ["seconds"] = 0,
            ["bytes"] = 0,
        };
    }

    private static async Task<int> ManyAsync(Replay replay)
    {
        if (replay.Server.AllProjects.FirstOrDefault(project => project.Title == "P many") is { } made)
            return made.Id;
        var many = await replay.NewProjectAsync("P many");
        var tasks = new JsonArray([
            .. Enumerable
                .Range(0, ManyTasks)
                .Select(number => new JsonObject { ["data"] = new JsonObject { ["image"] = $"http://photos.example/{number}.jpg" } }),
        ]);
        await replay.AskAsync(HttpMethod.Post, $"/api/projects/{many}/import", tasks);
        return many;
    }
}
