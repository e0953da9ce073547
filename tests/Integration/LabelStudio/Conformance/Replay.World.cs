using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

/// <content>Makes what a recorded call speaks of and no recorded call has made.</content>
internal sealed partial class Replay
{
    public const string Picture = "http://minio:9000/production/class_09/01997d2e-0000-7000-8000-000000000009.jpg";

    private const int NeverExisted = 999_999;

    private static readonly string[] Classes =
    [
        "Bread",
        "Dairy product",
        "Dessert",
        "Egg",
        "Fried food",
        "Meat",
        "Noodles/Pasta",
        "Rice",
        "Seafood",
        "Soup",
        "Vegetable/Fruit",
    ];

    private int lastProject;

    /// <summary>The storage that was spoken of last, with the double's numbers.</summary>
    public (string Kind, int Id, int Project) LastStorage { get; private set; } = ("source", 0, 0);

    public Entry EntryOf(string name) => Transcript.Entries.First(entry => entry.Name == name);

    /// <summary>Asks the double as the administrator, beside the transcript.</summary>
    public async Task<JsonNode?> AskAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var response = await Server.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    public async Task<int> StatusOfAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var response = await Server.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    public Task PutAsync(string key, string content) => Bucket.PutAsync("labelstudio", key, Encoding.UTF8.GetBytes(content));

    /// <returns>The double's number.</returns>
    public async Task<int> ProjectAsync(int recorded)
    {
        if (!Ids.Knows("project", recorded))
        {
            var title = Transcript
                .Describe((_, found) => IsNumber(found, "id", recorded) && found.ContainsKey("label_config"), began)
                ?["title"]?.ToString()
                ?? $"P {recorded}";
            Ids.Learn("project", recorded, await NewProjectAsync(title));
        }

        return lastProject = Ids.Of("project", recorded);
    }

    public async Task<int> NewProjectAsync(string title = "P new")
    {
        var choices = string.Concat(Classes.Select(name => $"<Choice value=\"{name}\"/>"));
        var config =
            "<View><Image name=\"image\" value=\"$image\"/><Choices name=\"label\" toName=\"image\" choice=\"single\" required=\"true\" "
            + $"showInLine=\"true\">{choices}</Choices></View>";
        return IdOf(await AskAsync(HttpMethod.Post, "/api/projects", new JsonObject { ["title"] = title, ["label_config"] = config }));
    }

    /// <returns>The double's number.</returns>
    public async Task<int> TaskAsync(int project, JsonObject? data = null)
    {
        data ??= new JsonObject
        {
            ["image"] = Picture,
            ["prediction_id"] = "01997d2e-0000-7000-8000-000000000000",
            ["task_key"] = "task-0000",
            ["object_key"] = "production/class_09/01997d2e-0000-7000-8000-000000000009.jpg",
            ["reason"] = "random",
        };
        var made = await AskAsync(
            HttpMethod.Post,
            $"/api/projects/{project}/import?return_task_ids=true",
            new JsonArray(new JsonObject { ["data"] = data.DeepClone() })
        );
        return made!["task_ids"]![0]!.GetValue<int>();
    }

    /// <returns>The double's number.</returns>
    public async Task<int> AnnotateAsync(int task, string? choice)
    {
        var result = choice is null
            ? []
            : new JsonArray(
                new JsonObject
                {
                    ["from_name"] = "label",
                    ["to_name"] = "image",
                    ["type"] = "choices",
                    ["value"] = new JsonObject { ["choices"] = new JsonArray(choice) },
                }
            );
        return IdOf(
            await AskAsync(
                HttpMethod.Post,
                $"/api/tasks/{task}/annotations",
                new JsonObject { ["result"] = result, ["was_cancelled"] = choice is null }
            )
        );
    }

    /// <returns>The double's number.</returns>
    public async Task<int> StorageAsync(string kind, JsonObject fields)
    {
        var form = (JsonObject)fields.DeepClone();
        form["aws_access_key_id"] = S3Server.AccessKey;
        form["aws_secret_access_key"] = S3Server.SecretKey;
        if (!form.ContainsKey("s3_endpoint"))
            form["s3_endpoint"] = S3Server.Endpoint;
        return IdOf(await AskAsync(HttpMethod.Post, kind == "source" ? "/api/storages/s3" : "/api/storages/export/s3", form));
    }

    /// <summary>Makes a storage as its recorded answers describe it.</summary>
    public async Task EnsureStorageAsync(string kind, int recorded)
    {
        if (recorded == NeverExisted || Ids.Knows(kind, recorded) || Ids.IsDeleted(kind, recorded))
            return;
        var described = Transcript.Describe(
            (entry, found) => KindOf(entry.Path) == kind && IsNumber(found, "id", recorded) && found.ContainsKey("bucket"),
            began
        );
        if (described is null)
            return;
        var form = (JsonObject)OurNode(described, "", kind)!;
        foreach (var name in new[] { "id", "status", "traceback", "meta", "created_at", "last_sync", "last_sync_count" })
            form.Remove(name);
        form["project"] = await ProjectAsync(described["project"]!.GetValue<int>());
        Ids.Learn(kind, recorded, await StorageAsync(kind, form));
    }

    /// <summary>Makes a task of the project and with the data that recorded answers speak of.</summary>
    public async Task EnsureTaskAsync(int recorded)
    {
        if (recorded == NeverExisted || Ids.Knows("task", recorded) || Ids.IsDeleted("task", recorded))
            return;
        var described = Transcript.Describe(
            (_, found) => IsNumber(found, "id", recorded) && found.ContainsKey("inner_id") && found.ContainsKey("project"),
            began
        );
        var project = described
            ?? Transcript.Describe((_, found) => IsNumber(found, "task", recorded) && found.ContainsKey("project"), began);
        var ours = project is null ? lastProject : await ProjectAsync(project["project"]!.GetValue<int>());
        Ids.Learn("task", recorded, await TaskAsync(ours, described?["data"] as JsonObject));
    }

    private async Task EnsureWorldAsync(Entry entry)
    {
        foreach (var project in ProjectsIn(entry).Where(project => project != NeverExisted && !Ids.IsDeleted("project", project)))
            await ProjectAsync(project);
        if (NumberIn(entry.Path) is not { } number)
            return;
        switch (KindOfSegment(NumberInPath().Match(entry.Path).Groups[1].Value))
        {
            case "task":
                await EnsureTaskAsync(number);
                break;
            case var kind when kind is "source" or "target":
                await EnsureStorageAsync(kind, number);
                break;
        }
    }

    private static IEnumerable<int> ProjectsIn(Entry entry)
    {
        if (ProjectInQuery().Match(entry.Path) is { Success: true } query)
            yield return int.Parse(query.Groups[2].Value, CultureInfo.InvariantCulture);
        if (KindOfSegment(NumberInPath().Match(entry.Path).Groups[1].Value) == "project" && NumberIn(entry.Path) is { } inPath)
            yield return inPath;
        if ((entry.Body as JsonObject)?["project"] is JsonValue value && value.TryGetValue<int>(out var inBody))
            yield return inBody;
    }

    private static int IdOf(JsonNode? made) => made!["id"]!.GetValue<int>();

    private static bool IsNumber(JsonObject found, string name, int number) =>
        found[name] is JsonValue value && value.TryGetValue<int>(out var other) && other == number;
}
