using System.Net.Sockets;
using System.Text;

namespace GourmetGram.Tests.Integration.Fuzzing;

/// <summary>What a client does when it has sent its request.</summary>
internal enum Ending
{
    /// <summary>It waits for the answer.</summary>
    Wait,

    /// <summary>After a moment without an answer it says that nothing more comes: the server may wait for the rest.</summary>
    Finish,

    /// <summary>It says so at once, and goes.</summary>
    HangUp,
}

/// <summary>An answer as it came.</summary>
/// <param name="Status">Its status; 0 when the server closed the connection without one.</param>
/// <param name="Head">Status line and headers.</param>
/// <param name="Body">What follows them, with chunk sizes where it came in chunks.</param>
internal sealed record RawAnswer(int Status, string Head, string Body)
{
    public string? MediaType =>
        Head.Split("\r\n")
            .Where(line => line.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase))
            .Select(line => line["Content-Type:".Length..].Split(';')[0].Trim())
            .FirstOrDefault();
}

/// <summary>HTTP/1.1 over a bare socket: HttpClient would not send what is wrong.</summary>
internal static class RawHttp
{
    private const int MostBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <summary>Sends a request that asks for <c>Connection: close</c> and reads the answer to its end.</summary>
    /// <param name="address">The server.</param>
    /// <param name="request">All bytes of the request.</param>
    /// <param name="ending">What the client does then.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">Neither an answer nor the end of the connection came in time.</exception>
    public static async Task<RawAnswer> SendAsync(Uri address, byte[] request, Ending ending, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerWithin);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address.Host, address.Port, limit.Token);
            var stream = client.GetStream();
            // A server that refuses early answers while the rest is still on its way.
            var sent = TryAsync(() => stream.WriteAsync(request, limit.Token).AsTask());
            var answer = new MemoryStream();
            var read = TryAsync(() => ReadAsync(stream, answer, limit.Token));
            if (ending == Ending.HangUp)
                await sent;
            if (ending == Ending.HangUp || (ending == Ending.Finish && await Task.WhenAny(read, WaitAsync(limit.Token)) != read))
                await TryAsync(() => Task.Run(() => client.Client.Shutdown(SocketShutdown.Send), limit.Token));
            await read;
            await sent;
            return Parse(answer.ToArray());
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer within {AnswerWithin.TotalSeconds:0} s.", e);
        }
    }

    private static async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Patience);
        await timer.WaitForNextTickAsync(cancellationToken);
    }

    /// <summary>A connection that the server has cut off ends there.</summary>
    private static async Task TryAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // What was read before is the answer; whether there should be one is the caller's question.
        }
    }

    private static async Task ReadAsync(NetworkStream stream, MemoryStream answer, CancellationToken cancellationToken)
    {
        var chunk = new byte[16384];
        int read;
        while (answer.Length < MostBytes && (read = await stream.ReadAsync(chunk, cancellationToken)) > 0)
            answer.Write(chunk, 0, read);
    }

    private static RawAnswer Parse(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        while (text.StartsWith("HTTP/1.1 100 ", StringComparison.Ordinal))
            text = text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        if (!text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
            return new RawAnswer(0, "", text);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0 ? new RawAnswer(0, text, "") : new RawAnswer(int.Parse(text.AsSpan(9, 3)), text[..end], text[(end + 4)..]);
    }
}
