using System.ComponentModel;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.WebApi.Hosting;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>A server whose limits are small enough to be met.</summary>
public sealed class SmallApp : SqliteApp
{
    protected override ValueTask PrepareAsync()
    {
        foreach (
            var (name, value) in new[]
            {
                ("UploadMebibytes", 1),
                ("Megapixels", 7),
                ("Concurrency", 1),
                ("QueueLength", 2),
                ("QueueMilliseconds", 0),
                ("BatchPhotos", 2),
                ("BatchMebibytes", 1),
                ("DecodeMebibytes", 205),
            }
        )
            Settings[$"Limits:{name}"] = value.ToString(CultureInfo.InvariantCulture);
        return ValueTask.CompletedTask;
    }
}

/// <summary>
/// docs/limits.md is what the server does: its tables are made from the settings and from the cases of <see cref="InputTests"/>, and each
/// limit is met once.
/// </summary>
public sealed class LimitsDocumentTests(SmallApp app) : IClassFixture<SmallApp>
{
    private sealed record Limit(string Setting, int? Status, string Answer);

    /// <summary>What meets each limit. A connection's limits are met in <see cref="ConnectionTests"/>.</summary>
    private static readonly IReadOnlyList<Limit> Limits =
    [
        new("Limits:UploadMebibytes", 413, "Save it smaller and send it again."),
        new("Limits:Megapixels", 413, "Save it smaller and send it again."),
        new("Limits:Concurrency", null, "other photos wait"),
        new("Limits:QueueLength", 503, "with `Retry-After`"),
        new("Limits:QueueMilliseconds", 503, "with `Retry-After`"),
        new("Limits:DecodeMebibytes", 413, "Save it as a baseline (not progressive) JPEG, or smaller, and send it again."),
        new("Limits:BodyMebibytes", null, "other requests wait, and get 503 with `Retry-After` when they wait too long"),
        new("Limits:BatchPhotos", 413, "Send this photo in another batch."),
        new("Limits:BatchMebibytes", 413, "Send this photo in another batch."),
        new("Limits:StoreSeconds", null, "none: the photo is accepted"),
        new("Limits:SpoolMebibytes", null, "503 with `Retry-After`, only while the object store is unavailable"),
        new("Connections:Most", null, "closed without an answer"),
        new("Connections:MostPerAddress", null, "closed without an answer"),
        new("Connections:HeaderSeconds", 408, "without a body, because no request has arrived; closed"),
        new("Connections:BodyBytesPerSecond", 408, "Use a faster connection or send a smaller photo."),
        new("Connections:BodyGraceSeconds", 408, "the same"),
    ];

    public static TheoryData<string, int> Met() =>
        new(
            Limits
                .Where(l => l.Status is not null && l.Setting.StartsWith("Limits:", StringComparison.Ordinal))
                .Select(l => (l.Setting, l.Status!.Value))
        );

    [Theory]
    [MemberData(nameof(Met))]
    public async Task A_limit_that_is_met_is_answered_as_the_document_says(string setting, int status)
    {
        byte[] heavy = [.. Photos.New(), .. new byte[600 * 1024]];
        var answer = setting switch
        {
            "Limits:UploadMebibytes" => await StatusAsync([.. heavy, .. heavy]),
            "Limits:Megapixels" => await StatusAsync(Pictures.BlackPng(4000, 2000)),
            "Limits:DecodeMebibytes" => await StatusAsync(Pictures.ProgressiveJpeg(2640, 2640)),
            "Limits:BatchPhotos" => (
                await app.Anonymous()
                    .UploadManyAsync((Photos.Golden("tiny.png"), "a"), (Photos.Golden("tiny.png"), "b"), (Photos.Golden("tiny.png"), "c"))
            )
                .Items[2]
                .Status,
            "Limits:BatchMebibytes" => (await app.Anonymous().UploadManyAsync((heavy, "a"), (heavy, "b"))).Items[1].Status,
            _ => await CrowdAsync(),
        };
        Assert.Equal(status, answer);
    }

    [Fact]
    public void The_document_has_every_limit_and_every_kind_of_input()
    {
        var path = Repository.PathOf("docs", "limits.md");
        var text = Replace(File.ReadAllText(path), "limits", LimitsTable());
        Snapshot.MatchesFile(
            path,
            Replace(text, "inputs", InputsTable()),
            "The tables are made from the settings, from LimitsDocumentTests and from InputTests."
        );
    }

    private async Task<int> StatusAsync(byte[] photo)
    {
        using var answer = await app.Anonymous().TryUploadAsync(photo);
        return (int)answer.StatusCode;
    }

    /// <summary>Sends more photos at once than can be decoded and may wait, until one is turned away.</summary>
    private async Task<int> CrowdAsync()
    {
        var photo = Photos.Golden("progressive-6mp.jpg");
        for (var round = 0; round < 50; round++)
        {
            var answers = await Task.WhenAll(
                Enumerable
                    .Range(0, 16)
                    .Select(_ =>
                        app.Anonymous()
                            .SendAsync(HttpMethod.Post, "predict", JsonContent.Create(new { image = Convert.ToBase64String(photo) }))
                    )
            );
            var refused = answers.FirstOrDefault(a => !a.IsSuccessStatusCode);
            if (refused is null)
                continue;
            Assert.NotNull(refused.Headers.RetryAfter);
            return (int)refused.StatusCode;
        }

        return 200;
    }

    private static string LimitsTable()
    {
        var table = new StringBuilder("| limit | setting | default | range | answer |\n|---|---|---|---|---|\n");
        foreach (var type in SettingsTypes.All.Where(type => Settings.SectionOf(type) is "Limits" or "Connections"))
        {
            foreach (var property in Settings.PropertiesOf(type))
            {
                var setting = $"{Settings.SectionOf(type)}:{property.Name}";
                var limit = Limits.SingleOrDefault(l => l.Setting == setting)
                    ?? throw new InvalidOperationException(
                        $"{setting} is new: say in {nameof(LimitsDocumentTests)}.{nameof(Limits)} what is answered, and meet it."
                    );
                var meaning = property.GetCustomAttributes(inherit: false).OfType<DescriptionAttribute>().Single().Description;
                table.Append(
                    CultureInfo.InvariantCulture,
                    $"| {meaning} | `{setting}` | {SettingsTable.DefaultOf(type, property)} | {SettingsTable.Allowed(property)} | "
                        + $"{limit.Status}{(limit.Status is null ? "" : ": ")}{limit.Answer} |\n"
                );
            }
        }

        return table.ToString();
    }

    private static string InputsTable()
    {
        var table = new StringBuilder("| input | answer |\n|---|---|\n");
        foreach (var input in Inputs.RefusedPhotos)
            table.Append(CultureInfo.InvariantCulture, $"| {input.Name} | {input.Status}: “… {input.Words} …” |\n");
        foreach (var input in Inputs.RefusedRequests)
            table.Append(CultureInfo.InvariantCulture, $"| {input.Name} | {input.Status}: “… {input.Words} …” |\n");
        foreach (var input in Inputs.AcceptedPhotos)
            table.Append(CultureInfo.InvariantCulture, $"| {input.Name} | accepted |\n");
        foreach (var input in Inputs.FileNames)
            table.Append(CultureInfo.InvariantCulture, $"| {input.Name} | accepted |\n");
        return table.ToString();
    }

    private static string Replace(string text, string table, string content)
    {
        var start = $"<!-- {table}: written by LimitsDocumentTests -->\n";
        var end = $"<!-- end of {table} -->";
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        var to = text.IndexOf(end, StringComparison.Ordinal);
        Assert.True(from > start.Length && to >= from, $"docs/limits.md has lost the marks around its table of {table}.");
        return text[..from] + content + text[to..];
    }
}
