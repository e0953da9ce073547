using System.Diagnostics;
using System.Globalization;
using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Imaging;
using GourmetGram.Infrastructure.Onnx;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GourmetGram.Benchmarks.Load;

/// <summary>What one core can do at most: decoding and inference of the product, in a loop on one thread, and nothing else.</summary>
internal static class RawLimit
{
    /// <summary>Writes photos per second to standard output.</summary>
    public static void Run(string photo, string seconds)
    {
        OnnxTelemetry.SwitchOff();
        var upload = File.ReadAllBytes(photo);
        using var classifier = ModelLoader.Load(new ModelOptions().DirectoryPath, "float", NullLogger.Instance);
        var reader = new PhotoReader(Options.Create(new LimitsOptions()));
        var (width, height) = (classifier.Model.InputWidth, classifier.Model.InputHeight);
        for (var i = 0; i < 20; i++)
            classifier.Run(reader.Decode(upload, width, height), CancellationToken.None);

        var length = double.Parse(seconds, CultureInfo.InvariantCulture);
        var (count, clock) = (0, Stopwatch.StartNew());
        for (; clock.Elapsed.TotalSeconds < length; count++)
            classifier.Run(reader.Decode(upload, width, height), CancellationToken.None);
        Console.WriteLine((count / clock.Elapsed.TotalSeconds).ToString("R", CultureInfo.InvariantCulture));
    }
}
