using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Monitoring;

public sealed class AlertApiOnSqlite(SqliteApp app) : AlertApiTests(app);

public sealed class AlertApiOnPostgreSql(PostgreSqlApp app) : AlertApiTests(app);

/// <summary>Alerts and snapshots by REST.</summary>
public abstract class AlertApiTests(AppFixture app) : BehaviourTests(app)
{
    [Fact]
    public async Task Alerts_and_snapshots_are_listed_as_json_and_csv()
    {
        var administrator = App.Administrator();
        Assert.Equal("Completed", (string?)(await administrator.RunJobAsync("evaluate-production"))["state"]);
        var alerts = await administrator.Http.GetFromJsonAsync<JsonObject>("api/v1/monitoring/alerts?from=2026-01-01", Cancel);
        var accuracy = alerts!["items"]!.AsArray().Single(item => (string?)item!["rule"] == "accuracy")!;
        Assert.Equal("Accuracy", (string?)accuracy["title"]);
        var snapshots = await administrator.Http.GetFromJsonAsync<JsonObject>("api/v1/monitoring/accuracy/snapshots", Cancel);
        var snapshot = Assert.Single(snapshots!["items"]!.AsArray())!;
        Assert.Equal((string?)snapshots["to"], (string?)snapshot["day"]);
        using var csv = await administrator.SendAsync(HttpMethod.Get, "api/v1/monitoring/alerts?format=Csv");
        Assert.StartsWith(
            "rule,title,state,since,checkedAt,value,acknowledgedAt,acknowledgedBy,note\r\naccuracy,Accuracy,",
            await csv.Content.ReadAsStringAsync(Cancel),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Only_open_alerts_are_acknowledged_and_only_by_administrators()
    {
        await App.Administrator().RunJobAsync("evaluate-production");
        Assert.Equal(HttpStatusCode.Unauthorized, await AcknowledgeAsync(App.Anonymous(), "backlog", new { note = "seen" }));
        Assert.Equal(HttpStatusCode.NotFound, await AcknowledgeAsync(App.Administrator(), "class:No%2FSuch", new { note = "seen" }));
        Assert.Equal(HttpStatusCode.Conflict, await AcknowledgeAsync(App.Administrator(), "backlog", new { }));
        Assert.Equal(HttpStatusCode.BadRequest, await AcknowledgeAsync(App.Administrator(), "backlog", new { note = "seen", by = "me" }));

        async Task<HttpStatusCode> AcknowledgeAsync(AppClient client, string rule, object body)
        {
            using var answer = await client.SendAsync(
                HttpMethod.Post,
                $"api/v1/monitoring/alerts/{rule}/acknowledge",
                JsonContent.Create(body)
            );
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Messages_are_listed_and_sent_again_by_administrators_only()
    {
        var administrator = App.Administrator();
        var messages = await administrator.Http.GetFromJsonAsync<JsonObject>("api/v1/monitoring/alerts/messages", Cancel);
        Assert.Empty(messages!["items"]!.AsArray());
        using var csv = await administrator.SendAsync(HttpMethod.Get, "api/v1/monitoring/alerts/messages?format=Csv");
        Assert.StartsWith("id,channel,rule,title,to,state,", await csv.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        var address = $"api/v1/monitoring/alerts/messages/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}/resend";
        using var unknown = await administrator.SendAsync(HttpMethod.Post, address);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var anonymous = await App.Anonymous().SendAsync(HttpMethod.Post, address);
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }

    [Fact]
    public async Task Without_channels_a_test_sends_nothing()
    {
        using var answer = await App.Administrator().SendAsync(HttpMethod.Post, "api/v1/monitoring/alerts/test");
        Assert.Empty((await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["items"]!.AsArray());
    }
}
