using System.Net;
using System.Text.RegularExpressions;
using GourmetGram.Tests.Integration.Fixtures;
using Npgsql;

namespace GourmetGram.Tests.Integration.Faults;

/// <summary>What the server depends on goes and returns: the log says each once, whatever fails in between.</summary>
public sealed partial class OutageTests : ServerTests
{
    private const int Requests = 60;

    [Fact]
    public async Task A_database_that_is_away_for_a_while_is_two_lines_of_the_log()
    {
        var real = new NpgsqlConnectionStringBuilder(await PostgresServer.CreateDatabaseAsync());
        await using var door = new Door(real.Host!, real.Port);
        door.Open();
        var through = new NpgsqlConnectionStringBuilder(real.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = door.Port,
            Timeout = 5,
        };
        await using var server = Start(("Database__Provider", "PostgreSql"), ("Database__ConnectionString", through.ConnectionString));
        var client = new AppClient(
            new HttpClient(new HttpClientHandler { UseCookies = true }) { BaseAddress = await server.ListeningAsync() }
        );
        await server.LineAsync("first-administrator?token=");
        var id = (await client.UploadAsync()).Id;

        door.Shut();
        for (var i = 0; i < Requests; i++)
        {
            using var upload = await client.TryUploadAsync(Photos.New());
            Assert.Equal(HttpStatusCode.ServiceUnavailable, upload.StatusCode);
            using var read = await client.SendAsync(HttpMethod.Get, $"api/v1/predictions/{id}");
            using var page = await client.SendAsync(HttpMethod.Get, "photos", content: null, ("Accept", "text/html"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
            using var signIn = await client.SendAsync(HttpMethod.Get, "sign-in", content: null, ("Accept", "text/html"));
        }

        door.Open();
        var back = await server.LineAsync("The database is available again");
        Assert.InRange(
            int.Parse(Failures().Match(back).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture),
            Requests,
            int.MaxValue
        );
        await client.UploadAsync();
        AssertQuiet(server.Output, "The database is unavailable: ", "The database is available again");
    }

    [Fact]
    public async Task An_object_store_that_is_away_for_a_while_is_two_lines_of_the_log()
    {
        var settings = S3Server.NewStore();
        var real = new Uri(settings["ObjectStore__Endpoint"]);
        await using var door = new Door(real.Host, real.Port);
        door.Open();
        settings["ObjectStore__Endpoint"] = $"http://127.0.0.1:{door.Port}";
        await using var server = Start([.. settings.Select(setting => (setting.Key, setting.Value))]);
        var client = new AppClient(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await server.LineAsync("first-administrator?token=");
        var stored = await client.UploadAsync();

        door.Shut();
        for (var i = 0; i < Requests; i++)
        {
            await client.UploadAsync();
            using var image = await client.Http.GetAsync(stored.Image, Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, image.StatusCode);
        }

        door.Open();
        // The job that stores the waiting photos would find it within a minute.
        await Waiting.UntilAsync(async () =>
        {
            using var image = await client.Http.GetAsync(stored.Image, Cancel);
            return server.Output.Contains("The object store is available again", StringComparison.Ordinal);
        });
        AssertQuiet(server.Output, "The object store is unavailable: ", "The object store is available again");
    }

    private static void AssertQuiet(string output, params string[] once)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var words in once)
            Assert.Single(lines, line => line.Contains(words, StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line =>
            line.StartsWith("   at ", StringComparison.Ordinal) || line.Contains("fail:", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(lines, line => AmericanDate().IsMatch(line));
        Assert.True(lines.Length < 40 + Requests, output);
    }

    [GeneratedRegex("([0-9]+) attempts failed meanwhile")]
    private static partial Regex Failures();

    [GeneratedRegex("[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}")]
    private static partial Regex AmericanDate();
}
