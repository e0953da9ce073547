using System.Diagnostics;
using System.Globalization;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.Benchmarks.Loops;

/// <summary>
/// What a window of a thousand predictions costs to select from and to draw from, in a table of ten thousand and in one of a million, in
/// turns.
/// </summary>
internal static class SamplingBenchmark
{
    private const int Small = 10_000;
    private const int Large = 1_000_000;
    private const int Window = 1_000;
    private const int Rounds = 15;

    public static async Task<int> RunAsync()
    {
        await using var few = await FillAsync(Small);
        await using var many = await FillAsync(Large);
        var ratios = new Dictionary<string, List<double>>(StringComparer.Ordinal) { ["select"] = [], ["draw"] = [] };
        var times = new Dictionary<string, List<double>>(StringComparer.Ordinal) { ["select"] = [], ["draw"] = [] };
        for (var round = 0; round < Rounds; round++)
        {
            var small = await TurnAsync(few, round, Small);
            var large = await TurnAsync(many, round, Large);
            // The first round fills caches.
            if (round == 0)
                continue;
            ratios["select"].Add(large.Select / small.Select);
            ratios["draw"].Add(large.Draw / small.Draw);
            times["select"].Add(large.Select);
            times["draw"].Add(large.Draw);
        }

        Console.WriteLine("| step | ms in a table of a million | ratio to a table of ten thousand | its spread |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (step, values) in ratios)
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {step} | {Median(times[step]):0} | {Median(values):0.00} | {values.Min():0.00}–{values.Max():0.00} |"
                )
            );
        return 0;
    }

    private static async Task<LoopHost> FillAsync(int rows)
    {
        var host = new LoopHost(Durability.Process);
        await host.MigrateAsync();
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        var model = ModelVersion.Register("three", "1", "float", new string('a', 64), 1, ["A", "B", "C"], now);
        var photo = new StoredPhoto
        {
            UploadSha256 = new string('b', 64),
            StoredSha256 = new string('c', 64),
            StoredBytes = 1000,
            MediaType = "image/jpeg",
            Extension = ".jpg",
            Width = 40,
            Height = 30,
            FileName = null,
        };
        await host.SaveAsync([
            Prediction.Record(photo, new ClassProbabilities([0.1f, 0.2f, 0.7f]), model, Actor.Anonymous, TimeSpan.Zero, TimeSpan.Zero, now),
        ]);
        await AddAsync(host, 0, rows, "Considered", "'0199B0C6-0000-7000-8000-000000000001'");
        await host.ExecuteAsync(
            "UPDATE \"Predictions\" SET \"WindowId\" = '0199B0C6-0000-7000-8000-000000000001', \"SelectionState\" = 'Considered'"
        );
        await host.ExecuteAsync("ANALYZE");
        return host;
    }

    private static async Task<(double Select, double Draw)> TurnAsync(LoopHost host, int round, int rows)
    {
        await AddAsync(host, rows + round * Window, Window, "Pending", "NULL");
        var watch = Stopwatch.StartNew();
        await host.SendAsync(new SelectCandidates.Command());
        var select = watch.Elapsed.TotalMilliseconds;
        watch.Restart();
        var done = await host.SendAsync(new SampleRandom.Command());
        var draw = watch.Elapsed.TotalMilliseconds;
        return done.Population == Window
            ? (select, draw)
            : throw new InvalidOperationException($"The window has {done.Population} predictions.");
    }

    /// <summary>Copies the first prediction.</summary>
    private static async Task AddAsync(LoopHost host, int from, int count, string state, string window)
    {
        var columns = await host.ColumnsAsync("Predictions");
        var values = columns.Select(name =>
            name switch
            {
                "Id" => "printf('%08X-0000-7000-8000-%012X', 26000000 + n, n)",
                "SelectionState" => $"'{state}'",
                "WindowId" => window,
                "Photo_UploadSha256" => "printf('%064x', n)",
                _ => $"\"{name}\"",
            }
        );
        await host.ExecuteAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"WITH RECURSIVE numbers(n) AS (SELECT {from + 1} UNION ALL SELECT n + 1 FROM numbers WHERE n < {from + count}) "
                    + $"INSERT INTO \"Predictions\" ({string.Join(", ", columns.Select(name => $"\"{name}\""))}) "
                    + $"SELECT {string.Join(", ", values)} FROM numbers, (SELECT * FROM \"Predictions\" LIMIT 1)"
            )
        );
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
