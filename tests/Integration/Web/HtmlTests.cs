using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.AspNetCore.Components.Endpoints;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>Every page as the Nu HTML checker reads it, which is a Java program.</summary>
[Trait("Needs", "java")]
public sealed class HtmlTests(SqliteApp app)
{
    private const string Placeholder = "01a20ba7-026f-7ab5-874e-21380266241c";

    [Fact]
    public async Task The_checker_finds_no_error_on_any_page()
    {
        var checker = Linters.PathOf("vnu-jar/build/dist/vnu.jar");
        var administrator = app.Administrator();
        var photo = (await administrator.UploadAsync()).Id.ToString();
        (await administrator.FlagAsync(Guid.Parse(photo))).Dispose();
        var folder = Directory.CreateTempSubdirectory("gourmetgram-html-");
        try
        {
            var pages = RouteTests
                .Routes()
                .Where(route => route.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
                .Select(route => RouteTests.PathOf(route).Replace(Placeholder, photo, StringComparison.Ordinal))
                .Concat(["loops?loop=lowconfidence&earlier=true", "jobs?job=housekeeping"])
                .Distinct(StringComparer.Ordinal)
                .ToList();
            Assert.True(pages.Count > 15, $"{pages.Count} pages");
            foreach (var (client, name) in new[] { (administrator, "staff"), (app.Anonymous(), "visitor") })
            {
                foreach (var (index, path) in pages.Index())
                {
                    using var page = await client.SendAsync(HttpMethod.Get, path, content: null, ("Accept", "text/html"));
                    if (page.Content.Headers.ContentType?.MediaType == "text/html")
                        await File.WriteAllTextAsync(
                            Path.Combine(folder.FullName, $"{name}-{index:00}.html"),
                            await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                            TestContext.Current.CancellationToken
                        );
                }
            }

            await Linters.ApproveAsync("java", "-jar", checker, "--errors-only", folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
