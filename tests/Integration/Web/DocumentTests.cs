using System.Text.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>The API's description, and the table of docs/settings.md.</summary>
public sealed class DocumentTests(SqliteApp app)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public async Task The_openapi_document_is_the_one_that_was_reviewed()
    {
        var text = await app.Anonymous().Http.GetStringAsync("openapi/v1.json", TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(text);
        Assert.StartsWith("3.1", document.RootElement.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Snapshot.Matches(
            "openapi-v1.json",
            JsonSerializer.Serialize(document, Indented) + "\n",
            "Programs outside are written against this document. A field or route that is gone or renamed breaks them: it needs a new "
                + "version of the API. An addition is fine."
        );
    }

    /// <summary>Spectral's own rules for OpenAPI.</summary>
    [Fact]
    public async Task The_linter_has_nothing_to_say_of_the_openapi_document()
    {
        var file = Path.Combine(Path.GetTempPath(), $"gourmetgram-openapi-{Environment.ProcessId}.json");
        try
        {
            await File.WriteAllTextAsync(
                file,
                await app.Anonymous().Http.GetStringAsync("openapi/v1.json", TestContext.Current.CancellationToken),
                TestContext.Current.CancellationToken
            );
            await Linters.ApproveAsync(
                Linters.PathOf(".bin/spectral"),
                "lint",
                file,
                "--ruleset",
                Repository.PathOf("tests/linters/.spectral.yaml"),
                "--fail-severity",
                "hint"
            );
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Every_example_fits_its_schema()
    {
        var contract = ApiContract.Parse(
            await app.Anonymous().Http.GetStringAsync("openapi/v1.json", TestContext.Current.CancellationToken)
        );
        var checkedExamples = contract.CheckExamples().ToList();
        Assert.NotEmpty(checkedExamples);
        Assert.All(checkedExamples, example => Assert.True(example.Fault is null, $"{example.Where}: {example.Fault}"));
    }

    [Fact]
    public async Task Every_operation_is_named_once_and_described()
    {
        var document = JsonNode.Parse(await app.Anonymous().Http.GetStringAsync("openapi/v1.json", TestContext.Current.CancellationToken))!;
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => method.Value!)).ToList();
        Assert.All(operations, operation =>
            Assert.False(string.IsNullOrEmpty((string?)operation["description"]), $"{operation["operationId"]} has no description.")
        );
        var names = operations.Select(operation => (string?)operation["operationId"]).ToList();
        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
    }

    [Fact]
    public async Task The_reference_page_loads_nothing_from_elsewhere()
    {
        using var page = await app.Anonymous().SendAsync(HttpMethod.Get, "scalar/v1", null, ("Accept", "text/html"));
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(page.IsSuccessStatusCode);
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", html);
    }

    [Fact]
    public void The_document_lists_every_setting()
    {
        const string start = "<!-- settings: written by DocumentTests -->\n";
        const string end = "<!-- end of settings -->";
        var path = Repository.PathOf("docs", "settings.md");
        var text = File.ReadAllText(path);
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        var to = text.IndexOf(end, StringComparison.Ordinal);
        Assert.True(from > start.Length && to >= from, "docs/settings.md has lost the marks around its table of settings.");
        Snapshot.MatchesFile(
            path,
            text[..from] + SettingsTable.Render() + text[to..],
            "The table in docs/settings.md is made from the options classes."
        );
    }
}
