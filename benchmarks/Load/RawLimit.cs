using System.Diagnostics;
using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Imaging;
using GourmetGram.Infrastructure.Onnx;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GourmetGram.Benchmarks.Load;

/// <summary>
/// What one core can do at most: base64, decoding, resizing and inference of the product, in a loop on one thread, and nothing else. It
/// stands by in a process of its own and works when it is told to, so that its turns and the server's can alternate.
/// </summary>
internal sealed class RawLimit : IAsyncDisposable
{
    private readonly Process process;

    public RawLimit(string photo, int core)
    {
        var start = new ProcessStartInfo(
            "taskset",
            [
                "-c",
                core.ToString(CultureInfo.InvariantCulture),
                Path.Combine(AppContext.BaseDirectory, "GourmetGram.Benchmarks"),
                "raw",
                photo,
            ]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        process = Process.Start(start)!;
    }

    /// <returns>Photos a second.</returns>
    public async Task<double> MeasureAsync(double seconds)
    {
        await process.StandardInput.WriteLineAsync(seconds.ToString("R", CultureInfo.InvariantCulture));
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The raw limit has ended.");
        return double.Parse(line, CultureInfo.InvariantCulture);
    }

    /// <summary>The process itself: reads seconds from standard input, a line at a time, and writes photos a second.</summary>
    public static void Serve(string photo)
    {
        OnnxTelemetry.SwitchOff();
        var upload = Convert.ToBase64String(File.ReadAllBytes(photo));
        using var classifier = ModelLoader.Load(new ModelOptions().DirectoryPath, "float", NullLogger.Instance);
        using var lease = classifier.Lease();
        var reader = new PhotoReader(Options.Create(new LimitsOptions()));
        for (var i = 0; i < 20; i++)
            Classify();
        while (Console.ReadLine() is { } line)
        {
            var seconds = double.Parse(line, CultureInfo.InvariantCulture);
            var (count, clock) = (0, Stopwatch.StartNew());
            for (; clock.Elapsed.TotalSeconds < seconds; count++)
                Classify();
            Console.WriteLine((count / clock.Elapsed.TotalSeconds).ToString("R", CultureInfo.InvariantCulture));
        }

        void Classify() =>
            lease.Run(
                reader.Decode(Convert.FromBase64String(upload), classifier.Model.InputWidth, classifier.Model.InputHeight),
                CancellationToken.None
            );
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
