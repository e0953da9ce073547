using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.LabelStudio;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.LabelStudio.Conformance;

/// <summary>
/// Plays one transcript against a double: sends each recorded call with our addresses and ids in it, and compares the answers. What
/// happened between the recorded calls (objects put into the bucket, storages made) is in the steps of the topic; the rest of the world
/// that a call needs is made from the recorded answers (<c>Replay.World.cs</c>).
/// </summary>
internal sealed partial class Replay : IAsyncDisposable
{
    private readonly HttpClient http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        }
    );
    private readonly Comparison comparison;
    private int played;
    private int began;

    private Replay(Transcript transcript, Receiver receiver)
    {
        (Transcript, Receiver) = (transcript, receiver);
        comparison = new Comparison(Ids, IsSame);
        Bucket = new Objects();
    }

    public Transcript Transcript { get; }

    public Receiver Receiver { get; }

    /// <summary>Buckets on the real S3 server, under names of this run.</summary>
    public Objects Bucket { get; }

    public Ids Ids { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 16, 0, 0, TimeSpan.Zero));

    public LabelStudioDouble Server { get; private set; } = null!;

    /// <summary>A sync that has not been answered yet.</summary>
    public Task<JsonNode?>? Running { get; set; }

    /// <summary>Values that stand in the transcript as <c>&lt;NAME&gt;</c>.</summary>
    public Dictionary<string, string> Placeholders { get; } = new(StringComparer.Ordinal);

    public static async Task<Replay> StartAsync(Transcript transcript)
    {
        var replay = new Replay(transcript, await Receiver.StartAsync());
        await replay.StartServerAsync(transcript.Is116 ? LabelStudioMode.Legacy116 : LabelStudioMode.Legacy123);
        return replay;
    }

    /// <summary>An empty Label Studio, as where the recording began on a new one.</summary>
    public async Task StartServerAsync(LabelStudioMode mode)
    {
        if (Server is not null)
            await Server.DisposeAsync();
        Ids.Clear();
        began = played;
        Server = await LabelStudioDouble.StartAsync(mode, time: Time);
        Placeholders["<TOKEN>"] = Server.Data.Users[0].LegacyToken;
        // In the one topic where people join, she does.
        if (Transcript.Topic == "edges")
            return;
        Server.NewPerson("", "", "annotator-b@example.com");
        Placeholders["<TOKEN-2>"] = Server.Data.Users[1].LegacyToken;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Server.DisposeAsync();
        await Receiver.DisposeAsync();
        await Bucket.DisposeAsync();
    }

    /// <returns>What differs; nothing when the double does as was recorded.</returns>
    public async Task<IReadOnlyList<string>> PlayAsync(Entry entry)
    {
        ApplySettings(entry.Name);
        if (Steps.Before(Transcript.Topic).TryGetValue(entry.Name, out var step))
            await step(this);
        played++;
        if (!entry.IsObservation)
            return await CallAsync(entry);
        var seen = await Steps.ObserveAsync(this, entry);
        return comparison.Compare(
            entry.Result,
            seen,
            entry.Name.EndsWith("-object", StringComparison.Ordinal) && entry.Name != "future-object" ? "annotation" : "task"
        );
    }

    /// <summary>Names tell how the server was started.</summary>
    private void ApplySettings(string name)
    {
        var isSsrf = name.StartsWith("ssrf-", StringComparison.Ordinal);
        Server.Settings.S3Endpoint =
            name.StartsWith("endpoint-env-", StringComparison.Ordinal) || name == "ssrf-default-endpoint-env"
                ? Fixtures.S3Server.Endpoint
                : null;
        Server.Settings.TrustedDomains = name.StartsWith("trusted-empty-", StringComparison.Ordinal) ? [""] : ["amazonaws.com"];
        Server.Settings.SsrfProtection = isSsrf;
        Server.Settings.DefaultBannedSubnets = name != "ssrf-no-default-subnets";
        Server.Settings.Database = name.StartsWith("pg-", StringComparison.Ordinal)
            ? LabelStudioDatabase.PostgreSql
            : LabelStudioDatabase.Sqlite;
        Server.Settings.SaveTasks = name.StartsWith("future-", StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> CallAsync(Entry entry)
    {
        await EnsureWorldAsync(entry);
        if (entry.IsChunked)
            return await CallInChunksAsync(entry);
        using var request = new HttpRequestMessage(new HttpMethod(entry.Method!), new Uri(Server.Address, OurPath(entry.Path)));
        if (entry.Form is not null)
            request.Content = new FormUrlEncodedContent(
                entry.Form.Select(field => KeyValuePair.Create(field.Key, Ours(field.Value!.ToString())))
            );
        else if (entry.Text is not null)
            request.Content = TextContent(entry);
        else if (entry.Body is not null)
            request.Content = new StringContent(OurBody(entry).ToJsonString(), Encoding.UTF8, "application/json");
        foreach (var (name, value) in entry.Headers.Where(header => header.Key != "Content-Type"))
            request.Headers.TryAddWithoutValidation(name, Ours(value!.ToString()));
        if (Steps.Session(entry.Name))
            request.Headers.Add("Cookie", $"sessionid={Server.Data.Users[0].Session}");

        if (
            entry.Status is null
            || entry.Path.StartsWith("http", StringComparison.Ordinal)
            || entry.Body.Dump().Contains("minio-hangs", StringComparison.Ordinal)
        )
            return ["nobody waited for an answer, or somebody else was asked, or it would take minutes"];
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var content = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var differences = new List<string>();
        if ((int)response.StatusCode != entry.Status)
            return
            [
                $"status {(int)response.StatusCode} instead of {entry.Status}: "
                    + $"{Encoding.UTF8.GetString(content)[..Math.Min(content.Length, 400)]}",
            ];
        if (response.Content.Headers.ContentType?.MediaType != entry.ContentType)
            differences.Add($"content type {response.Content.Headers.ContentType} instead of {entry.ContentType}");
        differences.AddRange(CompareContent(entry, response.Content.Headers.ContentType, content));
        Remember(entry);
        return differences;
    }

    private static ByteArrayContent TextContent(Entry entry)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(entry.Text!));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(entry.Headers["Content-Type"]!.ToString());
        return content;
    }

    /// <summary>Sends a body in chunks and a second request behind it, and compares all that comes back on the connection.</summary>
    private async Task<IReadOnlyList<string>> CallInChunksAsync(Entry entry)
    {
        var body = OurBody(entry).ToJsonString();
        var size = Encoding.UTF8.GetByteCount(body).ToString("x", CultureInfo.InvariantCulture);
        var headers = string.Concat(entry.Headers.Select(header => $"{header.Key}: {Ours(header.Value!.ToString())}\r\n"));
        var first =
            $"{entry.Method} {OurPath(entry.Path)} HTTP/1.1\r\nHost: "
            + $"{Server.Address.Authority}\r\n{headers}\r\n{size}\r\n{body}\r\n0\r\n\r\n";
        using var connection = new TcpClient();
        await connection.ConnectAsync(Server.Address.Host, Server.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.UTF8.GetBytes(first + $"GET /api/version HTTP/1.1\r\nHost: {Server.Address.Authority}\r\n\r\n"),
            TestContext.Current.CancellationToken
        );
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var all = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        var (head, rest) = all.Split("\r\n\r\n", 2) is [var before, var after] ? (before, after) : (all, "");
        var length = int.Parse(head.Split("Content-Length: ")[^1].Split("\r\n")[0], CultureInfo.InvariantCulture);
        var differences = new List<string>(comparison.Compare(entry.Result, JsonNode.Parse(rest[..length]), KindOf(entry.Path)));
        if (!head.StartsWith($"HTTP/1.1 {entry.Status} ", StringComparison.Ordinal))
            differences.Add($"{head.Split("\r\n")[0]} instead of {entry.Status}");
        if (rest[length..] != entry.Rest!.Replace("<SIZE>", size, StringComparison.Ordinal))
            differences.Add($"then came: {rest[length..]}");
        return differences;
    }

    private IReadOnlyList<string> CompareContent(Entry entry, MediaTypeHeaderValue? type, byte[] content)
    {
        var text = Encoding.UTF8.GetString(content);
        if (entry.Result is not JsonValue value || !value.TryGetValue<string>(out var recorded))
            return comparison.Compare(entry.Result, content.Length == 0 ? null : JsonNode.Parse(text), KindOf(entry.Path));
        if (recorded.StartsWith('<') && recorded.EndsWith(" bytes>", StringComparison.Ordinal))
            return recorded == string.Create(CultureInfo.InvariantCulture, $"<{content.Length} bytes>")
                ? []
                : [$"{content.Length} bytes instead of {recorded}"];
        if (recorded.Contains("<!doctype html>", StringComparison.Ordinal))
            return type?.MediaType == "text/html" && text.Contains("<!doctype html>", StringComparison.Ordinal) ? [] : ["no page"];
        return comparison.Compare(value, JsonValue.Create(text), "");
    }

    private static string KindOf(string path) =>
        path.Split('?')[0].Trim('/').Split('/') switch
        {
            ["api", "projects", _, "tasks" or "next" or "export", ..] => "task",
            ["api", "projects", ..] => "project",
            ["api", "tasks", _, "annotations", ..] => "annotation",
            ["api", "tasks", ..] => "task",
            ["api", "annotations", ..] => "annotation",
            ["api", "storages", "export", ..] => "target",
            ["api", "storages", ..] => "source",
            ["api", "webhooks", ..] => "webhook",
            _ => "user",
        };

    /// <summary>What was deleted, and which storage was last spoken of.</summary>
    private void Remember(Entry entry)
    {
        var kind = KindOf(entry.Path);
        if (entry.Method == "DELETE" && entry.Status == 204 && NumberIn(entry.Path) is { } deleted)
            Ids.Delete(kind, deleted);
        if (
            kind is "source" or "target"
            && (entry.Result as JsonObject)?["id"] is JsonValue id
            && id.GetValueKind() == JsonValueKind.Number
        )
            LastStorage = (kind, Ids.Of(kind, id.GetValue<int>()), Ids.Of("project", entry.Result!["project"]!.GetValue<int>()));
    }
}
