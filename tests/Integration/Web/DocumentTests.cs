using System.Text.Json;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>What we promise to programs outside, and what README says.</summary>
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
            "Programs outside are written against this document. A field or route that is gone or renamed breaks them: it needs a new version of the API. An addition is fine."
        );
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
    public void Readme_lists_every_setting()
    {
        const string start = "<!-- settings: written by DocumentTests -->\n";
        const string end = "<!-- end of settings -->";
        var path = Repository.PathOf("README.md");
        var readme = File.ReadAllText(path);
        var from = readme.IndexOf(start, StringComparison.Ordinal) + start.Length;
        var to = readme.IndexOf(end, StringComparison.Ordinal);
        Assert.True(from > start.Length && to >= from, "README.md has lost the marks around its table of settings.");
        Snapshot.MatchesFile(
            path,
            readme[..from] + SettingsTable.Render() + readme[to..],
            "The table of settings in README.md is made from the options classes."
        );
    }
}
