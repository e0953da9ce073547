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
        Assert.Contains("Page not found", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
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
    public async Task What_is_personal_is_stored_by_no_cache_and_a_photo_is_asked_for_again_each_time()
    {
        var visitor = await app.VisitorAsync();
        var photo = await visitor.UploadAsync();
        foreach (
            var path in new[]
            {
                "api/v1/predictions",
                $"api/v1/predictions/{photo.Id}",
                "api/v1/predictions/download",
                "photos",
                $"api/v1/predictions/{Guid.Empty}",
            }
        )
        {
            using var answer = await visitor.SendAsync(HttpMethod.Get, path);
            Assert.True(answer.Headers.CacheControl?.NoStore, path);
            Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
        }

        foreach (var path in new[] { "", "?size=160" })
        {
            var image = $"api/v1/predictions/{photo.Id}/image{path}";
            using var first = await visitor.SendAsync(HttpMethod.Get, image);
            Assert.Equal("no-cache, private", first.Headers.CacheControl!.ToString());
            using var again = await visitor.SendAsync(HttpMethod.Get, image, content: null, ("If-None-Match", first.Headers.ETag!.Tag));
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        }

        using (await visitor.EraseAsync(photo.Id))
        {
            using var gone = await visitor.SendAsync(
                HttpMethod.Get,
                $"api/v1/predictions/{photo.Id}/image",
                content: null,
                ("If-None-Match", "*")
            );
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        }
    }

    [Theory]
    [InlineData("api/v1/predictions")]
    [InlineData("api/v1/predictions/01a20ba7-026f-7ab5-874e-21380266241c")]
    public async Task An_error_carries_the_security_headers_too(string path)
    {
        using var answer = await app.Anonymous().SendAsync(HttpMethod.Get, path);
        Assert.True((int)answer.StatusCode >= 400);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", true)]
    [InlineData("Sec-Fetch-Site", "same-site", true)]
    [InlineData("Sec-Purpose", "prefetch;prerender", true)]
    [InlineData("Purpose", "prefetch", true)]
    [InlineData("Sec-Fetch-Site", "same-origin", false)]
    [InlineData("Sec-Fetch-Site", "none", false)]
    public async Task A_link_on_another_site_and_a_browser_that_loads_ahead_reserve_no_photo(string header, string value, bool isLedAway)
    {
        using var answer = await app.Administrator()
            .SendAsync(
                HttpMethod.Get,
                "review/lowconfidence",
                content: null,
                ("Accept", "text/html"),
                ("Sec-Fetch-Mode", "navigate"),
                (header, value)
            );
        if (isLedAway)
            Assert.Equal((HttpStatusCode.Redirect, "/review"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        else
            // Whether photos wait depends on the other tests with this server.
            Assert.True(
                answer.StatusCode == HttpStatusCode.OK || answer.Headers.Location?.OriginalString == "/review/lowconfidence/done",
                $"{answer}"
            );
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
        await app.Anonymous().ReadyAsync(words: "\"status\":\"Healthy\"");
        using var ready = await app.Anonymous().SendAsync(HttpMethod.Get, "health/ready");
        var body = (await ready.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        Assert.Equal("Healthy", (string)body["status"]!);
        Assert.Equal(["database", "model", "photos", "store"], body["checks"]!.AsObject().Select(c => c.Key).Order());
        using var live = await app.Anonymous().SendAsync(HttpMethod.Get, "health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }
}
