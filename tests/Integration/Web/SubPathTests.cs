using System.Net;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Web;

/// <summary>A server that people reach through a reverse proxy, under a sub-path.</summary>
public sealed class SubPathTests(BrowserFixture browser) : IDisposable
{
    private const string Prefix = "/gourmetgram";

    private readonly string folder = Directory.CreateTempSubdirectory("gourmetgram-proxy-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Starts a server behind the proxy.</summary>
    private async Task<HostedServer> StartAsync(ReverseProxy proxy, params (string Name, string Value)[] settings)
    {
        var server = new HostedServer(
            new Dictionary<string, string>(settings.Select(s => KeyValuePair.Create(s.Name, s.Value)))
            {
                ["GourmetGram__DataDirectory"] = Path.Combine(folder, "data"),
                ["Limits__QueueMilliseconds"] = "60000",
            }
        );
        proxy.Target = await server.ListeningAsync();
        return server;
    }

    private static AppClient ClientOf(Uri address) =>
        new(new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = address });

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_person_classifies_and_corrects_a_photo_under_a_sub_path(bool keepsPrefix, bool scripts)
    {
        await using var proxy = await ReverseProxy.StartAsync(Prefix, keepsPrefix);
        await using var server = await StartAsync(
            proxy,
            ("GourmetGram__PublicUrl", proxy.Address.ToString()),
            ("GourmetGram__TrustedProxies__0", "127.0.0.1")
        );
        await using var window = await browser.OpenAsync(proxy.Address, scripts: scripts);
        await window.GoAsync();
        await window.Page.Locator("form.drop input[type=file]").First.SetInputFilesAsync(Repository.PathOf("samples", "dessert.jpg"));
        if (!scripts)
            await window.Page.GetByRole(AriaRole.Button, new() { Name = "Classify photos" }).ClickAsync();

        var card = window.Page.Locator("article.shot:not(.compact)");
        await Expect(card).ToHaveCountAsync(1);
        await Expect(card.Locator("img")).Not.ToHaveJSPropertyAsync("naturalWidth", 0);
        if (await card.Locator("details").GetAttributeAsync("open") is null)
            await card.Locator("summary").ClickAsync();
        await card.GetByRole(AriaRole.Button, new() { Name = "Rice" }).ClickAsync();
        await Expect(card.Locator("h2")).ToHaveTextAsync("Rice");
        await Expect(card.Locator(".chip.person")).ToHaveTextAsync("Corrected");
        await window.Page.ReloadAsync();
        await Expect(card.Locator("h2")).ToHaveTextAsync("Rice");
        Assert.StartsWith(proxy.Address.ToString(), window.Page.Url, StringComparison.Ordinal);

        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToHaveCountAsync(1);
        Assert.Equal(new Uri(proxy.Address, "sign-in").ToString(), window.Page.Url);
        await window.GoAsync("no/such/page");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Classify" }).First.ClickAsync();
        await Expect(window.Page.Locator("form.drop")).ToHaveCountAsync(1);
        // Without the slash, which is how people type it.
        await window.GoAsync(Prefix);
        await Expect(window.Page.Locator("form.drop")).ToHaveCountAsync(1);
        if (scripts)
        {
            await window.GoAsync("scalar/v1");
            await Expect(window.Page.GetByText("Classify and store a photo").First).ToBeVisibleAsync();
        }

        Assert.Empty(proxy.Outside);
        Assert.Empty(window.Faults);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cookies_links_and_redirects_are_those_of_the_public_address(bool keepsPrefix)
    {
        await using var proxy = await ReverseProxy.StartAsync(Prefix, keepsPrefix, scheme: "https");
        await using var server = await StartAsync(
            proxy,
            ("GourmetGram__PublicUrl", "https://food.example.org/gourmetgram"),
            ("GourmetGram__TrustedProxies__0", "127.0.0.0/8"),
            ("Metrics__Access", "Admin")
        );
        var client = ClientOf(proxy.Address);

        using var page = await client.SendAsync(HttpMethod.Get, "", null, ("Accept", "text/html"));
        Assert.Contains("<base href=\"/gourmetgram/\"", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        var cookies = page.Headers.GetValues("Set-Cookie").ToList();
        Assert.Equal(2, cookies.Count);
        Assert.All(cookies, cookie => Assert.Contains("; path=/gourmetgram;", cookie, StringComparison.Ordinal));
        Assert.All(cookies, cookie => Assert.Contains("; secure", cookie, StringComparison.Ordinal));

        using var refused = await client.SendAsync(HttpMethod.Get, "metrics", null, ("Accept", "text/html"));
        Assert.Equal("/gourmetgram/sign-in?returnUrl=%2Fgourmetgram%2Fmetrics", refused.Headers.Location?.OriginalString);

        using var created = await client.TryUploadAsync(Photos.New());
        Assert.StartsWith("/gourmetgram/api/v1/predictions/", created.Headers.Location?.OriginalString, StringComparison.Ordinal);
        Assert.Contains(
            "\"https://food.example.org/gourmetgram/api/v1/predictions/",
            await created.Content.ReadAsStringAsync(Cancel),
            StringComparison.Ordinal
        );

        // A probe that comes around the proxy needs no prefix, and may use it.
        var direct = ClientOf(proxy.Target);
        foreach (var path in new[] { "health/live", "gourmetgram/health/live" })
        {
            using var alive = await direct.SendAsync(HttpMethod.Get, path);
            Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        }
    }

    [Fact]
    public async Task A_public_address_with_https_makes_cookies_secure_also_behind_a_proxy_that_is_not_configured()
    {
        await using var proxy = await ReverseProxy.StartAsync("", keepsPrefix: true, scheme: "http");
        await using var server = await StartAsync(proxy, ("GourmetGram__PublicUrl", "https://food.example.org"));
        var client = ClientOf(proxy.Address);
        using var page = await client.SendAsync(HttpMethod.Get, "", null, ("Accept", "text/html"));
        var cookies = page.Headers.GetValues("Set-Cookie").ToList();
        Assert.Equal(2, cookies.Count);
        Assert.All(cookies, cookie => Assert.Contains("; secure", cookie, StringComparison.Ordinal));
        foreach (var path in new[] { "", "api/v1/classes", "no/such/page", "api/v1/predictions", "favicon.ico" })
        {
            using var answer = await client.SendAsync(HttpMethod.Get, path);
            Assert.Equal("max-age=31536000", answer.Headers.GetValues("Strict-Transport-Security").Single());
        }
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("", false)]
    [InlineData("10.0.0.0/24", false)]
    public async Task Forwarded_headers_count_only_from_configured_proxies(string trusted, bool counts)
    {
        await using var proxy = await ReverseProxy.StartAsync(Prefix, keepsPrefix: false, scheme: "https");
        await using var server = await StartAsync(proxy, ("GourmetGram__TrustedProxies__0", trusted));
        var client = ClientOf(proxy.Target);
        (string, string)[] forwarded =
        [
            ("X-Forwarded-For", "203.0.113.7"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "food.example.org"),
        ];

        using var page = await client.SendAsync(HttpMethod.Get, "", null, [("Accept", "text/html"), .. forwarded]);
        Assert.All(page.Headers.GetValues("Set-Cookie"), cookie =>
            Assert.Equal(counts, cookie.Contains("; secure", StringComparison.Ordinal))
        );
        var cookies = string.Join("; ", page.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));

        // The image's address shows scheme and host.
        using var own = await client.SendAsync(
            HttpMethod.Post,
            "api/v1/predictions",
            AppClient.PhotoForm(Photos.New()),
            [("Cookie", cookies), .. forwarded]
        );
        var root = counts ? "https://food.example.org" : proxy.Target.GetLeftPart(UriPartial.Authority);
        Assert.Contains($"\"{root}/api/v1/predictions/", await own.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        // Whether an origin is ours follows from both: the cookie counts for nothing where it is not.
        using var list = await client.SendAsync(
            HttpMethod.Get,
            "api/v1/predictions",
            null,
            [("Cookie", cookies), ("Origin", "https://food.example.org"), .. forwarded]
        );
        Assert.Equal(counts ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, list.StatusCode);

        // An idempotency key without an identity belongs to the caller's address: two addresses, two keys.
        var answers = new List<HttpStatusCode>();
        foreach (var address in new[] { "203.0.113.7", "203.0.113.8" })
        {
            using var answer = await client.SendAsync(
                HttpMethod.Post,
                "api/v1/predictions",
                AppClient.PhotoForm(Photos.New()),
                ("Idempotency-Key", "k"),
                ("X-Forwarded-For", address)
            );
            answers.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.Created, counts ? HttpStatusCode.Created : HttpStatusCode.Conflict], answers);
    }

    [Fact]
    public async Task The_public_origin_is_our_own_also_behind_a_proxy_that_is_not_configured()
    {
        await using var proxy = await ReverseProxy.StartAsync(Prefix, keepsPrefix: true, scheme: "https");
        await using var server = await StartAsync(proxy, ("GourmetGram__PublicUrl", "https://food.example.org/gourmetgram"));
        var client = ClientOf(proxy.Address);
        using var page = await client.SendAsync(HttpMethod.Get, "", null, ("Accept", "text/html"));
        var cookies = string.Join("; ", page.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        foreach (
            var (origin, expected) in new[]
            {
                ("https://food.example.org", HttpStatusCode.OK),
                ("https://evil.example.org", HttpStatusCode.Unauthorized),
            }
        )
        {
            using var list = await client.SendAsync(HttpMethod.Get, "api/v1/predictions", null, ("Cookie", cookies), ("Origin", origin));
            Assert.Equal(expected, list.StatusCode);
        }
    }
}
