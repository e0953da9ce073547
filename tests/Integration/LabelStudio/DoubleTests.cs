using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Application.Common;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.ObjectStorage;
using GourmetGram.Tests.LabelStudio;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.LabelStudio;

/// <summary>What the double does on request, and no recording shows: faults, and two things at once.</summary>
public sealed class DoubleTests : IAsyncDisposable
{
    private const string Config =
        """<View><Image name="image" value="$image"/><Choices name="label" toName="image"><Choice value="Soup"/><Choice value="Rice"/></Choices></View>""";

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 23, 16, 0, 0, TimeSpan.Zero));
    private readonly string bucket = S3Server.NewPrefix() + "labels";
    private readonly ServiceProvider container;
    private LabelStudioDouble? server;

    public DoubleTests()
    {
        var settings = S3Server.NewStore();
        settings["ObjectStore__BucketPrefix"] = "";
        container = ObjectStores.Build(settings);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IObjectStore Store => container.GetRequiredService<IObjectStore>();

    private LabelStudioDouble Server => server!;

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
        await container.DisposeAsync();
    }

    [Theory]
    [InlineData("Legacy116")]
    [InlineData("Legacy123")]
    [InlineData("AccessTokens123")]
    public async Task A_task_goes_in_as_an_object_and_its_label_comes_out_as_one(string mode)
    {
        await StartAsync(Enum.Parse<LabelStudioMode>(mode));
        var project = await ProjectAsync();
        await PutTasksAsync(1);
        var source = await StorageAsync("s3", project, "tasks");
        await StorageAsync("export/s3", project, "output");

        var synced = await SyncAsync(source);
        Assert.Equal("completed", synced["status"]!.ToString());
        var ada = Server.NewPerson("Ada", "Lovelace", "ada@example.com");
        var task = Assert.Single(await ada.TasksAsync(project));
        Assert.Equal("tasks/task-000.json", task["storage_filename"]!.ToString());
        var annotation = await ada.AnnotateAsync(task["id"]!.GetValue<int>(), "Soup");

        await using var written = await Store.OpenReadAsync(new ObjectAddress(bucket, $"output/{annotation}"), Cancel);
        var label = (await JsonNode.ParseAsync(written, cancellationToken: Cancel))!;
        Assert.Equal("ada@example.com", label["completed_by"]!["email"]!.ToString());
        Assert.Equal(task["id"]!.GetValue<int>(), label["task"]!["id"]!.GetValue<int>());
        Assert.Equal(["Soup"], Assert.Single(Server.AllAnnotations).Choices);
    }

    [Fact]
    public async Task A_killed_sync_leaves_its_tasks_and_looks_busy_until_somebody_lists_the_storages()
    {
        await StartAsync(LabelStudioMode.Legacy123, settings => settings.Database = LabelStudioDatabase.PostgreSql);
        var project = await ProjectAsync();
        await PutTasksAsync(4);
        var source = await StorageAsync("s3", project, "tasks");
        Server.KillDuringSync(afterTasks: 2);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => SyncAsync(source));

        Assert.Equal(2, Server.AllTasks.Count);
        time.Advance(TimeSpan.FromSeconds(27));
        Assert.Equal("in_progress", (await SyncAsync(source))["status"]!.ToString());
        await Server.Admin.GetStringAsync(new Uri($"/api/storages/s3?project={project}", UriKind.Relative), Cancel);
        Assert.Equal("failed", Assert.Single(Server.SourceStorages).Status);
        Assert.Equal(2, (await SyncAsync(source))["last_sync_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task Two_syncs_at_once_on_SQLite_make_a_task_twice_and_one_of_them_fails()
    {
        await StartAsync(LabelStudioMode.Legacy123);
        var project = await ProjectAsync();
        await PutTasksAsync(3);
        var source = await StorageAsync("s3", project, "tasks");
        var stopped = Server.HoldSync(afterTasks: 1);

        var first = SyncAsync(source);
        await stopped;
        var second = await SyncAsync(source);
        Server.ReleaseSyncs();

        Assert.Equal("completed", second["status"]!.ToString());
        Assert.Equal("failed", (await first)["status"]!.ToString());
        Assert.Equal(4, Server.AllTasks.Count);
    }

    [Fact]
    public async Task A_caller_who_gives_up_on_a_sync_does_not_stop_it()
    {
        await StartAsync(LabelStudioMode.Legacy123);
        var project = await ProjectAsync();
        await PutTasksAsync(3);
        var source = await StorageAsync("s3", project, "tasks");
        var stopped = Server.HoldSync(afterTasks: 1);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);

        var sync = Server.Admin.PostAsJsonAsync(
            new Uri($"/api/storages/s3/{source}/sync", UriKind.Relative),
            new JsonObject(),
            patience.Token
        );
        await stopped;
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sync);
        Server.ReleaseSyncs();

        await Waiting.UntilAsync(
            () => Task.FromResult(Assert.Single(Server.SourceStorages).Status == "completed"),
            TimeSpan.FromMilliseconds(20)
        );
        Assert.Equal(3, Server.AllTasks.Count);
    }

    [Fact]
    public async Task A_store_that_only_Label_Studio_cannot_reach_costs_the_annotator_an_error_and_not_the_annotation()
    {
        await StartAsync(LabelStudioMode.Legacy123);
        var project = await ProjectAsync();
        await PutTasksAsync(1);
        var source = await StorageAsync("s3", project, "tasks");
        await StorageAsync("export/s3", project, "output");
        await SyncAsync(source);
        var task = Assert.Single(Server.AllTasks);
        Server.S3Fault = true;

        var ada = Server.NewPerson("Ada", "Lovelace", "ada@example.com");
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => ada.AnnotateAsync(task.Id, "Soup"));

        Assert.Equal(HttpStatusCode.InternalServerError, error.StatusCode);
        Assert.True(Assert.Single(Server.AllTasks).IsLabeled);
        Assert.Single(Server.AllAnnotations);
    }

    [Fact]
    public async Task Requests_are_held_failed_done_without_an_answer_or_refused_as_a_test_wishes()
    {
        await StartAsync(LabelStudioMode.AccessTokens123);
        Server.FailNext(
            request => request.StartsWith("POST /api/projects", StringComparison.Ordinal),
            HttpStatusCode.BadGateway,
            FaultBody.Html
        );
        var refused = await Assert.ThrowsAsync<HttpRequestException>(ProjectAsync);
        Assert.Equal((HttpStatusCode.BadGateway, 0), (refused.StatusCode, Server.AllProjects.Count));

        Server.LoseNextAnswer(request => request.StartsWith("POST /api/projects", StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<HttpRequestException>(ProjectAsync);
        Assert.Single(Server.AllProjects);

        Server.HoldRequests(request => request.StartsWith("GET /api/projects", StringComparison.Ordinal));
        var held = Server.Admin.GetAsync(new Uri("/api/projects?page_size=1", UriKind.Relative), Cancel);
        await Waiting.UntilAsync(() => Task.FromResult(Server.Requests[^1] == "GET /api/projects?page_size=1"));
        Assert.False(held.IsCompleted);
        Server.ReleaseRequests();
        Assert.Equal(HttpStatusCode.OK, (await held).StatusCode);

        await Server.StopAsync();
        await Assert.ThrowsAnyAsync<HttpRequestException>(ProjectAsync);
        await Server.StartAgainAsync();
        Assert.Equal(2, await ProjectAsync());

        Server.LoseDatabase(sameToken: true);
        Assert.Equal(1, await ProjectAsync());
    }

    [Fact]
    public async Task A_token_that_was_taken_back_refreshes_no_more_and_its_access_token_ends_after_five_minutes()
    {
        await StartAsync(LabelStudioMode.AccessTokens123);
        using var http = new HttpClient { BaseAddress = Server.Address };
        using var refreshed = await RefreshAsync(http);
        var access = (await refreshed.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["access"]!.ToString();
        http.DefaultRequestHeaders.Authorization = new("Bearer", access);

        Server.RevokeToken();

        using var refusal = await RefreshAsync(http);
        Assert.Equal(HttpStatusCode.Unauthorized, refusal.StatusCode);
        using var works = await http.GetAsync(new Uri("/api/projects", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, works.StatusCode);
        time.Advance(TimeSpan.FromSeconds(301));
        using var ended = await http.GetAsync(new Uri("/api/projects", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, ended.StatusCode);
    }

    [Fact]
    public async Task What_nobody_recorded_is_refused_and_not_guessed()
    {
        await StartAsync(LabelStudioMode.Legacy123);
        var project = await ProjectAsync();
        foreach (
            var (method, path, body) in new[]
            {
                ("GET", "/api/labels", null),
                ("PUT", $"/api/projects/{project}", "{}"),
                ("GET", $"/api/tasks?project={project}&view=1", null),
                ("POST", "/api/projects", """{"title": "Okay", "sampling": null}"""),
                ("POST", "/api/projects", "{'title'}"),
                ("POST", $"/api/dm/actions?id=remove_duplicates&project={project}", "{}"),
            }
        )
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
            request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using var response = await Server.Admin.SendAsync(request, Cancel);
            Assert.Equal((method, path, HttpStatusCode.NotImplemented), (method, path, response.StatusCode));
        }
    }

    private Task<HttpResponseMessage> RefreshAsync(HttpClient http) =>
        http.PostAsync(
            new Uri("/api/token/refresh", UriKind.Relative),
            new StringContent($$"""{"refresh": "{{Server.ApiKey}}"}""", System.Text.Encoding.UTF8, "application/json"),
            Cancel
        );

    private async Task StartAsync(LabelStudioMode mode, Action<LabelStudioSettings>? more = null) =>
        server = await LabelStudioDouble.StartAsync(mode, more, time);

    private async Task PutTasksAsync(int count)
    {
        for (var number = 0; number < count; number++)
        {
            var task = new JsonObject { ["data"] = new JsonObject { ["image"] = $"http://photos.example/{number}.jpg" } };
            await Store.PutAsync(
                new ObjectAddress(bucket, $"tasks/task-{number:000}.json"),
                System.Text.Encoding.UTF8.GetBytes(task.ToJsonString()),
                "application/json",
                Cancel
            );
        }
    }

    private async Task<int> ProjectAsync() =>
        (await PostAsync("/api/projects", new JsonObject { ["title"] = "Random Sampling Review", ["label_config"] = Config }))[
            "id"
        ]!.GetValue<int>();

    private async Task<int> StorageAsync(string kind, int project, string prefix) =>
        (
            await PostAsync(
                $"/api/storages/{kind}",
                new JsonObject
                {
                    ["project"] = project,
                    ["bucket"] = bucket,
                    ["prefix"] = prefix,
                    ["regex_filter"] = @".*\.json$",
                    ["aws_access_key_id"] = S3Server.AccessKey,
                    ["aws_secret_access_key"] = S3Server.SecretKey,
                    ["s3_endpoint"] = S3Server.Endpoint,
                }
            )
        )["id"]!.GetValue<int>();

    private Task<JsonObject> SyncAsync(int source) => PostAsync($"/api/storages/s3/{source}/sync", []);

    private async Task<JsonObject> PostAsync(string path, JsonObject body)
    {
        using var response = await Server.Admin.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, Cancel);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
    }
}
