using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace GourmetGram.Benchmarks.Load;

/// <summary>The FastAPI service of <c>benchmarks/peers</c>, on the server's core.</summary>
internal sealed class PeerServer : IAsyncDisposable
{
    private readonly Process process;

    /// <param name="python">A command that runs Python with FastAPI, uvicorn, onnxruntime and Pillow, with its arguments.</param>
    /// <param name="core">Where it runs.</param>
    public PeerServer(string python, int core)
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://{probe.LocalEndpoint}/");
        }

        string[] arguments =
        [
            "-c",
            core.ToString(CultureInfo.InvariantCulture),
            .. python.Split(' '),
            .. "-m uvicorn service:app --log-level warning --app-dir".Split(' '),
            Folder(),
            "--port",
            Address.Port.ToString(CultureInfo.InvariantCulture),
        ];
        process = Process.Start(new ProcessStartInfo("taskset", arguments) { UseShellExecute = false })!;
    }

    public Uri Address { get; }

    /// <summary>Waits until it listens.</summary>
    public async Task ListeningAsync()
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromMinutes(1); await Task.Delay(100))
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(Address.Host, Address.Port);
                return;
            }
            catch (SocketException) when (!process.HasExited)
            {
                // It is still starting.
            }
        }

        throw new InvalidOperationException("The peer does not listen.");
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static string Folder([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "peers"));
}
