using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Retraining;

/// <summary>
/// A month of photos that the bundled model was not made for: visitors upload, one person labels what is asked for, and the pipeline
/// builds, trains, compares and promotes on its own. The photos are drawings. With <c>GOURMETGRAM_TEST_PHOTOS</c>, a folder that has a
/// folder of photos for each class, they are these photos, taken in the dark: half of a class for the month, the other half to measure.
/// </summary>
public sealed class ImprovementTests : IDisposable
{
    private const string Loop = "randomsampled";
    private const int Days = 30;
    private const int PhotosADay = 44;
    private const int PhotosOfAVisitor = 11;
    private const int Measured = 220;

    /// <summary>Accuracy of the bundled model on the photos that come with it and trained nothing.</summary>
    private const double BundledOnHoldout = 0.83;

    private static readonly string? Given = Environment.GetEnvironmentVariable("GOURMETGRAM_TEST_PHOTOS");

    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-month-").FullName;
    private readonly ShiftedClock clock = new();

    /// <summary>Index of the class of each photo, by the SHA-256 of its bytes.</summary>
    private readonly Dictionary<string, int> truths = new(StringComparer.Ordinal);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The classes of the dishes. Fewer classes need fewer labels, and a suite has no month.</summary>
    private static int[] Served => Given is null ? [1, 3, 7] : [.. Enumerable.Range(0, DrawnDish.Classes)];

    private static int Promotions => Given is null ? 1 : int.MaxValue;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_month_of_labels_makes_the_model_better_on_its_photos_and_keeps_the_rest()
    {
        await using var server = new HostedServer(
            new Dictionary<string, string>
            {
                ["GourmetGram__DataDirectory"] = folder,
                ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
                ["Jobs__Scheduled"] = "false",
                ["Limits__QueueMilliseconds"] = "60000",
            },
            clock
        );
        var address = server.Address;
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = address });
        var classes = (await GetAsync(admin, "models/2"))["labels"]!.AsArray().Select(label => label!.GetValue<string>()).ToArray();
        await SendAsync(admin, HttpMethod.Put, "pipeline/rules", new { newLabels = 80, promotesByItself = true });
        // A person who labels a photo with the model's answer in view cannot give a blind label on it later.
        await SendAsync(admin, HttpMethod.Patch, "loops/lowconfidence", new { enabled = false });
        await SendAsync(admin, HttpMethod.Patch, $"loops/{Loop}", new { settings = new { perWindow = $"{PhotosADay}" } });

        var pipeline = await GetAsync(admin, "pipeline");
        var said = new HashSet<string>(StringComparer.Ordinal);
        for (var (day, promoted) = (0, 0); day < Days && promoted < Promotions; day++)
        {
            await UploadAsync(address, Enumerable.Range(day * PhotosADay, PhotosADay));
            clock.Shift += TimeSpan.FromDays(1);
            await RunAsync(admin, "random-sampling", "select-candidates");
            await LabelAllAsync(admin, classes);
            await RunAsync(admin, "run-pipeline");
            promoted = (await GetAsync(admin, "models/history"))["items"]!.AsArray().Count - 1;
            pipeline = await GetAsync(admin, "pipeline");
            said.Add(pipeline["running"]?["message"]!.GetValue<string>() ?? "");
        }

        // No photo is newer than a training that has just ended.
        Assert.Contains(said, message => message.StartsWith("Model 2.1 waits for photos", StringComparison.Ordinal));
        var last = pipeline["serving"]!.GetValue<string>();
        Assert.True(last != "2", $"No model was promoted: {pipeline["runs"]}");
        var after = await MeasureAsync(address, classes, last);
        await SendAsync(admin, HttpMethod.Post, "models/2/promote", new { @override = "to measure the model of the beginning" });
        var before = await MeasureAsync(address, classes, "2");
        var holdout = (await GetAsync(admin, $"models/{last}"))["report"]!["holdout"]!["accuracy"]!.GetValue<double>();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{before:P1} before, {after:P1} with model {last}, {holdout:P1} on the photos that came with the bundled one"
        );
        Assert.True(after >= before + 0.10, $"{before:P1} before, {after:P1} with model {last}");
        Assert.True(holdout >= BundledOnHoldout - 0.03, $"{holdout:P1} on the photos that came with the bundled model");
    }

    private static (byte[] Bytes, int ClassIndex) PhotoOf(int number, bool isHeldOut)
    {
        var index = Served[number % Served.Length];
        var of = number / Served.Length;
        var seed = isHeldOut ? 1_000_000 + of : of;
        if (Given is null)
            return (DrawnDish.Draw(index, seed), index);
        var files = Directory
            .EnumerateFiles(Directory.EnumerateDirectories(Given).Order(StringComparer.Ordinal).ElementAt(index))
            .Order(StringComparer.Ordinal)
            .Where((_, i) => i % 2 == 0 == isHeldOut)
            .ToList();
        return (DrawnDish.InTheDark(File.ReadAllBytes(files[of % files.Count]), seed), index);
    }

    private async Task UploadAsync(Uri address, IEnumerable<int> numbers)
    {
        foreach (var some in numbers.Chunk(PhotosOfAVisitor))
        {
            using var http = new HttpClient(new HttpClientHandler { UseCookies = true }) { BaseAddress = address };
            var visitor = new AppClient(http);
            foreach (var number in some)
            {
                var (bytes, index) = PhotoOf(number, isHeldOut: false);
                truths[Convert.ToHexString(SHA256.HashData(bytes))] = index;
                await visitor.UploadAsync(bytes);
            }
        }
    }

    private async Task LabelAllAsync(AppClient admin, string[] classes)
    {
        while (true)
        {
            using var next = await admin.SendAsync(HttpMethod.Post, $"api/v1/loops/{Loop}/tasks/next");
            if (next.StatusCode == HttpStatusCode.NoContent)
                return;
            var id = (await ReadAsync(next))["id"]!.GetValue<Guid>();
            var bytes = await admin.Http.GetByteArrayAsync(new Uri($"api/v1/tasks/{id}/image", UriKind.Relative), Cancel);
            var name = classes[truths[Convert.ToHexString(SHA256.HashData(bytes))]];
            await SendAsync(admin, HttpMethod.Post, $"tasks/{id}/label", new { @class = name });
        }
    }

    /// <summary>Returns the share of photos that took no part whose class the model names.</summary>
    private static async Task<double> MeasureAsync(Uri address, string[] classes, string version)
    {
        using var http = new HttpClient { BaseAddress = address };
        var client = new AppClient(http);
        var right = 0;
        for (var number = 0; number < Measured; number++)
        {
            var (bytes, index) = PhotoOf(number, isHeldOut: true);
            var answer = await client.UploadAsync(bytes);
            Assert.Equal(version, answer.Model.Version);
            right += answer.Class == classes[index] ? 1 : 0;
        }

        return right / (double)Measured;
    }

    private static async Task RunAsync(AppClient admin, params string[] jobs)
    {
        foreach (var job in jobs)
        {
            var run = await admin.RunJobAsync(job);
            Assert.True(run["state"]!.GetValue<string>() == "Completed", run.ToJsonString());
        }
    }

    private static async Task<JsonObject> GetAsync(AppClient admin, string path) =>
        (await admin.Http.GetFromJsonAsync<JsonObject>(new Uri($"api/v1/{path}", UriKind.Relative), Cancel))!;

    private static async Task SendAsync(AppClient admin, HttpMethod method, string path, object body)
    {
        using var answer = await admin.SendAsync(method, $"api/v1/{path}", JsonContent.Create(body));
        await ReadAsync(answer);
    }

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }
}
