using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace GourmetGram.Tests.LabelStudio;

/// <summary>
/// Somebody who labels in a browser: every method asks the server by HTTP, and throws <see cref="HttpRequestException"/> with the status
/// where a person would see an error.
/// </summary>
/// <param name="address">Of Label Studio.</param>
/// <param name="browser">Sends.</param>
/// <param name="email">Whose it is.</param>
/// <param name="logIn">Gives the value of the cookie <c>sessionid</c>; asked once, before the first request.</param>
internal sealed class LabelStudioPerson(Uri address, HttpClient browser, string email, Func<Task<string>> logIn)
{
    private string? session;

    /// <summary>Name of the control that <see cref="AnnotateAsync"/> chooses in.</summary>
    public string Control { get; set; } = "label";

    public string Email => email;

    /// <summary>Opens a session.</summary>
    /// <returns>The value of the cookie <c>sessionid</c>.</returns>
    public async Task<string> LogInAsync() => session ??= await logIn();

    /// <summary>Chooses a class and submits.</summary>
    /// <returns>The annotation's id.</returns>
    public Task<int> AnnotateAsync(int taskId, string className) => PostAsync($"/api/tasks/{taskId}/annotations/", Answer(className));

    /// <summary>Takes the next task of the project, as the button "Label All Tasks" gives it, and labels it.</summary>
    /// <returns>The task's id; null when there is none left for this person.</returns>
    public async Task<int?> AnnotateNextAsync(int projectId, string className)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/api/projects/{projectId}/next", content: null);
        if (response.StatusCode == System.Net.HttpStatusCode.NotFound)
            return null;
        var task = await IdOfAsync(response);
        await AnnotateAsync(task, className);
        return task;
    }

    /// <summary>Chooses another class for what was submitted before.</summary>
    public async Task UpdateAsync(int annotationId, string className)
    {
        using var response = await SendAsync(HttpMethod.Patch, $"/api/annotations/{annotationId}/", Answer(className));
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Presses "Skip".</summary>
    /// <returns>The annotation's id: a skip is one as well.</returns>
    public Task<int> SkipAsync(int taskId) =>
        PostAsync($"/api/tasks/{taskId}/annotations/", new JsonObject { ["result"] = new JsonArray(), ["was_cancelled"] = true });

    /// <summary>Begins to label and does not submit.</summary>
    /// <returns>The draft's id.</returns>
    public Task<int> DraftAsync(int taskId, string className) => PostAsync($"/api/tasks/{taskId}/drafts", Answer(className));

    /// <summary>Makes a project and forgets to name it.</summary>
    public Task<int> PostProjectAsync() => PostAsync("/api/projects", new JsonObject { ["title"] = "" });

    public Task DeleteAnnotationAsync(int annotationId) => DeleteAsync($"/api/annotations/{annotationId}/");

    public Task DeleteTaskAsync(int taskId) => DeleteAsync($"/api/tasks/{taskId}/");

    /// <summary>All tasks of a project, page by page, as the data manager shows them.</summary>
    public async Task<IReadOnlyList<JsonObject>> TasksAsync(int projectId)
    {
        var all = new List<JsonObject>();
        for (var page = 1; ; page++)
        {
            using var response = await SendAsync(
                HttpMethod.Get,
                string.Create(CultureInfo.InvariantCulture, $"/api/tasks?project={projectId}&page={page}&page_size=100&fields=all"),
                content: null
            );
            response.EnsureSuccessStatusCode();
            var answer = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
            all.AddRange(answer["tasks"]!.AsArray().Select(task => task!.AsObject()));
            if (all.Count >= answer["total"]!.GetValue<int>())
                return all;
        }
    }

    private JsonObject Answer(string className) =>
        new()
        {
            ["result"] = new JsonArray(
                new JsonObject
                {
                    ["from_name"] = Control,
                    ["to_name"] = "image",
                    ["type"] = "choices",
                    ["value"] = new JsonObject { ["choices"] = new JsonArray(className) },
                }
            ),
            ["lead_time"] = 3.2,
        };

    private async Task<int> PostAsync(string path, JsonObject content)
    {
        using var response = await SendAsync(HttpMethod.Post, path, content);
        return await IdOfAsync(response);
    }

    private async Task DeleteAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Delete, path, content: null);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<int> IdOfAsync(HttpResponseMessage response)
    {
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<int>();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject? content)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path))
        {
            Content = content is null ? null : JsonContent.Create(content),
        };
        request.Headers.Add("Cookie", $"sessionid={await LogInAsync()}");
        return await browser.SendAsync(request);
    }
}
