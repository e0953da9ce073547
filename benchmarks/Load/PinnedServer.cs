using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;

namespace GourmetGram.Benchmarks.Load;

/// <summary>A published server on a core of its own, with an empty data directory.</summary>
internal sealed class PinnedServer : IAsyncDisposable
{
    private const string Marker = "Now listening on: ";

    private readonly Process process;
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("gourmetgram-load-");
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="executable">Of the published copy.</param>
    /// <param name="core">Where it runs.</param>
    /// <param name="settings">Environment variables.</param>
    public PinnedServer(string executable, int core, params ReadOnlySpan<(string Name, string Value)> settings)
    {
        var start = new ProcessStartInfo("taskset", ["-c", core.ToString(CultureInfo.InvariantCulture), executable])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["GourmetGram__DataDirectory"] = data.FullName;
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text && text.IndexOf(Marker, StringComparison.Ordinal) is >= 0 and var at)
                listening.TrySetResult(new Uri(text[(at + Marker.Length)..].Trim() + "/"));
        };
        process.BeginOutputReadLine();
    }

    /// <summary>Resident memory in MB. <c>taskset</c> has become the server.</summary>
    public long Megabytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1_000_000;
        }
    }

    /// <summary>Processor time since the start, of the program and of the kernel for it.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public Task<Uri> ListeningAsync() => listening.Task.WaitAsync(TimeSpan.FromMinutes(1));

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        data.Delete(recursive: true);
    }
}

/// <summary>A request that is sent again and again: <c>POST /predict</c> with JSON, as the lab's programs send it.</summary>
internal sealed class PredictRequest(byte[] photo)
{
    private readonly byte[] body = System.Text.Encoding.ASCII.GetBytes($"{{\"image\":\"{Convert.ToBase64String(photo)}\"}}");

    public HttpRequestMessage New()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "predict") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return request;
    }
}
