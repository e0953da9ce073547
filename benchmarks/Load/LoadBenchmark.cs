using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace GourmetGram.Benchmarks.Load;

/// <summary>
/// The whole server under load: it on core 0, this process on core 1. What core 0 can do at most (<see cref="RawLimit"/>) is measured in
/// turn with it, since machines are noisy.
/// </summary>
internal static class LoadBenchmark
{
    public const int ServerCore = 0;
    private const int OwnCore = 1;
    private const int Starts = 5;

    /// <summary>Seconds of a turn.</summary>
    private const double Turn = 1;

    /// <summary>Head of the table that <see cref="CompareAsync"/> writes rows of.</summary>
    public const string Head =
        "| clients | limit a second | answers a second | ratio | its spread | median ms | p99 ms | 503 | broken "
        + "|\n|---|---|---|---|---|---|---|---|---|";

    public static readonly (string Name, int Width, int Height, int Quality)[] Photos =
    [
        ("1024 × 768", 1024, 768, 88),
        ("4000 × 3000", 4000, 3000, 88),
    ];

    private static readonly string[] Durabilities = ["Power", "Process"];

    /// <param name="options">
    /// <c>--server DIR</c>: a published copy; else one is made. <c>--rounds N</c>: how often limit and server are compared.
    /// <c>--peer PYTHON</c>: also compares the server with the service of <c>peers</c>, which this command runs.
    /// </param>
    public static async Task<int> RunAsync(string[] options)
    {
        return await WithServerAsync(options, async (executable, folder, rounds) =>
        {
            await MeasureStartAsync(executable);
            foreach (var (name, width, height, quality) in Photos)
            {
                var photo = Path.Combine(folder, $"{width}.jpg");
                await File.WriteAllBytesAsync(
                    photo,
                    LoadPhotos.Make(Path.Combine(AppContext.BaseDirectory, "samples", "soup.jpg"), width, height, quality)
                );
                foreach (var durability in Durabilities)
                    await MeasureLoadAsync(executable, name, photo, durability, rounds);
                if (Value(options, "--peer") is { } python)
                    await CompareWithPeerAsync(executable, python, name, await File.ReadAllBytesAsync(photo), rounds);
            }
        });
    }

    /// <summary>
    /// Publishes a server unless there is one, moves this process to its own core, and gives it a folder that is removed afterwards.
    /// </summary>
    /// <param name="options">As those of <see cref="RunAsync(string[])"/>.</param>
    /// <param name="measure">Takes the server's executable, the folder, and how often to compare.</param>
    public static async Task<int> WithServerAsync(string[] options, Func<string, string, int, Task> measure)
    {
        var rounds = int.Parse(Value(options, "--rounds") ?? "7", CultureInfo.InvariantCulture);
        var folder = Directory.CreateTempSubdirectory("gourmetgram-load-");
        try
        {
            var executable = Path.Combine(Value(options, "--server") ?? await PublishAsync(folder.FullName), "gourmetgram");
            await RunAsync(
                "taskset",
                "-apc",
                OwnCore.ToString(CultureInfo.InvariantCulture),
                Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
            );
            await measure(executable, folder.FullName, rounds);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureLoadAsync(string executable, string name, string photo, string durability, int rounds)
    {
        var bytes = await File.ReadAllBytesAsync(photo);
        Console.WriteLine($"\n### {name}, {bytes.Length / 1e6:0.00} MB, Durability={durability}\n");
        await using var server = new PinnedServer(executable, ServerCore, ("GourmetGram__Durability", durability));
        using var generator = new Generator(await server.ListeningAsync(), new PredictRequest(bytes).New);
        await using var raw = new RawLimit(photo, ServerCore);
        await raw.MeasureAsync(Turn);
        await generator.ClosedAsync(clients: 4, 3 * Turn);

        Console.WriteLine(Head);
        Measured sixteen = new(1, [], 0, 0);
        foreach (var clients in new[] { 1, 4, 16 })
            sixteen = await CompareAsync(
                $"{clients}",
                rounds,
                () => raw.MeasureAsync(Turn),
                () => generator.ClosedAsync(clients, 2 * Turn)
            );
        var five = await CompareAsync(
            "5 × 16 clients' rate, open",
            rounds,
            async () => (await generator.ClosedAsync(clients: 16, 2 * Turn)).PerSecond,
            () => generator.OpenAsync(5 * sixteen.PerSecond, 4 * Turn)
        );
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"\np99 of the accepted at five times the rate: {five.P99 / sixteen.P99:0.00} times that of 16 clients. Memory "
                    + $"afterwards: {server.Megabytes} MB."
            )
        );
    }

    private static async Task CompareWithPeerAsync(string executable, string python, string name, byte[] photo, int rounds)
    {
        Console.WriteLine($"\n### {name} beside the peer, which records nothing\n");
        await using var server = new PinnedServer(executable, ServerCore);
        await using var peer = new PeerServer(python, ServerCore);
        await peer.ListeningAsync();
        using var ours = new Generator(await server.ListeningAsync(), new PredictRequest(photo).New);
        using var theirs = new Generator(peer.Address, new PredictRequest(photo).New);
        await ours.ClosedAsync(clients: 4, 3 * Turn);
        await theirs.ClosedAsync(clients: 4, 3 * Turn);
        Console.WriteLine(Head);
        foreach (var clients in new[] { 1, 4, 16 })
        {
            await CompareAsync(
                $"{clients}",
                rounds,
                async () => (await theirs.ClosedAsync(clients, 2 * Turn)).PerSecond,
                () => ours.ClosedAsync(clients, 2 * Turn)
            );
        }
    }

    /// <summary>
    /// Limit and server in turn, a second or a few each: the ratio is that of neighbours, whatever the machine does meanwhile.
    /// </summary>
    public static async Task<Measured> CompareAsync(string what, int rounds, Func<Task<double>> measureLimit, Func<Task<Measured>> measure)
    {
        var (limits, parts) = (new List<double> { await measureLimit() }, new List<Measured>());
        for (var round = 0; round < rounds; round++)
        {
            parts.Add(await measure());
            limits.Add(await measureLimit());
        }

        var ratios = parts.Select((part, i) => part.PerSecond / ((limits[i] + limits[i + 1]) / 2)).Order().ToList();
        var all = Measured.Join(parts);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {limits.Average():0.0} | {all.PerSecond:0.0} | {ratios[ratios.Count / 2]:0.00} | {ratios[0]:0.00} to "
                    + $"{ratios[^1]:0.00} | {all.Median:0} | {all.P99:0} | {all.Refused} | {all.Broken} |"
            )
        );
        return all;
    }

    private static async Task MeasureStartAsync(string executable)
    {
        var photo = LoadPhotos.Make(Path.Combine(AppContext.BaseDirectory, "samples", "soup.jpg"), 1024, 768, 88);
        var (firsts, idles, afters) = (new List<double>(), new List<long>(), new List<long>());
        for (var i = 0; i < Starts; i++)
        {
            var clock = Stopwatch.StartNew();
            await using var server = new PinnedServer(executable, ServerCore);
            using var generator = new Generator(await server.ListeningAsync(), new PredictRequest(photo).New);
            idles.Add(server.Megabytes);
            await generator.SendAsync();
            firsts.Add(clock.Elapsed.TotalSeconds);
            afters.Add(server.Megabytes);
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Of {Starts} starts on one core with an empty data directory, the median: first answer after "
                    + $"{firsts.Order().ElementAt(Starts / 2):0.00} s, "
                    + $"{idles.Order().ElementAt(Starts / 2)} MB when it listens, {afters.Order().ElementAt(Starts / 2)} MB after the "
                    + $"first answer."
            )
        );
    }

    private static async Task<string> PublishAsync(string folder)
    {
        var target = Path.Combine(folder, "published");
        await RunAsync(
            "dotnet",
            "publish",
            Path.Combine(Root(), "src", "WebApi"),
            "-c",
            "Release",
            "-r",
            "linux-x64",
            "--self-contained",
            "-o",
            target
        );
        return target;
    }

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(path, "..", "..", ".."));

    public static string? Value(string[] options, string name) =>
        Array.IndexOf(options, name) is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : null;

    /// <returns>What it wrote to standard output.</returns>
    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
    }
}
