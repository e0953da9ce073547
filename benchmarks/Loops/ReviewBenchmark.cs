using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace GourmetGram.Benchmarks.Loops;

/// <summary>
/// The review page in a real browser: how many labels a minute it takes when the person is not what takes time, and what is lost when the
/// server is killed in between.
/// </summary>
internal static partial class ReviewBenchmark
{
    private const int Photos = 120;
    private const int Measured = 60;
    private const string Key = "a-key-for-this-benchmark-only-and-no-other";
    private const string Chromium = "/usr/bin/chromium";

    [GeneratedRegex("http\\S+first-administrator\\?token=\\S+", RegexOptions.None, 1000)]
    private static partial Regex Link { get; }

    /// <param name="executable">Of a published copy.</param>
    /// <param name="folder">Is gone afterwards.</param>
    public static async Task RunAsync(string executable, string folder)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}/");
        var data = Path.Combine(folder, "data");
        var server = await StartAsync(executable, address, data);
        try
        {
            await MeasureAsync();
        }
        finally
        {
            await StopAsync();
        }

        async Task StopAsync()
        {
            server.Process.Kill();
            await server.Process.WaitForExitAsync();
            server.Process.Dispose();
        }

        async Task MeasureAsync()
        {
            using var http = new HttpClient { BaseAddress = address };
            http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
            await PrepareAsync(http);

            using var playwright = await Playwright.CreateAsync();
            await using var browser = await playwright.Chromium.LaunchAsync(
                new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"] }
            );
            var page = await browser.NewPageAsync();
            await page.GotoAsync(await server.Link.WaitAsync(TimeSpan.FromMinutes(1)));
            await page.GetByLabel("Name").FillAsync("Ada");
            await page.GetByLabel("Password").FillAsync("correct horse battery staple");
            await page.GetByRole(AriaRole.Button, new() { Name = "Make the account" }).ClickAsync();
            await page.Locator(".account").WaitForAsync();
            await page.GotoAsync(new Uri(address, "review/lowconfidence").ToString());

            var watch = Stopwatch.StartNew();
            for (var i = 0; i < Measured; i++)
                await DecideAsync(page, i);
            var rate = Measured / watch.Elapsed.TotalMinutes;
            for (var i = Measured; i < Photos; i++)
            {
                await DecideAsync(page, i);
                if (i == Measured + 20)
                {
                    await StopAsync();
                    server = await StartAsync(executable, address, data);
                }
            }

            await page.GetByText("Nothing left to review").WaitForAsync(new() { Timeout = 120_000 });
            await page.WaitForFunctionAsync(
                "() => document.querySelectorAll('.trail small.wait').length === 0",
                null,
                new() { Timeout = 120_000 }
            );
            var labelled = (await http.GetFromJsonAsync<JsonObject>("api/v1/loops/lowconfidence"))!["loop"]!["counts"]![
                "labelled"
            ]!.GetValue<int>();
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{rate:0} labels a minute; of {Photos} decisions with the server killed in between, {Photos - labelled} are lost."
                )
            );
        }
    }

    private static async Task DecideAsync(IPage page, int number)
    {
        await page.WaitForFunctionAsync(
            "() => document.querySelector('.stage').ariaBusy !== 'true' && document.querySelector('[data-shown]')?.complete",
            null,
            new() { Timeout = 120_000 }
        );
        await page.Keyboard.PressAsync((number % 9 + 1).ToString(CultureInfo.InvariantCulture));
    }

    private static async Task PrepareAsync(HttpClient http)
    {
        (await http.PatchAsJsonAsync("api/v1/loops/lowconfidence", new { settings = new { threshold = 1 } })).EnsureSuccessStatusCode();
        var samples = Directory
            .GetFiles(Path.Combine(AppContext.BaseDirectory, "samples"), "*.jpg")
            .Order(StringComparer.Ordinal)
            .ToArray();
        for (var i = 0; i < Photos; i++)
        {
            var photo = await File.ReadAllBytesAsync(samples[i % samples.Length]);
            // A comment makes it another photo.
            byte[] unique = [.. photo[..2], 0xFF, 0xFE, 0, 6, .. BitConverter.GetBytes(i), .. photo[2..]];
            using var form = new MultipartFormDataContent { { new ByteArrayContent(unique), "file", "photo.jpg" } };
            (await http.PostAsync(new Uri("api/v1/predictions", UriKind.Relative), form)).EnsureSuccessStatusCode();
        }

        using var asked = await http.PostAsync(new Uri("api/v1/jobs/select-candidates/run", UriKind.Relative), content: null);
        JsonObject run;
        do run = (await http.GetFromJsonAsync<JsonObject>(asked.Headers.Location))!;
        while (run["endedAt"] is null);
    }

    private static async Task<(Process Process, Task<string> Link)> StartAsync(string executable, Uri address, string data)
    {
        var start = new ProcessStartInfo(executable) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        start.Environment["GourmetGram__DataDirectory"] = data;
        start.Environment["GourmetGram__BootstrapAdminKey"] = Key;
        start.Environment["Jobs__Scheduled"] = "false";
        var process = Process.Start(start)!;
        var (listening, link) = (
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
            new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not { } text)
                return;
            if (Link.Match(text) is { Success: true } found)
                link.TrySetResult(found.Value);
            if (text.Contains("Application started", StringComparison.Ordinal))
                listening.TrySetResult();
        };
        process.BeginOutputReadLine();
        await listening.Task.WaitAsync(TimeSpan.FromMinutes(1));
        return (process, link.Task);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
