using System.Globalization;

namespace GourmetGram.Benchmarks.Load;

/// <summary>
/// Compares the processor time of a refusal with that of an answer, for photos of several sizes. Two clients are always answered, which
/// gives the time of an answer. Of 32 clients that send the next request immediately, most are refused. The processor time of this run,
/// minus that of its answers, is the time of its refusals.
/// </summary>
internal static class RefusalBenchmark
{
    private const double Seconds = 8;

    private static readonly (string Name, int Width, int Height, int Quality)[] Photos =
    [
        .. LoadBenchmark.Photos,
        ("6400 × 4800, hardly compressed", 6400, 4800, 96),
    ];

    public static async Task RunAsync(string executable, int rounds)
    {
        Console.WriteLine(
            "| photo | MB | answer, ms | refusals a second | answers a second | refusal, ms | refusal / answer | its spread | broken |"
                + "\n|---|---|---|---|---|---|---|---|---|"
        );
        foreach (var (name, width, height, quality) in Photos)
        {
            var photo = LoadPhotos.Make(Path.Combine(AppContext.BaseDirectory, "samples", "soup.jpg"), width, height, quality);
            await using var server = new PinnedServer(
                executable,
                LoadBenchmark.ServerCore,
                ("Limits__QueueLength", "1"),
                ("Limits__Concurrency", "1")
            );
            using var generator = new Generator(await server.ListeningAsync(), new PredictRequest(photo).New);
            await generator.ClosedAsync(clients: 2, Seconds);
            await generator.ClosedAsync(clients: 32, Seconds / 2);
            var (ratios, answers, refusals, all) = (new List<double>(), new List<double>(), new List<double>(), new List<Measured>());
            for (var round = 0; round < rounds; round++)
            {
                var (calm, calmTime) = await MeasureAsync(server, () => generator.ClosedAsync(clients: 2, Seconds));
                var (busy, busyTime) = await MeasureAsync(server, () => generator.ClosedAsync(clients: 32, Seconds));
                var answer = calmTime / calm.Accepted.Count;
                var refusal = (busyTime - (busy.Accepted.Count * answer)) / busy.Refused;
                answers.Add(answer);
                refusals.Add(refusal);
                ratios.Add(refusal / answer);
                all.Add(busy);
            }

            var joined = Measured.Join(all);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {photo.Length / 1e6:0.0} | {Median(answers):0.0} | {joined.Refused / joined.Seconds:0} | "
                        + $"{joined.PerSecond:0.0} | {Median(refusals):0.00} | {Median(ratios):0.000} | {ratios.Min():0.000} to "
                        + $"{ratios.Max():0.000} | {joined.Broken} |"
                )
            );
        }
    }

    /// <returns>What came of the requests, and the server's processor time in milliseconds.</returns>
    private static async Task<(Measured Result, double Milliseconds)> MeasureAsync(PinnedServer server, Func<Task<Measured>> send)
    {
        var before = server.ProcessorTime;
        var result = await send();
        return (result, (server.ProcessorTime - before).TotalMilliseconds);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
