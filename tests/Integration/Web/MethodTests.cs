using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>HTTP's own manners, on every route there is: methods that are not taken, HEAD, bodies that cannot be read.</summary>
public sealed class MethodTests(SqliteApp app)
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="Path">An address of the route.</param>
    /// <param name="Allowed">Methods that it takes, HEAD left out.</param>
    private sealed record Route(string Path, IReadOnlyList<string> Allowed);

    /// <summary>Every route of the server, with the methods of all endpoints that share it.</summary>
    private static List<Route> Routes() =>
        [
            .. from route in RouteTests.Routes()
            group route by route.RoutePattern.RawText!.Trim('/') into same
            let path = RouteTests.PathOf(same.First())
            where !path.StartsWith("_framework", StringComparison.Ordinal)
            select new Route(
                path,
                [.. same.SelectMany(MethodsOf).Where(method => method != "HEAD").Distinct().Order(StringComparer.Ordinal)]
            ),
        ];

    private static IReadOnlyList<string> MethodsOf(RouteEndpoint route) =>
        route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? Methods;

    [Fact]
    public async Task A_method_that_a_route_does_not_take_is_405_with_those_that_it_takes_whoever_asks()
    {
        var routes = Routes();
        Assert.True(routes.Count > 50, $"{routes.Count} routes");
        var faults = new List<string>();
        var anonymous = app.Anonymous();
        foreach (var route in routes)
        {
            // Unpublished, the framework serves the assets' own files below every address: GET is looked for there.
            foreach (var method in Methods.Except(route.Allowed).Except(["GET", "HEAD"]))
            {
                using var answer = await anonymous.SendAsync(new HttpMethod(method), route.Path);
                var allow = answer
                    .Content.Headers.Allow.Where(allowed => allowed is not ("GET" or "HEAD"))
                    .Order(StringComparer.Ordinal)
                    .ToList();
                if (answer.StatusCode != HttpStatusCode.MethodNotAllowed || !allow.SequenceEqual(route.Allowed.Except(["GET"])))
                    faults.Add($"{method} /{route.Path}: {(int)answer.StatusCode}, Allow: {string.Join(", ", allow)}");
            }
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task What_is_not_taken_says_what_is()
    {
        using var answer = await app.Anonymous().SendAsync(HttpMethod.Put, "api/v1/predictions");
        Assert.Equal(["DELETE", "GET", "POST"], answer.Content.Headers.Allow.Where(allowed => allowed != "HEAD").Order());
        var detail = (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["detail"]!;
        Assert.Matches("^This address does not support PUT\\. It supports DELETE, GET, (HEAD, )?POST\\.$", detail);
        using var page = await app.Anonymous().SendAsync(HttpMethod.Put, "privacy", content: null, ("Accept", "text/html"));
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.NotEmpty(page.Content.Headers.Allow);
    }

    [Fact]
    public async Task Head_is_answered_as_get_without_the_body()
    {
        var administrator = app.Administrator();
        var photo = await administrator.UploadAsync();
        var faults = new List<string>();
        foreach (var route in Routes().Where(route => route.Allowed.Contains("GET")))
        {
            foreach (
                var path in new[]
                {
                    route.Path,
                    route.Path.Replace("01a20ba7-026f-7ab5-874e-21380266241c", photo.Id.ToString(), StringComparison.Ordinal),
                }.Distinct()
            )
            {
                using var get = await administrator.SendAsync(HttpMethod.Get, path);
                using var head = await administrator.SendAsync(HttpMethod.Head, path);
                var body = await head.Content.ReadAsByteArrayAsync(Cancel);
                if (get.StatusCode != head.StatusCode || body.Length > 0 || !Headers(get).SequenceEqual(Headers(head)))
                    faults.Add(
                        $"/{path}: {(int)get.StatusCode} and {(int)head.StatusCode}; "
                            + $"{string.Join(" | ", Headers(get).Except(Headers(head)).Concat(Headers(head).Except(Headers(get))))}"
                    );
            }
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task A_compressed_body_is_refused_by_every_route_that_takes_one()
    {
        var faults = new List<string>();
        var administrator = app.Administrator();
        foreach (var route in Routes())
        {
            foreach (var method in route.Allowed.Intersect(["POST", "PUT", "PATCH"]))
            {
                foreach (var type in new[] { "application/json", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded" })
                {
                    using var body = Body([31, 139, 8, 0, 0, 0, 0, 0], type);
                    body.Headers.ContentEncoding.Add("gzip");
                    using var answer = await administrator.SendAsync(new HttpMethod(method), route.Path, body);
                    // A form where JSON is taken is refused for that.
                    var text = await answer.Content.ReadAsStringAsync(Cancel);
                    if (
                        answer.StatusCode != HttpStatusCode.UnsupportedMediaType
                        || !(text.Contains("gzip", StringComparison.Ordinal) || text.Contains("Send JSON", StringComparison.Ordinal))
                    )
                        faults.Add($"{method} /{route.Path}, {type}: {(int)answer.StatusCode} {text}");
                }
            }
        }

        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("identity, x-own")]
    public async Task The_encoding_that_is_not_read_is_named(string encoding)
    {
        using var body = Body([1, 2, 3], "application/json");
        body.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        using var answer = await app.Anonymous().SendAsync(HttpMethod.Post, "predict", body);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains(
            $"'{encoding.Split(", ")[^1]}'",
            (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["detail"]!,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("application/json", "identity", HttpStatusCode.BadRequest)]
    [InlineData("application/json; charset=utf-8", null, HttpStatusCode.BadRequest)]
    [InlineData("application/json; charset=\"UTF-8\"", null, HttpStatusCode.BadRequest)]
    [InlineData("application/json; charset=iso-8859-1", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=utf-16", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=no-such", null, HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain", null, HttpStatusCode.UnsupportedMediaType)]
    public async Task Json_is_taken_in_utf_8(string type, string? encoding, HttpStatusCode status)
    {
        var caller = app.Anonymous();
        var id = (await caller.UploadAsync()).Id;
        using var body = Body(Encoding.UTF8.GetBytes("""{"class":"no such class"}"""), type);
        if (encoding is not null)
            body.Headers.ContentEncoding.Add(encoding);
        using var answer = await caller.SendAsync(HttpMethod.Put, $"api/v1/predictions/{id}/correction", body);
        Assert.Equal(status, answer.StatusCode);
        var detail = (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["detail"]!;
        Assert.Contains(
            status == HttpStatusCode.BadRequest ? "class"
                : type.Contains("charset", StringComparison.Ordinal) ? type.Split('=')[1]
                : "application/json",
            detail,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_member_that_a_body_does_not_have_is_refused_by_every_route_that_takes_json()
    {
        var faults = new List<string>();
        var administrator = app.Administrator();
        var count = 0;
        foreach (
            var route in RouteTests
                .Routes()
                .Where(route =>
                    route.RoutePattern.RawText!.StartsWith("/api/v1", StringComparison.Ordinal)
                    && route.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes.Contains("application/json") == true
                )
        )
        {
            count++;
            foreach (var (json, words) in new[] { ("""{"noSuchMember":1}""", "'noSuchMember'"), ("[]", "JSON object"), ("{", "see line") })
            {
                using var body = Body(Encoding.UTF8.GetBytes(json), "application/json");
                using var answer = await administrator.SendAsync(new HttpMethod(MethodsOf(route)[0]), RouteTests.PathOf(route), body);
                var text = await answer.Content.ReadAsStringAsync(Cancel);
                if (
                    answer.StatusCode != HttpStatusCode.BadRequest
                    || !text.Replace("\\u0027", "'", StringComparison.Ordinal).Contains(words, StringComparison.Ordinal)
                )
                    faults.Add($"{MethodsOf(route)[0]} {route.RoutePattern.RawText} {json}: {(int)answer.StatusCode} {text}");
            }
        }

        Assert.Empty(faults);
        Assert.True(count >= 8, $"{count} routes take JSON");
    }

    [Theory]
    [InlineData("POST", "tasks/01a20ba7-026f-7ab5-874e-21380266241c/skip", """{"seconds":1e999}""", "'seconds' must be from 0 to 86400")]
    [InlineData("POST", "tasks/01a20ba7-026f-7ab5-874e-21380266241c/skip", """{"seconds":-1}""", "'seconds' must be from 0 to 86400")]
    [InlineData(
        "POST",
        "tasks/01a20ba7-026f-7ab5-874e-21380266241c/label",
        """{"class":"x","seconds":86401}""",
        "'seconds' must be from 0 to 86400"
    )]
    [InlineData("POST", "tasks/01a20ba7-026f-7ab5-874e-21380266241c/label", """{"class":"x","class":"y"}""", "'class' occurs twice")]
    [InlineData("PATCH", "loops/lowconfidence", """{"votes":1e999}""", "'votes' has the wrong type or is out of range")]
    [InlineData("PATCH", "loops/lowconfidence", """{"dailyLimit":99999999999}""", "'dailyLimit' has the wrong type or is out of range")]
    [InlineData("PATCH", "loops/lowconfidence", """{"settings":{"threshold":1e999}}""", "hreshold")]
    [InlineData(
        "POST",
        "predictions/01a20ba7-026f-7ab5-874e-21380266241c/media-link",
        """{"seconds":1.5}""",
        "'seconds' has the wrong type or is out of range"
    )]
    public async Task A_value_beyond_its_limits_is_refused_with_the_member_s_name(string method, string path, string json, string words)
    {
        using var body = Body(Encoding.UTF8.GetBytes(json), "application/json");
        using var answer = await app.Administrator().SendAsync(new HttpMethod(method), $"api/v1/{path}", body);
        var detail = (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["detail"]!;
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(words, detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_reviewer_holds_has_a_limit()
    {
        var held = Enumerable.Range(0, 21).Select(i => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));
        using var answer = await app.Administrator()
            .SendAsync(HttpMethod.Post, "api/v1/loops/lowconfidence/tasks/next", JsonContent.Create(new { holding = held }));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(
            "'holding' can have at most 20 items.",
            (string)(await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["detail"]!
        );
    }

    private static ByteArrayContent Body(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    /// <summary>
    /// All headers but those that change from answer to answer, and the length: only some bodies are known to have one beforehand.
    /// </summary>
    private static List<string> Headers(HttpResponseMessage answer) =>
        [
            .. from header in answer.Headers.Concat(answer.Content.Headers)
            where header.Key is not ("Date" or "Set-Cookie" or "Content-Security-Policy" or "Transfer-Encoding" or "Content-Length")
            orderby header.Key
            select $"{header.Key}: {string.Join(", ", header.Value)}",
        ];
}
