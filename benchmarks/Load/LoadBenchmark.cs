using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace GourmetGram.Benchmarks.Load;

/// <summary>
/// The whole server under load: it on core 0, this process on core 1. What core 0 can do at most (<see cref="RawLimit"/>) is measured before and after each part, since machines are noisy.
/// </summary>
internal static class LoadBenchmark
{
    private const int ServerCore = 0;
    private const int OwnCore = 1;
    private const int Starts = 5;

    /// <param name="options"><c>--server DIR</c>: a published copy; else one is made. <c>--seconds N</c>: length of each measurement.</param>
    public static async Task<int> RunAsync(string[] options)
    {
        var seconds = double.Parse(Value(options, "--seconds") ?? "10", CultureInfo.InvariantCulture);
        var folder = Directory.CreateTempSubdirectory("gourmetgram-load-");
        try
        {
            var executable = Path.Combine(Value(options, "--server") ?? await PublishAsync(folder.FullName), "gourmetgram");
            await RunAsync("taskset", "-apc", OwnCore.ToString(CultureInfo.InvariantCulture), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            await MeasureStartAsync(executable);
            foreach (var (name, width, height, quality) in new[] { ("1024 × 768", 1024, 768, 88), ("4000 × 3000", 4000, 3000, 88) })
            {
                var photo = Path.Combine(folder.FullName, $"{width}.jpg");
                await File.WriteAllBytesAsync(photo, LoadPhotos.Make(Path.Combine(AppContext.BaseDirectory, "samples", "soup.jpg"), width, height, quality));
                foreach (var durability in new[] { "Power", "Process" })
                    await MeasureLoadAsync(executable, name, photo, durability, seconds);
            }

            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureLoadAsync(string executable, string name, string photo, string durability, double seconds)
    {
        var bytes = await File.ReadAllBytesAsync(photo);
        Console.WriteLine($"\n### {name}, {bytes.Length / 1e6:0.00} MB, Durability={durability}\n");
        await using var server = new PinnedServer(executable, ServerCore, ("GourmetGram__Durability", durability));
        using var generator = new Generator(await server.ListeningAsync(), new PredictRequest(bytes));
        await generator.ClosedAsync(clients: 4, seconds: 3);

        Console.WriteLine("| clients | raw a second | answers a second | ratio | median ms | p99 ms | 503 | broken |\n|---|---|---|---|---|---|---|---|");
        var peak = new Measured(1, [], 0, 0);
        foreach (var clients in new[] { 1, 4, 16 })
        {
            var before = await RawAsync(photo, seconds / 2);
            var found = await generator.ClosedAsync(clients, seconds);
            var raw = (before + await RawAsync(photo, seconds / 2)) / 2;
            Row($"{clients}", raw, found, found.PerSecond / raw);
            if (found.PerSecond > peak.PerSecond)
                peak = found;
        }

        var five = await generator.OpenAsync(5 * peak.PerSecond, seconds);
        Row("5 × the peak, open", peak.PerSecond, five, five.PerSecond / peak.PerSecond);
        Console.WriteLine($"\np99 of the accepted at 5 × the peak is {five.P99 / peak.P99:0.00} times that of the peak; memory afterwards {server.Megabytes} MB.");

        static void Row(string what, double limit, Measured found, double ratio) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {limit:0.0} | {found.PerSecond:0.0} | {ratio:0.00} | {found.Median:0.0} | {found.P99:0.0} | {found.Refused} | {found.Broken} |"));
    }

    private static async Task MeasureStartAsync(string executable)
    {
        var photo = LoadPhotos.Make(Path.Combine(AppContext.BaseDirectory, "samples", "soup.jpg"), 1024, 768, 88);
        var (firsts, idles, afters) = (new List<double>(), new List<long>(), new List<long>());
        for (var i = 0; i < Starts; i++)
        {
            var clock = Stopwatch.StartNew();
            await using var server = new PinnedServer(executable, ServerCore);
            using var generator = new Generator(await server.ListeningAsync(), new PredictRequest(photo));
            idles.Add(server.Megabytes);
            await generator.SendAsync();
            firsts.Add(clock.Elapsed.TotalSeconds);
            afters.Add(server.Megabytes);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Of {Starts} starts on one core with an empty data directory, the median: first answer after {firsts.Order().ElementAt(Starts / 2):0.00} s, "
            + $"{idles.Order().ElementAt(Starts / 2)} MB when it listens, {afters.Order().ElementAt(Starts / 2)} MB after the first answer."));
    }

    private static async Task<double> RawAsync(string photo, double seconds) => double.Parse(
        await RunAsync("taskset", "-c", ServerCore.ToString(CultureInfo.InvariantCulture), Path.Combine(AppContext.BaseDirectory, "GourmetGram.Benchmarks"), "raw", photo, seconds.ToString("R", CultureInfo.InvariantCulture)),
        CultureInfo.InvariantCulture);

    private static async Task<string> PublishAsync(string folder)
    {
        var target = Path.Combine(folder, "published");
        await RunAsync("dotnet", "publish", Path.Combine(Root(), "src", "WebApi"), "-c", "Release", "-r", "linux-x64", "--self-contained", "-o", target);
        return target;
    }

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(path, "..", "..", ".."));

    private static string? Value(string[] options, string name) => Array.IndexOf(options, name) is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : null;

    /// <returns>What it wrote to standard output.</returns>
    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
    }
}
