using System.Net;
using System.Net.Http.Json;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary>The product as an operator has it: a process that is started, asked to stop, and started again.</summary>
public sealed class ProcessTests(PublishedApp app) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-process-").FullName;

    private Dictionary<string, string> Environment => new() { ["GourmetGram__DataDirectory"] = Path.Combine(folder, "data") };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static AppClient Client(Uri address, bool cookies = false) =>
        new(new HttpClient(new HttpClientHandler { UseCookies = cookies }) { BaseAddress = address });

    [Fact]
    public async Task A_server_that_is_asked_to_stop_finishes_what_it_has_accepted()
    {
        await using var server = ServerProcess.Start(ServerProcess.Built, Environment);
        var client = Client(await server.ListeningAsync());
        using var body = new HeldContent(Photos.New());
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/predictions")
        {
            Content = new MultipartFormDataContent { { body, "file", "slow.jpg" } },
        };
        var answer = client.Http.SendAsync(request, Cancel);
        await body.HalfSent;
        // The first bytes have left, but only an answer to another request shows that the server has taken the connection.
        using (await client.SendAsync(HttpMethod.Get, "health/live"))
            server.Terminate();
        await server.LineAsync("Application is shutting down");
        body.Release();
        using var response = await answer;
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(0, await server.ExitAsync());
    }

    /// <summary>
    /// The model runs on as many threads as there are uploads when the server ends: taking it away from one of them would end the process
    /// with a signal.
    /// </summary>
    [Fact]
    public async Task A_server_that_is_asked_to_stop_under_load_ends_well()
    {
        var environment = Environment;
        environment["Limits__QueueMilliseconds"] = "60000";
        environment["Limits__Concurrency"] = "8";
        await using var server = ServerProcess.Start(ServerProcess.Built, environment);
        var address = await server.ListeningAsync();
        using var warm = new CountdownEvent(16);
        var senders = Enumerable.Range(0, warm.InitialCount).Select(_ => SendUntilClosedAsync(Client(address), warm)).ToList();
        await Task.Run(() => warm.Wait(Cancel), Cancel);

        server.Terminate();

        Assert.Equal(0, await server.ExitAsync());
        Assert.All(await Task.WhenAll(senders), answers => Assert.All(answers, status => Assert.Equal(HttpStatusCode.Created, status)));
    }

    /// <returns>The answers until the server took no more.</returns>
    private static async Task<IReadOnlyList<HttpStatusCode>> SendUntilClosedAsync(AppClient client, CountdownEvent warm)
    {
        var answers = new List<HttpStatusCode>();
        while (true)
        {
            try
            {
                using var response = await client.TryUploadAsync(Photos.New());
                answers.Add(response.StatusCode);
            }
            catch (HttpRequestException)
            {
                return answers;
            }

            if (answers.Count == 1)
                warm.Signal();
        }
    }

    [Fact]
    public async Task What_was_answered_is_there_after_a_kill()
    {
        PredictionJson prediction;
        await using (var server = ServerProcess.Start(ServerProcess.Built, Environment))
        {
            var client = Client(await server.ListeningAsync());
            prediction = await client.UploadAsync();
            using var flagged = await client.FlagAsync(prediction.Id);
            using var corrected = await client.CorrectAsync(prediction.Id, "Soup");
        }

        await using var again = ServerProcess.Start(ServerProcess.Built, Environment);
        var reader = Client(await again.ListeningAsync());
        var found = await reader.GetAsync(prediction.Id);
        Assert.Equal((true, "Soup", prediction.Probability), (found.Flagged, found.Correction, found.Probability));
        Assert.NotEmpty(await reader.DownloadAsync(found));
    }

    [Fact]
    public async Task Visitors_and_the_first_administrator_are_known_after_a_restart()
    {
        using var handler = new HttpClientHandler();
        Guid id;
        await using (var server = ServerProcess.Start(ServerProcess.Built, Environment))
        {
            var visitor = new AppClient(new HttpClient(handler, disposeHandler: false) { BaseAddress = await server.ListeningAsync() });
            using (await visitor.SendAsync(HttpMethod.Get, ""))
                id = (await visitor.UploadAsync()).Id;
        }

        await using var again = ServerProcess.Start(ServerProcess.Built, Environment);
        var address = await again.ListeningAsync();
        // Cookies do not tell ports apart, so the jar works at the new one.
        var returned = new AppClient(new HttpClient(handler, disposeHandler: false) { BaseAddress = address });
        Assert.Equal(id, Assert.Single((await returned.ListAsync()).Items).Id);
    }

    [Fact]
    public async Task Nothing_is_sent_to_the_outside_and_no_telemetry_file_is_written()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace is not available: apt-get install strace");
        var (home, trace) = (Path.Combine(folder, "home"), Path.Combine(folder, "trace"));
        Directory.CreateDirectory(home);
        var environment = Environment;
        environment["HOME"] = home;
        await using (
            var server = ServerProcess.Start(
                ServerProcess.Built,
                environment,
                null,
                "/usr/bin/strace",
                "-f",
                "-qq",
                "-o",
                trace,
                "-e",
                "trace=connect,sendto"
            )
        )
        {
            var client = Client(await server.ListeningAsync());
            for (var i = 0; i < 20; i++)
                await client.UploadAsync();
            using var page = await client.SendAsync(HttpMethod.Get, "", null, ("Accept", "text/html"));
            server.Terminate();
            await server.ExitAsync();
        }

        Assert.Empty(Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories));
        var outside = (await File.ReadAllLinesAsync(trace, Cancel)).Where(line =>
            line.Contains("AF_INET", StringComparison.Ordinal)
            && !line.Contains("127.0.0.1", StringComparison.Ordinal)
            && !line.Contains("\"::1\"", StringComparison.Ordinal)
        );
        Assert.Empty(outside);
    }

    [Fact]
    public async Task A_published_copy_works_from_any_working_directory()
    {
        var executable = await app.ExecutableAsync();
        // No settings at all: the data directory stands beside the executable.
        await using var server = ServerProcess.Start(executable, new Dictionary<string, string>(), workingDirectory: "/");
        var client = Client(await server.ListeningAsync(), cookies: true);
        var prediction = await client.UploadAsync();
        Assert.NotEmpty(await client.DownloadAsync(prediction));
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(executable)!, "data", "gourmetgram.db")));

        using var page = await client.SendAsync(HttpMethod.Get, "", null, ("Accept", "text/html"));
        var html = await page.Content.ReadAsStringAsync(Cancel);
        foreach (
            var asset in html.Split("href=\"", StringSplitOptions.None)[1..]
                .Select(rest => rest.Split('"')[0])
                .Where(link => link.EndsWith(".css", StringComparison.Ordinal))
        )
            Assert.NotEmpty(await client.Http.GetByteArrayAsync(new Uri(asset, UriKind.Relative), Cancel));
        Assert.Contains(
            (await client.Http.GetStringAsync("test", Cancel)),
            (await client.Http.GetFromJsonAsync<string[]>("api/classes", Cancel))!
        );
    }

    /// <summary>Sends half of its bytes, and the rest when it is released.</summary>
    private sealed class HeldContent(byte[] bytes) : HttpContent
    {
        private readonly TaskCompletionSource halfSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HalfSent => halfSent.Task;

        public void Release() => released.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await stream.FlushAsync();
            halfSent.SetResult();
            await released.Task;
            await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
