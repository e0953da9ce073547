using System.Net.Http.Json;
using System.Reflection;
using System.Text;
using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Infrastructure.Http;
using GourmetGram.Infrastructure.LabelStudio;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.ObjectStorage;
using GourmetGram.WebApi.Commands;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.Http;

/// <summary>What leaves for other servers, as it is on the wire.</summary>
public sealed class OutgoingTests
{
    private static readonly string UserAgent =
        "User-Agent: GourmetGram/"
        + typeof(OutgoingHttp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]
        + "\r\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_body_whose_length_nobody_has_computed_gets_one()
    {
        await using var server = new WireServer("{}");
        using var client = OutgoingHttp.CreateClient(OutgoingHttp.CreateHandler(() => TimeSpan.FromMinutes(1)));
        using var asked = new HttpRequestMessage(HttpMethod.Post, server.Address) { Content = JsonContent.Create(new { title = "Soup" }) };
        asked.Headers.TransferEncodingChunked = true;
        asked.Headers.UserAgent.ParseAdd("Somebody/1.0");
        (await client.SendAsync(asked, Cancel)).Dispose();

        var request = Assert.Single(server.Requests);
        Assert.Contains("\r\nContent-Length: 16\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n{\"title\":\"Soup\"}", request, StringComparison.Ordinal);
        Assert.Contains(UserAgent, request, StringComparison.Ordinal);
        Assert.DoesNotContain("Somebody", request, StringComparison.Ordinal);
        Assert.DoesNotContain("Transfer-Encoding", request, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_body_without_length_that_is_too_long_to_hold_is_not_sent()
    {
        await using var server = new WireServer("{}");
        using var client = OutgoingHttp.CreateClient(OutgoingHttp.CreateHandler(() => TimeSpan.FromMinutes(1)));
        using var endless = new StreamContent(new Endless());
        await Assert.ThrowsAsync<HttpRequestException>(() => client.PostAsync(server.Address, endless, Cancel));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up()
    {
        await using var server = new WireServer(answer: null);
        var clock = new FakeTimeProvider();
        using var client = OutgoingHttp.CreateClient(OutgoingHttp.CreateHandler(() => TimeSpan.FromSeconds(20), clock));
        var asking = client.GetAsync(server.Address, Cancel);
        await server.RequestAsync("GET / ");
        clock.Advance(TimeSpan.FromSeconds(20));
        var fault = await Assert.ThrowsAsync<TimeoutException>(() => asking);
        Assert.Equal($"{server.Address.GetLeftPart(UriPartial.Authority)} did not respond within 20 s.", fault.Message);
    }

    [Fact]
    public async Task Label_Studio_gets_bodies_with_a_length_also_when_a_token_is_renewed()
    {
        await using var server = new WireServer("""{"access":"eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjk5OTk5OTk5OTl9.c2ln"}""");
        var settings = new LabelStudioOptions
        {
            Url = server.Address.ToString(),
            ApiKey = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjk5OTk5OTk5OTl9.c2ln",
        };
        var options = new FixedOptions<LabelStudioOptions>(settings);
        using var reload = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddSingleton(TimeProvider.System)
            .AddSingleton<ConfigurationReload>()
            .AddLogging()
            .AddSingleton<Outages>()
            .BuildServiceProvider();
        using var tokens = new LabelStudioTokens(options, reload.GetRequiredService<ConfigurationReload>(), TimeProvider.System);
        using var client = new LabelStudioClient(options, tokens, TimeProvider.System, reload.GetRequiredService<Outages>());
        await client.SendAsync<JsonElement>(HttpMethod.Post, "api/projects", new { Title = "Crème brûlée" }, Cancel);

        Assert.Equal(2, server.Requests.Count);
        Assert.All(server.Requests, request =>
        {
            Assert.Contains(UserAgent, request, StringComparison.Ordinal);
            Assert.Contains("\r\nContent-Length: ", request, StringComparison.Ordinal);
            Assert.EndsWith("}", request, StringComparison.Ordinal);
        });
        Assert.StartsWith("POST /api/token/refresh ", server.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_object_store_and_the_command_line_leave_by_the_same_way()
    {
        await using var server = new WireServer("{\"items\":[]}");
        await using (
            var store = ObjectStores.Build(
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["ObjectStore__Provider"] = "S3",
                    ["ObjectStore__Endpoint"] = server.Address.ToString().TrimEnd('/'),
                    ["ObjectStore__AccessKey"] = "testaccess",
                    ["ObjectStore__SecretKey"] = "testsecret123",
                }
            )
        )
        {
            // Whether this counts as stored is not the question here: the server is none of S3.
            await Record.ExceptionAsync(() =>
                store
                    .GetRequiredService<IObjectStore>()
                    .PutAsync(new ObjectAddress("labelstudio", "tasks/x.json"), Encoding.UTF8.GetBytes("{}"), "application/json", Cancel)
            );
        }

        var folder = Directory.CreateTempSubdirectory("gourmetgram-outgoing-");
        new ServerAccess(server.Address, "secret").Write(folder.FullName);
        var configuration = new ConfigurationManager { ["GourmetGram:DataDirectory"] = folder.FullName };
        using (var connection = ServerConnection.Open(configuration, new DataDirectoryException("It is in use.")))
            await new ServerJobs(connection).ListAsync(Cancel);
        folder.Delete(recursive: true);

        Assert.Contains(server.Requests, request => request.StartsWith("PUT /labelstudio/tasks/x.json?", StringComparison.Ordinal));
        Assert.Contains(server.Requests, request => request.StartsWith("GET /api/v1/jobs ", StringComparison.Ordinal));
        Assert.All(server.Requests, request => Assert.Contains(UserAgent, request, StringComparison.Ordinal));
    }

    private sealed class FixedOptions<TOptions>(TOptions value) : IOptionsMonitor<TOptions>
    {
        public TOptions CurrentValue => value;

        public TOptions Get(string? name) => value;

        public IDisposable? OnChange(Action<TOptions, string?> listener) => null;
    }

    /// <summary>Bytes without an end, of which nobody knows how many there are.</summary>
    private sealed class Endless : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => count;

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
