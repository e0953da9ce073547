using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.Benchmarks.Load;

/// <summary>
/// Clients send photos while the model that serves changes all the time: 200 times the head and 50 times the whole network in a minute.
/// Counts failed requests and answers of a model that did not serve during its request, and compares the memory before and after.
/// </summary>
internal static class SwapBenchmark
{
    private const string Key = "a-key-for-this-benchmark-only-and-no-other";
    private const string Folder = "2";
    private const string Head = "2.1";
    private const string Network = "9";
    private const int Clients = 8;
    private const int Heads = 200;
    private const int Networks = 50;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    /// <param name="executable">Of a published copy.</param>
    /// <param name="folder">Is gone afterwards.</param>
    public static async Task RunAsync(string executable, string folder)
    {
        var settings = new (string Name, string Value)[]
        {
            ("GourmetGram__DataDirectory", Path.Combine(folder, "data")),
            ("GourmetGram__BootstrapAdminKey", Key),
            ("GourmetGram__Durability", nameof(Durability.Process)),
            ("Jobs__Scheduled", "false"),
        };
        await PrepareAsync(executable, folder, settings);
        await using var server = new PinnedServer(executable, LoadBenchmark.ServerCore, settings);
        using var http = new HttpClient { BaseAddress = await server.ListeningAsync() };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        var photo = LoadPhotos.Make(Path.Combine(AppContext.BaseDirectory, "samples", "soup.jpg"), 1024, 768, 88);

        var timeline = new Timeline();
        timeline.Serves(Folder, Stopwatch.GetTimestamp());
        var warm = await SendAsync(http, photo, timeline, WarmUp);
        var before = server.Megabytes;
        var swaps = SwapAsync(http, timeline);
        var result = await SendAsync(http, photo, timeline, Length);
        await swaps;
        var after = await SendAsync(http, photo, timeline, WarmUp);
        Console.WriteLine("| | answers | 503 | failed | of a model that did not serve | MB afterwards |");
        Console.WriteLine("|---|---|---|---|---|---|");
        Write("before", warm, before);
        Write(string.Create(CultureInfo.InvariantCulture, $"{Heads} heads and {Networks} networks"), result, server.Megabytes);
        Write("after", after, server.Megabytes);

        static void Write(string what, Counts counts, long memory) =>
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {what} | {counts.Answers} | {counts.Refused} | {counts.Failed} | {counts.Wrong} | {memory} |"
                )
            );
    }

    /// <summary>Trains a head on one labelled photo and the replay set, and imports the same network under another version.</summary>
    private static async Task PrepareAsync(string executable, string folder, (string Name, string Value)[] settings)
    {
        var labelled = Directory.CreateDirectory(Path.Combine(folder, "labelled", "Soup"));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "samples", "soup.jpg"), Path.Combine(labelled.FullName, "soup.jpg"));
        var model = Directory.CreateDirectory(Path.Combine(folder, "model")).FullName;
        var installed = Path.Combine(Path.GetDirectoryName(executable)!, "models", "food11");
        foreach (var name in new[] { "model.onnx", "model.int8.onnx" })
            File.Copy(Path.Combine(installed, name), Path.Combine(model, name));
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(installed, "manifest.json")))!.AsObject();
        manifest["version"] = Network;
        manifest.Remove("reference");
        await File.WriteAllTextAsync(Path.Combine(model, "manifest.json"), manifest.ToJsonString());
        string[][] commands =
        [
            ["dataset", "import", Path.Combine(folder, "labelled"), "--name", "benchmark"],
            ["dataset", "build", "--train", "1", "--tune", "0"],
            ["train", "--dataset", "latest", "--l2", "3"],
            ["model", "import", model],
        ];
        foreach (var command in commands)
        {
            var start = new ProcessStartInfo(executable, command) { UseShellExecute = false, RedirectStandardOutput = true };
            foreach (var (name, value) in settings)
                start.Environment[name] = value;
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{string.Join(' ', command)}: {output}");
        }
    }

    /// <summary>Promotes models evenly over the time: each fifth time the other network, and otherwise a head.</summary>
    private static async Task SwapAsync(HttpClient http, Timeline timeline)
    {
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var serving = Folder;
        for (var swap = 0; swap < Heads + Networks; swap++)
        {
            while (clock.Elapsed < Length * ((double)swap / (Heads + Networks)))
                await timer.WaitForNextTickAsync();
            var next =
                swap % (1 + (Heads / Networks)) == 0 ? Network
                : serving == Head ? Folder
                : Head;
            timeline.Serves(next, Stopwatch.GetTimestamp());
            using var answer = await http.PostAsJsonAsync(
                $"api/v1/models/{next}/promote",
                new { @override = "the benchmark changes models" }
            );
            answer.EnsureSuccessStatusCode();
            timeline.Ends(serving, Stopwatch.GetTimestamp());
            serving = next;
        }
    }

    private static async Task<Counts> SendAsync(HttpClient http, byte[] photo, Timeline timeline, TimeSpan length)
    {
        var clock = Stopwatch.StartNew();
        var all = new ConcurrentBag<Counts>();
        await Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        var counts = new Counts(0, 0, 0, 0);
                        while (clock.Elapsed < length)
                            counts += await SendAsync(http, photo, timeline);
                        all.Add(counts);
                    })
                )
        );
        return all.Aggregate((one, other) => one + other);
    }

    private static async Task<Counts> SendAsync(HttpClient http, byte[] photo, Timeline timeline)
    {
        var from = Stopwatch.GetTimestamp();
        try
        {
            using var content = new ByteArrayContent(photo);
            content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
            using var form = new MultipartFormDataContent { { content, "file", "photo.jpg" } };
            using var answer = await http.PostAsync(new Uri("api/v1/predictions", UriKind.Relative), form);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is not null)
                return new Counts(0, 1, 0, 0);
            if (!answer.IsSuccessStatusCode)
                return new Counts(0, 0, 1, 0);
            var version = (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["model"]!["version"]!;
            return new Counts(1, 0, 0, timeline.DidServe(version, from, Stopwatch.GetTimestamp()) ? 0 : 1);
        }
        catch (HttpRequestException)
        {
            return new Counts(0, 0, 1, 0);
        }
    }

    /// <param name="Answers">Predictions.</param>
    /// <param name="Refused">Requests refused because of too many others.</param>
    /// <param name="Failed">Requests without an answer.</param>
    /// <param name="Wrong">Answers of a model that did not serve at any time of their request.</param>
    private sealed record Counts(int Answers, int Refused, int Failed, int Wrong)
    {
        public static Counts operator +(Counts one, Counts other) =>
            new(one.Answers + other.Answers, one.Refused + other.Refused, one.Failed + other.Failed, one.Wrong + other.Wrong);
    }

    /// <summary>When each version may have served: from the request to promote it until the next promotion was answered.</summary>
    private sealed class Timeline
    {
        private readonly Lock gate = new();
        private readonly List<(string Version, long From, long Until)> spans = [];

        public void Serves(string version, long at)
        {
            lock (gate)
                spans.Add((version, at, long.MaxValue));
        }

        public void Ends(string version, long at)
        {
            lock (gate)
            {
                var index = spans.FindLastIndex(span => span.Version == version && span.Until == long.MaxValue);
                spans[index] = spans[index] with { Until = at };
            }
        }

        public bool DidServe(string version, long from, long until)
        {
            lock (gate)
                return spans.Exists(span => span.Version == version && span.From <= until && span.Until >= from);
        }
    }
}
