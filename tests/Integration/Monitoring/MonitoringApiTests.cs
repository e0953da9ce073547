using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Monitoring;

/// <summary>
/// A server whose database has labels, nine weeks of counts and a closed window before it starts. Every answer is compared with the OpenAPI
/// document.
/// </summary>
public sealed class MonitoredApp : SqliteApp
{
    /// <summary>The classes of the model that the server loads: it refuses a database with others.</summary>
    public static ImmutableArray<string> Labels { get; } =
    [
        .. JsonNode.Parse(File.ReadAllText(Repository.PathOf("models", "food11", "manifest.json")))!["labels"]!
            .AsArray()
            .Select(label => label!.GetValue<string>()),
    ];

    /// <summary>The Monday of the last complete week.</summary>
    public static DateOnly Week { get; } = MondayOf(DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime)).AddDays(-7);

    private static DateOnly MondayOf(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));

    private static float[] Sure(int index) => [.. Labels.Select((_, one) => one == index ? 0.9f : 0.1f / (Labels.Length - 1))];

    protected override async ValueTask PrepareAsync()
    {
        await base.PrepareAsync();
        await using var host = new PersistenceHost(DatabaseProvider.Sqlite, Settings["GourmetGram:DataDirectory"]!);
        await host.MigrateAsync();
        await host.SaveAsync(SamplingKey.Create("key", new byte[16], Some.Time));
        var model = MonitoringData.Model("1", Some.Time.AddDays(-1000), Labels);
        var photos = Enumerable.Range(0, 120).Select(i => MonitoringData.Photo(model, i, Some.Time.AddSeconds(i), Sure(i % 2))).ToArray();
        var tasks = Array.ConvertAll(photos, photo => MonitoringData.Task(photo));
        var labels = new List<HumanLabel>();
        foreach (var (i, task) in tasks.Index())
        {
            labels.Add(task.Decide("Account:ada", LabelSource.Review, Answer.Class(i < 10 ? 0 : i % 2), [], Some.Time.AddHours(1)));
            labels.Add(task.Decide("ApiKey:robot", LabelSource.Review, Answer.Class(i % 2), [labels[^1]], Some.Time.AddHours(2)));
        }

        // The last current label decides a task with one vote; ten labels contradict the model.
        foreach (var (i, task) in tasks.Index().Take(10))
            task.Conclude([labels[2 * i]], Some.Time.AddHours(3));
        await host.SaveAsync(photos);
        await host.SaveAsync(tasks);
        await host.SaveAsync(labels.ToArray());
        var window = SamplingWindow.Begin(MonitoringData.Order, model.Id, Some.Time.AddDays(-1));
        window.Close(population: 0, Some.Time.AddDays(-1), Some.Time);
        await host.SaveAsync(window);
        await host.SaveAsync([
            .. Enumerable
                .Range(-56, 63)
                .SelectMany(day => Enumerable.Range(0, 3).Select(one => (day, one)))
                .Select(row =>
                    WindowCount.Record(window.Id, Week.AddDays(row.day), row.one, 5 + row.one, row is (>= 0, 2) ? 90 : 20 + (row.day % 2))
                ),
        ]);
    }
}

/// <summary>The answers of monitoring as JSON and CSV, and who gets them.</summary>
public sealed class MonitoringApiTests(MonitoredApp app) : IClassFixture<MonitoredApp>
{
    private const string Days = "from=2026-11-23&to=2026-11-23";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Label_errors_are_told_to_administrators()
    {
        var found = await ReadAsync($"label-errors?{Days}");
        Assert.Equal("Estimated", found["state"]!.GetValue<string>());
        Assert.Equal(120, found["labels"]!.GetValue<int>());
        var items = found["items"]!.AsArray();
        Assert.Equal(5, items.Count);
        Assert.Equal(
            (MonitoredApp.Labels[0], MonitoredApp.Labels[1]),
            (items[0]!["label"]!.GetValue<string>(), items[0]!["predicted"]!.GetValue<string>())
        );
        var lines = await ReadCsvAsync($"label-errors?{Days}");
        Assert.Equal("predictionId,taskId,loop,title,label,labelledAt,predicted,confidence,score,rank", lines[0]);
        Assert.Equal(5, lines.Length - 1);
    }

    [Fact]
    public async Task Annotators_are_told_to_administrators()
    {
        var found = await ReadAsync($"annotators?{Days}");
        Assert.Equal("Estimated", found["state"]!.GetValue<string>());
        Assert.Equal(120, found["agreement"]!["photos"]!.GetValue<int>());
        Assert.Equal(115 / 120.0, found["agreement"]!["agreeingShare"]!.GetValue<double>(), 12);
        Assert.Equal(["Account:ada", "ApiKey:robot"], found["items"]!.AsArray().Select(item => item!["rater"]!.GetValue<string>()));
        var lines = await ReadCsvAsync($"annotators?{Days}");
        Assert.Equal("rater,kind,labels,shared,state,accuracy,needed,skips,medianSeconds", lines[0]);
        Assert.StartsWith("Account:ada,Person,120,120,Estimated,0.", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drift_names_the_classes_that_changed()
    {
        var found = await ReadAsync("drift?modelVersion=1");
        Assert.Equal("Judged", found["state"]!.GetValue<string>());
        Assert.Equal($"{MonitoredApp.Week:yyyy-MM-dd}", found["week"]!.GetValue<string>());
        Assert.True(found["items"]![0]!["marked"]!.GetValue<bool>());
        Assert.Equal(9, found["weeks"]!.AsArray().Count);
        Assert.Equal(MonitoredApp.Labels, found["weeks"]![8]!["classes"]!.AsObject().Select(pair => pair.Key));
        var lines = await ReadCsvAsync("drift?modelVersion=1");
        Assert.Equal("chart,state,photos,statistic,p,psi,marked,changes", lines[0]);
        Assert.Equal(3, lines.Length);
        Assert.Contains($"{MonitoredApp.Labels[2]}: 0.3333 to 0.", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_label_budget_has_defaults_and_limits()
    {
        var found = await ReadAsync($"label-budget?{Days}");
        Assert.Equal(0.03, found["target"]!.GetValue<double>());
        Assert.Equal(0.1, (await ReadAsync($"label-budget?{Days}&labels=5&halfWidth=0.1"))["target"]!.GetValue<double>());
        Assert.Equal("modelVersion,band,flagged,photos,labels,extra", (await ReadCsvAsync($"label-budget?{Days}"))[0]);
        Assert.Equal("labels", await FaultAsync($"label-budget?labels=0"));
        Assert.Equal("halfWidth", await FaultAsync($"label-budget?halfWidth=0.7"));
    }

    [Theory]
    [InlineData("{\"labels\":10,\"from\":\"2026-01-01\",\"to\":\"2026-01-02\"}", HttpStatusCode.Conflict)]
    [InlineData("{\"labels\":10,\"modelVersion\":\"nothing\"}", HttpStatusCode.NotFound)]
    [InlineData("{\"labels\":0}", HttpStatusCode.BadRequest)]
    [InlineData("{\"labels\":10001}", HttpStatusCode.BadRequest)]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("{\"labels\":10,\"loop\":\"x\"}", HttpStatusCode.BadRequest)]
    [InlineData("{\"labels\":10,\"from\":\"2026-11-24\",\"to\":\"2026-11-23\"}", HttpStatusCode.BadRequest)]
    public async Task A_draw_that_cannot_be_made_is_refused(string body, HttpStatusCode expected)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await app.Administrator().SendAsync(HttpMethod.Post, "api/v1/monitoring/draws", content);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task A_draw_tells_how_many_photos_and_tasks()
    {
        var admin = app.Administrator();
        var visitor = await app.VisitorAsync();
        PredictionJson? photo = null;
        for (var i = 0; i < 8; i++)
            photo = await visitor.UploadAsync();
        var run = await admin.RunJobAsync("random-sampling");
        Assert.True(run["state"]!.GetValue<string>() == "Completed", run.ToJsonString());
        using var content = JsonContent.Create(new { labels = 2, modelVersion = photo!.Model.Version });
        using var answer = await admin.SendAsync(HttpMethod.Post, "api/v1/monitoring/draws", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        var drawn = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal((2, 2), (drawn["drawn"]!.GetValue<int>(), drawn["tasks"]!.GetValue<int>()));
        await admin.AuditedAsync("Drew photos to measure the accuracy");
    }

    [Theory]
    [InlineData("label-errors")]
    [InlineData("annotators")]
    [InlineData("drift")]
    [InlineData("label-budget")]
    public async Task A_stranger_is_refused_and_a_mistake_is_named(string path)
    {
        using (var refused = await app.Anonymous().SendAsync(HttpMethod.Get, $"api/v1/monitoring/{path}"))
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using (var unknown = await app.Administrator().SendAsync(HttpMethod.Get, $"api/v1/monitoring/{path}?modelVersion=nothing"))
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal("from", await FaultAsync($"{path}?from=2026-11-24&to=2026-11-23"));
    }

    private async Task<JsonObject> ReadAsync(string path)
    {
        using var answer = await app.Administrator().SendAsync(HttpMethod.Get, $"api/v1/monitoring/{path}");
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private async Task<string[]> ReadCsvAsync(string path)
    {
        using var answer = await app.Administrator().SendAsync(HttpMethod.Get, $"api/v1/monitoring/{path}&format=Csv");
        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        return (await answer.Content.ReadAsStringAsync(Cancel)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task<string> FaultAsync(string path)
    {
        using var answer = await app.Administrator().SendAsync(HttpMethod.Get, $"api/v1/monitoring/{path}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        return Assert.Single(problem["errors"]!.AsObject()).Key;
    }
}
