using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace GourmetGram.Benchmarks.Load;

/// <summary>Sends requests to a server on this machine.</summary>
/// <param name="server">Its address.</param>
/// <param name="newRequest">Makes the next request.</param>
internal sealed class Generator(Uri server, Func<HttpRequestMessage> newRequest) : IDisposable
{
    private readonly HttpClient http = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
        }
    )
    {
        BaseAddress = server,
        Timeout = TimeSpan.FromSeconds(30),
    };

    private ConcurrentBag<double> accepted = [];
    private int refused;
    private int broken;

    /// <summary>So many clients, each of which sends its next request when the last is answered.</summary>
    public async Task<Measured> ClosedAsync(int clients, double seconds)
    {
        Reset();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, clients)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        while (clock.Elapsed.TotalSeconds < seconds)
                            await SendAsync();
                    })
                )
        );
        return Result(clock.Elapsed.TotalSeconds);
    }

    /// <summary>So many requests at the same moment.</summary>
    public async Task<Measured> BurstAsync(int requests)
    {
        Reset();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, requests).Select(_ => Task.Run(SendAsync)));
        return Result(clock.Elapsed.TotalSeconds);
    }

    /// <summary>Requests at a fixed rate, whatever the answers.</summary>
    public async Task<Measured> OpenAsync(double perSecond, double seconds)
    {
        Reset();
        var sent = new List<Task>();
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            while (sent.Count < clock.Elapsed.TotalSeconds * perSecond)
                sent.Add(SendAsync());
            await timer.WaitForNextTickAsync();
        }

        await Task.WhenAll(sent);
        // With the time in which the last ones were answered, for they count too.
        return Result(clock.Elapsed.TotalSeconds);
    }

    public async Task SendAsync()
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            using var message = newRequest();
            using var answer = await http.SendAsync(message);
            if (answer.IsSuccessStatusCode)
                accepted.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            else if (answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is not null)
                Interlocked.Increment(ref refused);
            else
                Interlocked.Increment(ref broken);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // A server that refuses a body unread may close the connection before the client has read the answer. The count is in the
            // report.
            Interlocked.Increment(ref broken);
        }
    }

    public void Dispose() => http.Dispose();

    private void Reset() => (accepted, refused, broken) = ([], 0, 0);

    private Measured Result(double seconds) => new(seconds, [.. accepted.Order()], refused, broken);
}
