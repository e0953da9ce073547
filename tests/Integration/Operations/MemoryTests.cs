using System.Globalization;
using System.Net;
using GourmetGram.Tests.Integration.Fixtures;
using SkiaSharp;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary>
/// What an operator has to plan for: the memory of the published process when the worst photos that are allowed come all at once.
/// </summary>
public sealed class MemoryTests(PublishedApp app) : IDisposable
{
    private const long Megabyte = 1_000_000;

    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-memory-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Thirty_two_of_the_worst_photos_at_once_take_no_more_than_600_MB()
    {
        var data = Path.Combine(folder, "data");
        await using var server = ServerProcess.Start(
            await app.ExecutableAsync(),
            new Dictionary<string, string> { ["GourmetGram__DataDirectory"] = data }
        );
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false })
        {
            BaseAddress = await server.ListeningAsync(),
            Timeout = TimeSpan.FromMinutes(5),
        };
        var client = new AppClient(http);
        await client.UploadAsync();
        var photos = WorstPhotos();
        var idle = MemoryOf(server.Id, "VmRSS");
        await File.WriteAllTextAsync($"/proc/{server.Id}/clear_refs", "5", TestContext.Current.CancellationToken);

        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => client.TryUploadAsync(photos[i % photos.Count])));

        var peak = MemoryOf(server.Id, "VmHWM");
        TestContext.Current.SendDiagnosticMessage(
            $"idle {idle / Megabyte} MB, peak {peak / Megabyte} MB, {string.Join(' ', answers.Select(a => (int)a.StatusCode))}"
        );
        foreach (var answer in answers)
        {
            Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.ServiceUnavailable, answer.ToString());
            Assert.Equal(answer.StatusCode == HttpStatusCode.ServiceUnavailable, answer.Headers.RetryAfter is not null);
            answer.Dispose();
        }

        Assert.InRange(peak - idle, 0, 600 * Megabyte);
        await client.UploadAsync();
    }

    /// <summary>A progressive photo, and what is large by bytes and by pixels in each other kind.</summary>
    private static List<byte[]> WorstPhotos()
    {
        using var noise = new SKBitmap(new SKImageInfo(2550, 2550, SKColorType.Rgba8888, SKAlphaType.Opaque));
        new Random(1).NextBytes(noise.GetPixelSpan());
        for (var pixel = 3; pixel < noise.GetPixelSpan().Length; pixel += 4)
            noise.GetPixelSpan()[pixel] = byte.MaxValue;
        using var large = new SKBitmap(new SKImageInfo(7900, 5000, SKColorType.Rgba8888, SKAlphaType.Opaque));
        large.Erase(SKColors.Tomato);
        return
        [
            Encode(noise, SKEncodedImageFormat.Png, 100),
            Encode(large, SKEncodedImageFormat.Jpeg, 90),
            // As many pixels as the memory for decoding admits.
            Pictures.ProgressiveJpeg(4600, 4000),
            Encode(noise, SKEncodedImageFormat.Webp, 100),
            Encode(large, SKEncodedImageFormat.Webp, 50),
            Encode(large, SKEncodedImageFormat.Png, 100),
        ];
    }

    private static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format, int quality)
    {
        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <returns>Bytes.</returns>
    private static long MemoryOf(int processId, string field)
    {
        var line = File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
