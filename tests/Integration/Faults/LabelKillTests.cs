using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Faults;

/// <summary>
/// A server that is killed while people label, and while labels are brought to the datasets: what was acknowledged is there, once.
/// </summary>
public sealed class LabelKillTests : ServerTests
{
    private const int Photos = 60;
    private static readonly int Kills = Environment.GetEnvironmentVariable("GOURMETGRAM_TEST_LONG") == "1" ? 20 : 3;

    private const string Loop = "lowconfidence";

    // The clock is the source of the seed; which one it was is in the message of each failure.
    private readonly int seed = (int)(TimeProvider.System.GetTimestamp() & 0xFFFFFF);

    [Fact]
    public async Task No_acknowledged_label_is_lost_and_no_photo_is_collected_twice()
    {
        var random = new Random(seed);
        var server = StartServer();
        var decided = new Dictionary<Guid, string>();
        try
        {
            var admin = await ClientAsync(server);
            using (
                var all = await admin.SendAsync(
                    HttpMethod.Patch,
                    $"api/v1/loops/{Loop}",
                    JsonContent.Create(new { dailyLimit = 0, settings = new { threshold = 1, perUploader = 0 } })
                )
            )
                all.EnsureSuccessStatusCode();
            for (var i = 0; i < Photos; i++)
                await admin.UploadAsync();
            Assert.Equal("Completed", (await admin.RunJobAsync("select-candidates"))["state"]!.GetValue<string>());

            for (var kill = 0; kill <= Kills; kill++)
            {
                var victim = server;
                var until = kill == Kills ? int.MaxValue : decided.Count + random.Next(2, 12);
                if (!await LabelAsync(admin, decided, random, acknowledged => KillAt(victim, acknowledged, until)))
                    break;
                await server.DisposeAsync();
                server = StartServer();
                admin = await ClientAsync(server);
            }

            Assert.Equal(Photos, decided.Count);
            for (var kill = 0; kill < Kills; kill++)
            {
                using (var asked = await admin.SendAsync(HttpMethod.Post, "api/v1/jobs/process-annotations/run"))
                    Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
                var until = Math.Min(Photos - 1, Copies().Count + random.Next(0, Photos / Kills));
                await Waiting.UntilAsync(() => Task.FromResult(Copies().Count >= until));
                server.Kill();
                await server.DisposeAsync();
                server = StartServer();
                admin = await ClientAsync(server);
            }

            Assert.Equal("Completed", (await admin.RunJobAsync("process-annotations"))["state"]!.GetValue<string>());
            var classes = (await admin.Http.GetFromJsonAsync<string[]>("api/v1/classes", Cancel))!;
            Assert.True(
                decided
                    .Select(pair => $"class_{Array.IndexOf(classes, pair.Value):00}/{pair.Key}.jpg")
                    .Order(StringComparer.Ordinal)
                    .SequenceEqual(Copies().Order(StringComparer.Ordinal)),
                $"seed {seed}"
            );
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>
    /// Labels until there is nothing left, or the server is gone. A decision that was not acknowledged is made again after it.
    /// </summary>
    /// <returns>Whether the server is gone.</returns>
    private static async Task<bool> LabelAsync(AppClient admin, Dictionary<Guid, string> decided, Random random, Action<int> acknowledged)
    {
        try
        {
            while (true)
            {
                using var next = await admin.SendAsync(HttpMethod.Post, $"api/v1/loops/{Loop}/tasks/next");
                if (next.StatusCode == HttpStatusCode.NoContent)
                    return false;
                var task = (await next.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
                var photo = task["predictionId"]!.GetValue<Guid>();
                Assert.DoesNotContain(photo, decided.Keys);
                var classes = task["classes"]!.AsArray();
                var choice = classes[random.Next(classes.Count)]!.GetValue<string>();
                acknowledged(decided.Count);
                using var label = await admin.SendAsync(
                    HttpMethod.Post,
                    $"api/v1/tasks/{task["id"]}/label",
                    JsonContent.Create(new { @class = choice })
                );
                Assert.Equal(HttpStatusCode.Created, label.StatusCode);
                decided[photo] = choice;
            }
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }

    private static void KillAt(ServerProcess server, int acknowledged, int until)
    {
        if (acknowledged >= until)
            server.Kill();
    }

    private List<string> Copies()
    {
        var bucket = Path.Combine(Folder, "data", "objects", Loop);
        return Directory.Exists(bucket)
            ? [.. Directory.EnumerateFiles(bucket, "*.jpg", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(bucket, file))]
            : [];
    }

    private ServerProcess StartServer() => Start(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));

    private static async Task<AppClient> ClientAsync(ServerProcess server) =>
        AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
}
