using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace GourmetGram.Benchmarks.Load;

/// <summary>Compares one request with 64 photos and 64 requests with one photo each at the same moment, in turns.</summary>
internal static class BatchBenchmark
{
    private const int Photos = 64;

    public static async Task RunAsync(string executable, int rounds)
    {
        await using var server = new PinnedServer(executable, LoadBenchmark.ServerCore);
        var address = await server.ListeningAsync();
        using var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        Console.WriteLine(LoadBenchmark.Head);
        foreach (var (name, width, height, quality) in LoadBenchmark.Photos)
        {
            var photo = LoadPhotos.Make(Path.Combine(AppContext.BaseDirectory, "samples", "soup.jpg"), width, height, quality);
            using var single = new Generator(address, () => Post("api/v1/predictions", photo, count: 1));
            await single.BurstAsync(Photos);
            await SendBatchAsync(http, photo);
            await LoadBenchmark.CompareAsync(
                $"1 with {Photos} photos, {name}",
                rounds,
                async () => (await single.BurstAsync(Photos)).PerSecond,
                () => SendBatchAsync(http, photo)
            );
        }
    }

    /// <returns>One answer for each photo that was stored.</returns>
    private static async Task<Measured> SendBatchAsync(HttpClient http, byte[] photo)
    {
        using var request = Post("api/v1/predictions/batch", photo, Photos);
        var clock = Stopwatch.StartNew();
        using var answer = await http.SendAsync(request);
        using var items = await JsonDocument.ParseAsync(await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
        var seconds = clock.Elapsed.TotalSeconds;
        var stored = items.RootElement.GetProperty("items").EnumerateArray().Count(item => item.GetProperty("status").GetInt32() == 201);
        return new Measured(seconds, [.. Enumerable.Repeat(1000 * seconds, stored)], Refused: 0, Photos - stored);
    }

    private static HttpRequestMessage Post(string path, byte[] photo, int count)
    {
        var form = new MultipartFormDataContent();
        for (var i = 0; i < count; i++)
        {
            var part = new ByteArrayContent(photo);
            part.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
            form.Add(part, "file", string.Create(CultureInfo.InvariantCulture, $"{i}.jpg"));
        }

        return new HttpRequestMessage(HttpMethod.Post, path) { Content = form };
    }
}
