using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// Takes HTTP requests byte by byte and keeps them as they came: what a web framework hides (the framing of bodies) is what some servers
/// stumble over. Answers 200 with JSON, or never.
/// </summary>
internal sealed class WireServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> requests = new();
    private readonly CancellationTokenSource stopped = new();
    private readonly string? answer;
    private readonly Task serving;

    /// <param name="answer">JSON to answer each request with; null to leave every request without an answer.</param>
    public WireServer(string? answer)
    {
        this.answer = answer;
        listener.Start();
        Address = new Uri($"http://{listener.LocalEndpoint}/");
        serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>The status of the next answers, with further headers on lines of their own.</summary>
    public string Status { get; set; } = "200 OK";

    /// <summary>
    /// Each request from its first line to the end of its body, as Latin-1; a body counts only where a length announces it.
    /// </summary>
    public IReadOnlyList<string> Requests => [.. requests];

    /// <summary>The first request of a method and path, once it is there.</summary>
    public async Task<string> RequestAsync(string beginning)
    {
        await Waiting.UntilAsync(() => Task.FromResult(Requests.Any(request => request.StartsWith(beginning, StringComparison.Ordinal))));
        return Requests.First(request => request.StartsWith(beginning, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await stopped.CancelAsync();
        listener.Stop();
        await serving;
        stopped.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stopped.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            var stream = client.GetStream();
            while (await ReadHeadAsync(stream) is { } head)
            {
                var length = head.Split("\r\n")
                    .FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                    is { } line
                    ? int.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture)
                    : 0;
                var body = new byte[length];
                if (head.Contains("Expect: 100-continue", StringComparison.OrdinalIgnoreCase))
                    await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), stopped.Token);
                await stream.ReadExactlyAsync(body, stopped.Token);
                requests.Enqueue(head + Encoding.Latin1.GetString(body));
                if (answer is null)
                    continue;
                var content = Encoding.UTF8.GetBytes(answer);
                await stream.WriteAsync(
                    Encoding.ASCII.GetBytes(
                        $"HTTP/1.1 {Status}\r\nContent-Type: application/json\r\nContent-Length: {content.Length}\r\n\r\n"
                    ),
                    stopped.Token
                );
                await stream.WriteAsync(content, stopped.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The caller has hung up, or the test is over.
        }
    }

    /// <returns>Null at the end of the connection.</returns>
    private async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, stopped.Token) == 1)
        {
            head.Append((char)one[0]);
            if (head.Length >= 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n")
                return head.ToString();
        }

        return null;
    }
}
