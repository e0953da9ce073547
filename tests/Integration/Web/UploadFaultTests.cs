using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>Forms and queries at the edge of what is accepted; the kinds of photos are in <see cref="InputTests"/>.</summary>
public sealed class UploadFaultTests(SqliteApp app)
{
    [Fact]
    public async Task An_unused_second_file_input_is_ignored()
    {
        using var form = AppClient.PhotoForm(Photos.New());
        var unused = new ByteArrayContent([]);
        unused.Headers.TryAddWithoutValidation("Content-Disposition", "form-data; name=\"file\"; filename=\"\"");
        form.Add(unused);
        using var answer = await app.Anonymous().SendAsync(HttpMethod.Post, "api/v1/predictions", form);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=101", "limit")]
    [InlineData("?limit=many", "'limit' does not accept the value 'many'")]
    [InlineData("?limit=1.5", "'limit' does not accept the value '1.5'")]
    [InlineData("?cursor=nonsense", "cursor")]
    public async Task A_senseless_list_is_refused(string query, string word)
    {
        using var answer = await app.Administrator().SendAsync(HttpMethod.Get, $"api/v1/predictions{query}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(
            word,
            (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["detail"]!,
            StringComparison.Ordinal
        );
    }
}
