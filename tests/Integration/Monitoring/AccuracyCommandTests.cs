using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Monitoring;

/// <summary>The accuracy as a program sees it: by the API as JSON and as CSV, and by the command, with a server and without one.</summary>
public sealed class AccuracyCommandTests : ServerTests
{
    private Dictionary<string, string> Settings =>
        new(StringComparer.Ordinal)
        {
            ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"),
            ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
            ["Jobs__Scheduled"] = "false",
        };

    [Fact]
    public async Task A_labelled_sample_gives_the_same_numbers_by_api_csv_and_command()
    {
        JsonObject accuracy;
        await using (var server = new HostedServer(Settings))
        {
            using var visitor = new HttpClient { BaseAddress = await server.ListeningAsync() };
            using var keyed = new HttpClient { BaseAddress = visitor.BaseAddress };
            var (uploader, admin) = (new AppClient(visitor), AppClient.Administrator(keyed));
            using (
                var changed = await admin.SendAsync(
                    HttpMethod.Patch,
                    "api/v1/loops/randomsampled",
                    JsonContent.Create(new { settings = new { perWindow = 100 } })
                )
            )
                Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
            var none = await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/monitoring/accuracy", Cancel);
            Assert.Equal("NoData", none!["state"]!.GetValue<string>());
            Assert.Null(none["estimate"]);

            var label = "";
            for (var i = 0; i < 12; i++)
                label = (await uploader.UploadAsync(Photos.New())).Class;
            Assert.Equal("Completed", (await admin.RunJobAsync("random-sampling"))["state"]!.GetValue<string>());
            var few = await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/monitoring/accuracy", Cancel);
            Assert.Equal(
                ("TooFew", 10, 12),
                (few!["state"]!.GetValue<string>(), few["needed"]!.GetValue<int>(), few["pending"]!.GetValue<int>())
            );

            for (var i = 0; i < 12; i++)
            {
                using var asked = await admin.SendAsync(HttpMethod.Post, "api/v1/loops/randomsampled/tasks/next");
                var task = (await asked.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
                object body = i < 3 ? new { answer = "None" } : new { @class = label };
                using var labelled = await admin.SendAsync(HttpMethod.Post, $"api/v1/tasks/{task["id"]}/label", JsonContent.Create(body));
                Assert.Equal(HttpStatusCode.Created, labelled.StatusCode);
            }

            accuracy = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/monitoring/accuracy", Cancel))!;
            Assert.Equal("Estimated", accuracy["state"]!.GetValue<string>());
            string[] members =
            [
                "estimate",
                "low",
                "high",
                "effectiveLabels",
                "labels",
                "photos",
                "measuredPhotos",
                "leftOut",
                "worst",
                "best",
                "needed",
                "reason",
                "asOf",
            ];
            Assert.All(members, member => Assert.True(accuracy.ContainsKey(member), member));
            Assert.Equal((0.75, 12, 12), (Number("estimate"), (int)Number("labels"), (int)Number("measuredPhotos")));

            await AssertListsAsync(admin);
            AssertSame(accuracy, await CommandAsync());
            await AssertKnownBeforeAsync(admin);
        }

        AssertSame(accuracy, await CommandAsync());
        var text = await CommandRun.ExpectAsync(0, Settings, "accuracy");
        Assert.Contains("Accuracy: 75.0%", text.Output, StringComparison.Ordinal);

        double Number(string member) => accuracy[member]!.GetValue<double>();
    }

    /// <summary>Yesterday, nothing was known of the photos of today.</summary>
    private async Task AssertKnownBeforeAsync(AppClient admin)
    {
        var yesterday = TimeProvider.System.GetUtcNow().AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var known = (await admin.Http.GetFromJsonAsync<JsonObject>($"api/v1/monitoring/accuracy?asKnownOn={yesterday}", Cancel))!;
        Assert.Equal(
            ("NoData", yesterday, yesterday, false),
            (
                known["state"]!.GetValue<string>(),
                known["asKnownOn"]!.GetValue<string>(),
                known["to"]!.GetValue<string>(),
                known["fromSnapshot"]!.GetValue<bool>()
            )
        );
        var result = await CommandRun.ExpectAsync(0, Settings, "accuracy", "--json", "--as-known-on", yesterday);
        AssertSame(known, JsonNode.Parse(result.Output)!.AsObject());
        using var future = await admin.SendAsync(HttpMethod.Get, "api/v1/monitoring/accuracy?asKnownOn=9000-01-01");
        Assert.Equal(HttpStatusCode.BadRequest, future.StatusCode);
    }

    /// <summary>Every list has the same rows as JSON and as CSV, and the photos behind a number are as many as it says.</summary>
    private static async Task AssertListsAsync(AppClient admin)
    {
        foreach (var list in new[] { "accuracy", "classes", "weeks", "segments", "calibration", "confusion", "photos" })
        {
            var json = (await admin.Http.GetFromJsonAsync<JsonObject>($"api/v1/monitoring/{list}", Cancel))!;
            using var answer = await admin.SendAsync(HttpMethod.Get, $"api/v1/monitoring/{list}", null, ("Accept", "text/csv"));
            Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
            var lines = (await answer.Content.ReadAsStringAsync(Cancel)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            var rows =
                list == "accuracy" ? 1
                : list == "calibration" ? json["bins"]!.AsArray().Count
                : json["items"]!.AsArray().Count;
            Assert.Equal(rows + 1, lines.Length);
            // The estimate says when it was computed.
            if (list != "accuracy")
                Assert.Equal(lines, (await admin.Http.GetStringAsync($"api/v1/monitoring/{list}?format=Csv", Cancel)).Split("\r\n")[..^1]);
        }

        var wrong = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/monitoring/photos?label=None", Cancel))!;
        Assert.Equal((3, 3), (wrong["total"]!.GetValue<int>(), wrong["items"]!.AsArray().Count));
        var page = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/monitoring/photos?limit=7", Cancel))!;
        var rest = (await admin.Http.GetFromJsonAsync<JsonObject>($"api/v1/monitoring/photos?limit=7&cursor={page["next"]}", Cancel))!;
        var ids = page["items"]!
            .AsArray()
            .Concat(rest["items"]!.AsArray())
            .Select(item => item!["predictionId"]!.GetValue<string>())
            .ToList();
        Assert.Equal((12, null), (ids.Distinct().Count(), rest["next"]));
        Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), ids);
        using var unknown = await admin.SendAsync(HttpMethod.Get, "api/v1/monitoring/accuracy?modelVersion=none-such");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var reversed = await admin.SendAsync(HttpMethod.Get, "api/v1/monitoring/accuracy?from=2026-02-01&to=2026-01-01");
        Assert.Equal(HttpStatusCode.BadRequest, reversed.StatusCode);
        using var unreadable = await admin.SendAsync(HttpMethod.Get, "api/v1/monitoring/accuracy?from=yesterday");
        Assert.Equal(HttpStatusCode.BadRequest, unreadable.StatusCode);
        Assert.Contains("from", await unreadable.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private async Task<JsonObject> CommandAsync()
    {
        var today = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var result = await CommandRun.ExpectAsync(0, Settings, "accuracy", "--json", "--to", today);
        return JsonNode.Parse(result.Output)!.AsObject();
    }

    private static void AssertSame(JsonObject expected, JsonObject actual)
    {
        foreach (var (name, value) in expected.Where(member => member.Key != "asOf"))
            Assert.Equal(value?.ToJsonString(), actual[name]?.ToJsonString());
    }
}
