using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Infrastructure.Scheduling;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Scheduling;

public sealed class JobApiOnSqlite(SqliteApp app) : JobApiTests(app);

public sealed class JobApiOnPostgreSql(PostgreSqlApp app) : JobApiTests(app);

/// <summary>Jobs by REST, as an administrator's program uses them.</summary>
public abstract class JobApiTests(AppFixture app) : BehaviourTests(app)
{
    [Fact]
    public async Task A_job_is_run_and_what_came_of_it_can_be_read()
    {
        await App.Anonymous().UploadAsync();
        using var asked = await App.Administrator().SendAsync(HttpMethod.Post, "api/v1/jobs/store-images/run");
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var run = (await asked.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal("Queued", (string?)run["state"]);

        var path = asked.Headers.Location!.ToString().TrimStart('/');
        await Waiting.UntilAsync(async () => (run = await ReadAsync(path))["endedAt"] is not null);

        Assert.Equal("Completed", (string?)run["state"]);
        Assert.True((long)run["counts"]!["tagged"]! >= 1);
        var runs = await ReadAsync("api/v1/jobs/store-images/runs");
        Assert.Contains(runs["items"]!.AsArray(), found => (string?)found!["id"] == (string?)run["id"]);
        using var cancel = await App.Administrator().SendAsync(HttpMethod.Post, $"{path}/cancel");
        Assert.Equal(HttpStatusCode.Conflict, cancel.StatusCode);
    }

    [Fact]
    public async Task A_schedule_is_read_and_changed()
    {
        var jobs = (await ReadAsync("api/v1/jobs"))["items"]!.AsArray();
        Assert.Equal(JobTable.All.Select(job => job.Name).Order(StringComparer.Ordinal), jobs.Select(job => (string?)job!["name"]));
        using var changed = await ChangeAsync(new { cron = "0 0 3 * * ?" });
        var job = (await changed.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal("0 0 3 * * ?", (string?)job["cron"]);
        Assert.Equal(5, job["nextFirings"]!.AsArray().Count);
        using var bad = await ChangeAsync(new { cron = "at three" });
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Contains(
            "“at three” isn’t a valid schedule.",
            (string?)(await bad.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["detail"],
            StringComparison.Ordinal
        );
        var read = (await ReadAsync("api/v1/jobs"))["items"]!.AsArray().Single(item => (string?)item!["name"] == (string?)job["name"]);
        Assert.Equal("0 0 3 * * ?", (string?)read!["cron"]);
    }

    [Theory]
    [InlineData("GET", "api/v1/jobs/no-such-job/runs")]
    [InlineData("POST", "api/v1/jobs/no-such-job/run")]
    [InlineData("GET", "api/v1/jobs/housekeeping/runs/01a20c60-6592-7cc6-a021-f68bdc75ebb0")]
    public async Task What_is_not_there_is_not_found(string method, string path)
    {
        using var answer = await App.Administrator().SendAsync(new HttpMethod(method), path);
        Assert.Equal(
            (HttpStatusCode.NotFound, "application/problem+json"),
            (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType)
        );
    }

    [Fact]
    public async Task Only_administrators_see_jobs()
    {
        using var answer = await App.Anonymous().SendAsync(HttpMethod.Get, "api/v1/jobs");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private Task<HttpResponseMessage> ChangeAsync(object change) =>
        App.Administrator().SendAsync(HttpMethod.Patch, "api/v1/jobs/housekeeping", JsonContent.Create(change));

    private async Task<JsonObject> ReadAsync(string path)
    {
        using var answer = await App.Administrator().SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
    }
}
