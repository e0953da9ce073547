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
    [InlineData("?limit=0x10", "'limit' does not accept the value '0x10'")]
    [InlineData("?cursor=nonsense", "cursor")]
    public Task A_senseless_list_is_refused(string query, string word) => AssertRefusedAsync($"api/v1/predictions{query}", word);

    /// <summary>Names of answers are read in any case, so the other parameter is the senseless one.</summary>
    [Theory]
    [InlineData("?answer=none&wrong=perhaps", "'wrong' does not accept the value 'perhaps'")]
    [InlineData("?answer=perhaps&wrong=true", "'answer' does not accept the value 'perhaps'")]
    public Task The_senseless_one_of_two_parameters_is_named(string query, string word) =>
        AssertRefusedAsync($"api/v1/datasets/userfeedback/photos{query}", word);

    private async Task AssertRefusedAsync(string path, string word)
    {
        using var answer = await app.Administrator().SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(
            word,
            (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["detail"]!,
            StringComparison.Ordinal
        );
    }
}
