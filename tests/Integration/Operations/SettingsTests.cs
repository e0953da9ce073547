using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using GourmetGram.Tests.Integration.Fixtures;
using Npgsql;

namespace GourmetGram.Tests.Integration.Operations;

/// <summary>Settings do what docs/settings.md says they do.</summary>
public sealed class SettingsTests : ServerTests
{
    [Fact]
    public async Task With_answer_only_the_labs_json_route_keeps_nothing()
    {
        await using var server = Start(("Lab__JsonPredict", "AnswerOnly"));
        var client = new AppClient(new HttpClient { BaseAddress = await server.ListeningAsync() });
        using var answer = await client.SendAsync(
            HttpMethod.Post,
            "predict",
            JsonContent.Create(new { image = Convert.ToBase64String(Photos.Golden("drawing-egg.jpg")) })
        );
        Assert.Contains("Vegetable/Fruit", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        // The store holds the id of the installation, and no photo.
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Folder, "data", "objects", "production"), "*.jpg", SearchOption.AllDirectories));

        using var form = await client.SendAsync(HttpMethod.Post, "predict", AppClient.PhotoForm(Photos.New()));
        Assert.Single(
            Directory.EnumerateFiles(Path.Combine(Folder, "data", "objects", "production"), "*.jpg", SearchOption.AllDirectories)
        );
    }

    [Fact]
    public async Task A_key_from_a_file_opens_metrics_that_only_administrators_may_read()
    {
        var key = Path.Combine(Folder, "key");
        await File.WriteAllTextAsync(key, AppFixture.AdminKey + "\n", Cancel);
        await using var server = Start(("Metrics__Access", "Admin"), ("GourmetGram__BootstrapAdminKeyFile", key));
        var client = new AppClient(new HttpClient { BaseAddress = await server.ListeningAsync() });
        using var refused = await client.SendAsync(HttpMethod.Get, "metrics");
        using var open = await client.SendAsync(HttpMethod.Get, "metrics", null, ("Authorization", $"Bearer {AppFixture.AdminKey}"));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (refused.StatusCode, open.StatusCode));
    }

    [Fact]
    public async Task Photos_beyond_the_bytes_of_a_batch_are_refused_and_spoil_nothing_before_them()
    {
        await using var server = Start(("Limits__BatchMebibytes", "1"));
        var client = new AppClient(new HttpClient { BaseAddress = await server.ListeningAsync() });
        using var form = new MultipartFormDataContent();
        foreach (var name in new[] { "a.jpg", "b.jpg", "c.jpg" })
            form.Add(new ByteArrayContent([.. Photos.New(), .. new byte[600 * 1024]]), "file", name);
        using var answer = await client.SendAsync(HttpMethod.Post, "api/v1/predictions/batch", form);
        using var body = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(
            [("a.jpg", 201), ("b.jpg", 413), ("c.jpg", 413)],
            body.RootElement.GetProperty("items")
                .EnumerateArray()
                .Select(item => (item.GetProperty("fileName").GetString()!, item.GetProperty("status").GetInt32()))
        );
    }

    [Fact]
    public async Task Scripts_of_allowed_origins_may_read_the_api_and_others_may_not()
    {
        await using var server = Start(("Api__AllowedOrigins__0", "https://app.example.org"));
        var client = new AppClient(new HttpClient { BaseAddress = await server.ListeningAsync() });
        using var allowed = await client.SendAsync(HttpMethod.Get, "api/v1/classes", null, ("Origin", "https://app.example.org"));
        using var other = await client.SendAsync(HttpMethod.Get, "api/v1/classes", null, ("Origin", "https://evil.example"));
        Assert.Equal("https://app.example.org", allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(allowed.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_database_that_does_not_answer_yet_is_waited_for()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        var real = new NpgsqlConnectionStringBuilder(await PostgresServer.CreateDatabaseAsync());
        // A port of our own, which nobody listens on until we do.
        using var door = new TcpListener(IPAddress.Loopback, 0);
        door.Start();
        var port = ((IPEndPoint)door.LocalEndpoint).Port;
        door.Stop();

        var throughDoor = new NpgsqlConnectionStringBuilder(real.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = port,
            Timeout = 5,
        };
        await using var server = Start(("Database__Provider", "PostgreSql"), ("Database__ConnectionString", throughDoor.ConnectionString));
        var client = new AppClient(new HttpClient { BaseAddress = await server.ListeningAsync() });
        using (var ready = await client.SendAsync(HttpMethod.Get, "health/ready"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Contains("database", await ready.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        using (var live = await client.SendAsync(HttpMethod.Get, "health/live"))
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        using (var upload = await client.TryUploadAsync(Photos.New()))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, upload.StatusCode);
            Assert.NotNull(upload.Headers.RetryAfter);
        }

        using (var page = await client.SendAsync(HttpMethod.Get, "", null, ("Accept", "text/html")))
            Assert.Contains("Something went wrong", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        using var reopened = new TcpListener(IPAddress.Loopback, port);
        reopened.Start();
        _ = ForwardAsync(reopened, real.Host!, real.Port);
        await server.LineAsync("Migrated the database");
        await server.LineAsync("first-administrator?token=");
        await client.UploadAsync();
    }

    /// <summary>Passes every connection on, until the listener is stopped.</summary>
    private static async Task ForwardAsync(TcpListener listener, string host, int port)
    {
        while (true)
        {
            var near = await listener.AcceptTcpClientAsync(Cancel);
            var far = new TcpClient();
            await far.ConnectAsync(host, port, Cancel);
            _ = near.GetStream().CopyToAsync(far.GetStream(), Cancel);
            _ = far.GetStream().CopyToAsync(near.GetStream(), Cancel);
        }
    }
}
