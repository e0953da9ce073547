using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>What is wrong with a request is its sender's fault in the answer too, whoever asks and whatever they accept.</summary>
public sealed partial class ErrorAnswerTests(SqliteApp app)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "api/v1/predictions", 401)]
    [InlineData("GET", "api/v1/predictions/01a20ba7-026f-7ab5-874e-21380266241c", 404)]
    [InlineData("GET", "api/v1/predictions/01a20ba7-026f-7ab5-874e-21380266241c/image?size=x", 400)]
    [InlineData("GET", "api/v1/nothing", 404)]
    [InlineData("POST", "flag/class_00/01a20ba7-026f-7ab5-874e-21380266241c.jpg", 404)]
    [InlineData("POST", "correct-label/class_00/01a20ba7-026f-7ab5-874e-21380266241c.jpg", 400)]
    public async Task Routes_for_programs_answer_a_browser_with_a_problem(string method, string path, int status)
    {
        using var answer = await app.Anonymous().SendAsync(new HttpMethod(method), path, null, ("Accept", "text/html"));
        Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task A_forged_form_of_a_page_is_refused_as_what_it_is()
    {
        var visitor = await app.VisitorAsync();
        var prediction = await visitor.UploadAsync();
        using var page = await visitor.SendAsync(HttpMethod.Get, $"photos/{prediction.Id}", null, ("Accept", "text/html"));
        var token = TokenField().Match(await page.Content.ReadAsStringAsync(Cancel)).Groups[1].Value;
        using var form = new FormUrlEncodedContent([
            new("_handler", $"feedback-{prediction.Id}"),
            new("__RequestVerificationToken", token),
            new("class", "no such class"),
        ]);
        using var answer = await visitor.SendAsync(HttpMethod.Post, $"photos/{prediction.Id}", form, ("Accept", "text/html"));
        Assert.Equal((HttpStatusCode.BadRequest, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("Nothing was changed", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"prediction_id": "\ud800"}""")]
    [InlineData("""{"prediction_id": "01a20ba7-026f-7ab5-874e-21380266241c", "corrected_class": "\udc00"}""")]
    public async Task Feedback_that_is_no_Unicode_is_refused(string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await app.Anonymous().SendAsync(HttpMethod.Post, "feedback", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_correction_form_that_was_cut_off_is_refused()
    {
        using var body = new ByteArrayContent(
            Encoding.ASCII.GetBytes("--b\r\nContent-Disposition: form-data; name=\"corrected_class\"\r\n\r\nSo")
        );
        body.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        using var answer = await app.Anonymous()
            .SendAsync(HttpMethod.Post, "correct-label/class_00/01a20ba7-026f-7ab5-874e-21380266241c.jpg", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("incomplete", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex TokenField();
}
