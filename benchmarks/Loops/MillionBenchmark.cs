using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Benchmarks.Load;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.Benchmarks.Loops;

/// <summary>
/// What every request about monitoring and every staff page costs with a million predictions and a hundred thousand labels, beside ten
/// thousand predictions and a thousand labels. Both servers run, and take turns.
/// </summary>
internal static class MillionBenchmark
{
    private const int Small = 10_000;
    private const int ServerCore = 0;
    private const int WarmUp = 30;
    private const string Key = "a-key-for-this-benchmark-only-and-no-other";

    private static readonly string[] Jobs = ["evaluate-production", "detect-drift", "find-label-errors"];

    private static readonly string[] Addresses =
    [
        "api/v1/monitoring/accuracy",
        "api/v1/monitoring/classes",
        "api/v1/monitoring/weeks",
        "api/v1/monitoring/segments",
        "api/v1/monitoring/calibration",
        "api/v1/monitoring/confusion",
        "api/v1/monitoring/photos",
        "api/v1/monitoring/label-budget",
        "api/v1/monitoring/label-errors",
        "api/v1/monitoring/annotators",
        "api/v1/monitoring/drift",
        "api/v1/monitoring/alerts",
        "api/v1/monitoring/alerts/messages",
        "api/v1/monitoring/accuracy/snapshots",
        "accuracy",
        "accuracy/photos",
        "label-errors",
        "annotators",
        "alerts",
        "home",
        "photos",
        "review",
        "datasets",
        "loops",
        "jobs",
        "api/v1/predictions",
        "api/v1/predictions/download",
        "api/v1/datasets/cleanproduction/download",
        "api/v1/datasets/cleanproduction/labels.csv",
    ];

    /// <param name="executable">Of a published copy.</param>
    /// <param name="folder">Is gone afterwards.</param>
    /// <param name="rounds">How often each address is asked for.</param>
    /// <param name="options">
    /// <c>--rows N</c>: predictions in the large database; <c>--days N</c>: days that both have, instead of equal traffic and an older
    /// installation; <c>--period N</c>: days that requests are about; <c>--postgres CONNECTION</c>.
    /// </param>
    public static async Task RunAsync(string executable, string folder, int rounds, Func<string, string?> options)
    {
        var rows = Number("--rows") ?? 1_000_000;
        var days = Number("--days");
        var postgres = options("--postgres");
        await using var few = await FillAsync(Small, days ?? 30);
        await using var many = await FillAsync(rows, days ?? 30 * (rows / Small));
        using var small = await ClientAsync(few);
        using var large = await ClientAsync(many);
        var period = Number("--period") is { } length
            ? string.Create(CultureInfo.InvariantCulture, $"?from={Day(1 - length)}&to={Day(0)}")
            : "";
        foreach (var job in Jobs)
        {
            var (fast, slow) = (await JobAsync(small, job), await JobAsync(large, job));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{job}: {fast:0.0} s and {slow:0.0} s"));
        }

        Console.WriteLine();
        Console.WriteLine("| address | first byte, ms | ratio | its spread | first request, ms |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var address in Addresses)
            await CompareAsync(small, large, address + period, rounds);

        int? Number(string name) => options(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

        async Task<PinnedServer> FillAsync(int count, int length)
        {
            var data = Path.Combine(folder, $"data-{count}");
            var database = postgres is null ? null : await LoopHost.CreateDatabaseAsync(postgres, $"gourmetgram_million_{count}");
            var watch = Stopwatch.StartNew();
            await using (var host = new LoopHost(Durability.Process, directory: data, postgres: database))
            {
                await host.MigrateAsync();
                await new MillionSeed(host, count, length, count / 10).RunAsync();
            }

            Console.WriteLine($"{count} predictions on {length} days, {count / 10} labels: seeded in {watch.Elapsed.TotalSeconds:0} s");
            var settings = new List<(string, string)>
            {
                ("GourmetGram__DataDirectory", data),
                ("GourmetGram__BootstrapAdminKey", Key),
                ("GourmetGram__Durability", "Process"),
                ("Jobs__Scheduled", "false"),
            };
            if (database is not null)
                settings.AddRange([("Database__Provider", "PostgreSql"), ("Database__ConnectionString", database)]);
            return new PinnedServer(executable, ServerCore, [.. settings]);
        }
    }

    private static async Task CompareAsync(HttpClient small, HttpClient large, string address, int rounds)
    {
        // The first request reads the database; those after it compile the code in both servers.
        await TimeAsync(small, address);
        var first = await TimeAsync(large, address);
        for (var request = 0; request < WarmUp; request++)
        {
            await TimeAsync(small, address);
            await TimeAsync(large, address);
        }

        var times = new List<double>();
        var ratios = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var before = await TimeAsync(small, address);
            var after = await TimeAsync(large, address);
            times.Add(after);
            ratios.Add(after / before);
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {address} | {Median(times):0} | {Median(ratios):0.00} | {ratios.Min():0.00}–{ratios.Max():0.00} | {first:0} |"
            )
        );
    }

    /// <returns>Milliseconds to the first byte of the answer.</returns>
    private static async Task<double> TimeAsync(HttpClient http, string address)
    {
        var watch = Stopwatch.StartNew();
        using var answer = await http.GetAsync(new Uri(address, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await using var content = await answer.Content.ReadAsStreamAsync();
        await content.ReadExactlyAsync(new byte[1]);
        var time = watch.Elapsed.TotalMilliseconds;
        answer.EnsureSuccessStatusCode();
        return time;
    }

    private static async Task<double> JobAsync(HttpClient http, string job)
    {
        var watch = Stopwatch.StartNew();
        using var asked = await http.PostAsync(new Uri($"api/v1/jobs/{job}/run", UriKind.Relative), content: null);
        asked.EnsureSuccessStatusCode();
        JsonObject run;
        do run = (await http.GetFromJsonAsync<JsonObject>(asked.Headers.Location))!;
        while (run["endedAt"] is null);
        return (string?)run["state"] == "Completed"
            ? watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"{job}: {run["error"]}");
    }

    private static async Task<HttpClient> ClientAsync(PinnedServer server)
    {
        var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = await server.ListeningAsync() };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        return http;
    }

    private static string Day(int days) =>
        TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
