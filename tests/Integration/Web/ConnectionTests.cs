using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>
/// What only shows on the bare connection: bodies that are too large and never sent, senders that trickle, more connections than are
/// served.
/// </summary>
public sealed class ConnectionTests(SqliteApp app) : ServerTests
{
    private const long Mebibyte = 1024 * 1024;

    [Theory]
    [InlineData("api/v1/predictions", "multipart/form-data; boundary=b", 50 * Mebibyte)]
    [InlineData("api/v1/predictions", "multipart/form-data; boundary=b", 20 * Mebibyte + 65537)]
    [InlineData("api/v1/predictions/batch", "multipart/form-data; boundary=b", 5000 * Mebibyte)]
    [InlineData("predict", "multipart/form-data; boundary=b", 50 * Mebibyte)]
    [InlineData("predict", "application/json", 50 * Mebibyte)]
    public async Task A_body_that_says_it_is_too_large_is_refused_before_it_is_sent(string path, string contentType, long length)
    {
        using var connection = await RawConnection.OpenAsync(app.Address);
        await connection.SendAsync(Head(path, contentType, $"Content-Length: {length}") + "{\"image\":\"AAAA");
        AssertTooLarge(await connection.ReadAnswerAsync());
    }

    [Theory]
    [InlineData("api/v1/predictions", "multipart/form-data; boundary=b")]
    [InlineData("predict", "multipart/form-data; boundary=b")]
    [InlineData("predict", "application/json")]
    public async Task A_body_that_does_not_say_its_size_is_refused_when_it_crosses_the_limit(string path, string contentType)
    {
        using var connection = await RawConnection.OpenAsync(app.Address);
        var answer = connection.ReadAnswerAsync();
        var json = contentType == "application/json";
        var start = json ? "{\"image\":\"" : "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n";
        await connection.SendAsync(Head(path, contentType, "Transfer-Encoding: chunked") + Chunk(start));
        // Base64 is a third longer. The last chunk, which would end the body, is never sent.
        var chunk = Chunk(new string('A', 64 * 1024));
        for (var sent = 0L; sent < (json ? 28 : 21) * Mebibyte && !answer.IsCompleted; sent += 64 * 1024)
        {
            if (!await connection.TrySendAsync(chunk))
                break;
        }

        AssertTooLarge(await answer);
    }

    [Fact]
    public async Task A_body_that_trickles_holds_nobody_up_and_is_given_up()
    {
        // One photo at a time, and none may wait: a slow upload that held the turn would turn the next one away.
        await using var server = Host(
            ("Connections__BodyGraceSeconds", "3"),
            ("Connections__BodyBytesPerSecond", "1000"),
            ("Limits__Concurrency", "1"),
            ("Limits__QueueLength", "0")
        );
        var address = await server.ListeningAsync();
        using var connection = await RawConnection.OpenAsync(address);
        var answer = connection.ReadAnswerAsync();
        await connection.SendAsync(
            Head("api/v1/predictions", "multipart/form-data; boundary=b", "Content-Length: 1000000")
                + "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n"
        );

        var quick = new AppClient(new HttpClient { BaseAddress = address });
        await quick.UploadAsync();

        using var everySecond = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var sent = 0; sent < 60 && !answer.IsCompleted && await connection.TrySendAsync("A"); sent++)
            await Task.WhenAny(answer, everySecond.WaitForNextTickAsync(Cancel).AsTask());
        var text = await answer;
        Assert.StartsWith("HTTP/1.1 408", text, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", text, StringComparison.Ordinal);
        Assert.Contains("Use a faster connection", text, StringComparison.Ordinal);
        Assert.Single(
            Directory.EnumerateFiles(Path.Combine(Folder, "data", "objects", "production"), "*.jpg", SearchOption.AllDirectories)
        );
    }

    [Fact]
    public async Task Headers_that_do_not_come_are_given_up()
    {
        await using var server = Host(("Connections__HeaderSeconds", "1"));
        using var connection = await RawConnection.OpenAsync(await server.ListeningAsync());
        await connection.SendAsync("POST /api/v1/predictions HTTP/1.1\r\nHost: localhost\r\n");
        Assert.StartsWith("HTTP/1.1 408", await connection.ReadAnswerAsync(), StringComparison.Ordinal);
        Assert.Equal("", await connection.ReadAnswerAsync());
    }

    [Fact]
    public async Task Connections_beyond_the_most_are_closed_and_the_others_go_on()
    {
        await using var server = Host(("Connections__Most", "20"));
        var address = await server.ListeningAsync();
        var connections = new List<RawConnection>();
        try
        {
            var answers = new List<string>();
            for (var i = 0; i < 40; i++)
            {
                // Not the machine's usual address for itself, which gets fewer than all.
                connections.Add(await RawConnection.OpenAsync(address, IPAddress.Parse("127.0.0.2")));
                answers.Add(await connections[i].AskAsync("health/live"));
            }

            Assert.All(answers.Take(20), answer => Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal));
            Assert.All(answers.Skip(20), answer => Assert.Equal("", answer));
            Assert.StartsWith("HTTP/1.1 200", await connections[7].AskAsync("health/live"), StringComparison.Ordinal);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }

        // The server sees one after the other close: then there is room again.
        using var everyMoment = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var answered = "";
        for (var attempt = 0; attempt < 600 && answered.Length == 0; attempt++)
        {
            using var late = await RawConnection.OpenAsync(address);
            answered = await late.AskAsync("health/live");
            if (answered.Length == 0)
                await everyMoment.WaitForNextTickAsync(Cancel);
        }

        Assert.StartsWith("HTTP/1.1 200", answered, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_beyond_the_most_of_one_address_are_closed_and_other_addresses_get_in()
    {
        await using var server = Host(
            ("Connections__Most", "20"),
            ("Connections__MostPerAddress", "5"),
            ("GourmetGram__TrustedProxies__0", "127.0.0.4")
        );
        var address = await server.ListeningAsync();
        var connections = new List<RawConnection>();
        try
        {
            Assert.Equal(5, await CountAsync("127.0.0.2", 12));
            Assert.Equal(1, await CountAsync("127.0.0.3", 1));
            // A proxy stands for many.
            Assert.Equal(8, await CountAsync("127.0.0.4", 8));
            Assert.Equal(1, await CountAsync("127.0.0.1", 1));
            await server.LineAsync("127.0.0.2 has 5 open connections");
            Assert.Single(server.Output.Split('\n'), line => line.Contains("open connections", StringComparison.Ordinal));
            // Those that were let in are still served.
            Assert.StartsWith("HTTP/1.1 200", await connections[2].AskAsync("health/live"), StringComparison.Ordinal);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }

        async Task<int> CountAsync(string from, int count)
        {
            var served = 0;
            for (var i = 0; i < count; i++)
            {
                connections.Add(await RawConnection.OpenAsync(address, IPAddress.Parse(from)));
                if ((await connections[^1].AskAsync("health/live")).StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                    served++;
            }

            return served;
        }
    }

    [Fact]
    public async Task The_machine_s_own_address_cannot_take_all_connections_either()
    {
        await using var server = Host(("Connections__Most", "20"), ("Connections__MostPerAddress", "5"));
        var address = await server.ListeningAsync();
        var connections = new List<RawConnection>();
        try
        {
            for (var i = 0; i < 30; i++)
            {
                connections.Add(await RawConnection.OpenAsync(address));
                Assert.Equal(i < 18, (await connections[i].AskAsync("health/live")).Length > 0);
            }

            connections.Add(await RawConnection.OpenAsync(address, IPAddress.Parse("127.0.0.2")));
            Assert.StartsWith("HTTP/1.1 200", await connections[^1].AskAsync("health/live"), StringComparison.Ordinal);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private static void AssertTooLarge(string answer)
    {
        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        Assert.Matches("\"detail\":\"[^\"]+ (S|s)(ave|end) ", answer);
    }

    private static string Head(string path, string contentType, string length) =>
        $"POST /{path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nContent-Type: {contentType}\r\n{length}\r\n\r\n";

    private static string Chunk(string content) => string.Create(CultureInfo.InvariantCulture, $"{content.Length:x}\r\n{content}\r\n");

    /// <summary>A connection on which a test says exactly what is sent.</summary>
    private sealed class RawConnection : IDisposable
    {
        private readonly TcpClient client;

        private RawConnection(IPAddress from) => client = new TcpClient(new IPEndPoint(from, 0));

        /// <param name="address">The server.</param>
        /// <param name="from">The address that it sees; by default the machine's usual one for itself.</param>
        public static async Task<RawConnection> OpenAsync(Uri address, IPAddress? from = null)
        {
            var connection = new RawConnection(from ?? IPAddress.Loopback);
            try
            {
                await connection.client.ConnectAsync(IPAddress.Loopback, address.Port, Cancel);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                // Taken and closed before we knew of it: it gets no answer, as one that is closed a moment later.
            }

            return connection;
        }

        public async Task SendAsync(string text) => await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), Cancel);

        /// <returns>False when the other end has closed.</returns>
        public async Task<bool> TrySendAsync(string text)
        {
            if (!client.Connected)
                return false;
            try
            {
                await SendAsync(text);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        public async Task<string> AskAsync(string path) =>
            await TrySendAsync($"GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n") ? await ReadAnswerAsync() : "";

        /// <summary>An answer with its body; empty when the connection is closed without one.</summary>
        public async Task<string> ReadAnswerAsync()
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            patience.CancelAfter(TimeSpan.FromMinutes(1));
            var text = new StringBuilder();
            var buffer = new byte[4096];
            try
            {
                int read;
                while (!IsWhole(text.ToString()) && (read = await client.GetStream().ReadAsync(buffer, patience.Token)) > 0)
                    text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
            catch (IOException) when (text.Length == 0)
            {
                // Reset instead of closed: no answer either.
            }

            return text.ToString();
        }

        public void Dispose() => client.Dispose();

        /// <summary>Answers come with a length or in chunks.</summary>
        private static bool IsWhole(string answer)
        {
            var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0)
                return false;
            const string length = "Content-Length: ";
            var at = answer.IndexOf(length, StringComparison.OrdinalIgnoreCase);
            return at >= 0 && at < end
                ? answer.Length - end - 4
                    >= int.Parse(
                        answer[(at + length.Length)..answer.IndexOf("\r\n", at, StringComparison.Ordinal)],
                        CultureInfo.InvariantCulture
                    )
                : answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
        }
    }
}
