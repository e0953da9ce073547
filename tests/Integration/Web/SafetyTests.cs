using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>Cookies, keys and headers.</summary>
public sealed class SafetyTests(SqliteApp app)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    public async Task Our_cookie_counts_for_nothing_on_the_api_when_another_origin_sends_it(string header, string value)
    {
        var visitor = await app.VisitorAsync();
        var id = (await visitor.UploadAsync()).Id;
        using var foreign = await visitor.SendAsync(HttpMethod.Put, $"api/v1/predictions/{id}/flag", null, (header, value));
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.False((await visitor.GetAsync(id)).Flagged);

        using var own = await visitor.SendAsync(
            HttpMethod.Put,
            $"api/v1/predictions/{id}/flag",
            null,
            ("Sec-Fetch-Site", "same-origin"),
            ("Origin", app.Address.GetLeftPart(UriPartial.Authority))
        );
        Assert.Equal(HttpStatusCode.NoContent, own.StatusCode);
    }

    [Theory]
    [InlineData("Bearer wrong")]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer ")]
    public async Task A_request_with_a_wrong_key_is_refused_and_not_served_as_nobody(string authorization)
    {
        using var answer = await app.Anonymous()
            .SendAsync(HttpMethod.Post, "api/v1/predictions", AppClient.PhotoForm(Photos.New()), ("Authorization", authorization));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Fact]
    public async Task A_list_without_an_identity_says_what_is_missing()
    {
        using var answer = await app.Anonymous().SendAsync(HttpMethod.Get, "api/v1/predictions");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains(
            "API key",
            (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["detail"]!,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_page_post_without_its_antiforgery_token_is_refused()
    {
        var visitor = await app.VisitorAsync();
        using var form = new FormUrlEncodedContent([new("_handler", "classify")]);
        using var answer = await visitor.SendAsync(HttpMethod.Post, "", form);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_person_whose_page_is_out_of_date_is_told_what_to_do()
    {
        using var form = new FormUrlEncodedContent([new("_handler", "classify")]);
        using var answer = await (await app.VisitorAsync()).SendAsync(HttpMethod.Post, "", form, ("Accept", "text/html"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("This page was out of date", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sign-in")]
    [InlineData("no-such-page")]
    [InlineData("api/v1/classes")]
    public async Task Every_answer_carries_the_security_headers(string path)
    {
        using var answer = await app.Anonymous().SendAsync(HttpMethod.Get, path, null, ("Accept", "text/html"));
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self' 'nonce-", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task Pages_carry_no_inline_style_and_one_inline_script_with_the_nonce()
    {
        using var answer = await app.Anonymous().SendAsync(HttpMethod.Get, "", null, ("Accept", "text/html"));
        var html = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.DoesNotContain("style=\"", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<style", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("<[^>]+\\son[a-z]+=", html);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        foreach (
            var script in html.Split("<script")[1..]
                .Select(rest => rest[..rest.IndexOf('>', StringComparison.Ordinal)])
                .Where(tag => !tag.Contains("src=", StringComparison.Ordinal))
        )
        {
            var nonce = script.Split("nonce=\"")[1].Split('"')[0];
            Assert.Contains($"'nonce-{WebUtility.HtmlDecode(nonce)}'", policy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Unknown_addresses_are_a_page_for_people_and_a_problem_for_programs()
    {
        using var page = await app.Anonymous().SendAsync(HttpMethod.Get, "no/such/page", null, ("Accept", "text/html"));
        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        Assert.Contains("This plate is empty", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var problem = await app.Anonymous().SendAsync(HttpMethod.Get, "api/v1/nothing");
        Assert.Equal(
            (HttpStatusCode.NotFound, "application/problem+json"),
            (problem.StatusCode, problem.Content.Headers.ContentType!.MediaType)
        );
    }

    [Fact]
    public async Task Cookies_are_out_of_reach_for_scripts_and_survive_a_restart()
    {
        using var page = await app.Anonymous().SendAsync(HttpMethod.Get, "");
        var cookie = page.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("gourmetgram.visitor=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_forged_visitor_cookie_is_nobody()
    {
        using var answer = await app.Anonymous()
            .SendAsync(HttpMethod.Get, "api/v1/predictions", null, ("Cookie", "gourmetgram.visitor=forged"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Readiness_names_each_part()
    {
        using var ready = await app.Anonymous().SendAsync(HttpMethod.Get, "health/ready");
        var body = (await ready.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal("Healthy", (string)body["status"]!);
        Assert.Equal(["database", "model", "store"], body["checks"]!.AsObject().Select(c => c.Key).Order());
        using var live = await app.Anonymous().SendAsync(HttpMethod.Get, "health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }
}
