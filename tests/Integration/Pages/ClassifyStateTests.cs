using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static GourmetGram.Tests.Integration.Pages.ClassifyWindow;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests every state of the Classify page: its texts, its layout and the bytes it transfers.</summary>
public sealed class ClassifyStateTests(SqliteApp app, BrowserFixture browser)
{
    private const int PageBytes = 100_000;

    /// <summary>
    /// Files of libraries are compressed when the server is published. The tested server isn't published and sends them uncompressed.
    /// </summary>
    private const string LibraryFiles = "/_content/";

    public static TheoryData<Screen, bool> Looks => new() { { Screen.Desktop, false }, { Screen.Phone, true } };

    private async Task<BrowserWindow> OpenAsync(Screen screen, bool dark)
    {
        var window = await browser.OpenAsync(app.Address, screen, dark);
        await window.GoAsync();
        return window;
    }

    private static async Task CheckAsync(BrowserWindow window, string name, Screen screen, bool dark, bool fullPage = true)
    {
        await window.AssertAccessibleAsync();
        await window.AssertFitsAsync();
        await window.ScreenshotAsync($"{name}-{(screen == Screen.Phone ? 390 : 1280)}-{(dark ? "dark" : "light")}", fullPage);
        Assert.Empty(window.Faults);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Photos_on_their_way_show_how_far_they_are(Screen screen, bool dark)
    {
        await using var window = await OpenAsync(screen, dark);
        var network = await window.Page.Context.NewCDPSessionAsync(window.Page);
        await network.SendAsync(
            "Network.emulateNetworkConditions",
            new Dictionary<string, object>
            {
                ["offline"] = false,
                ["latency"] = 0,
                ["downloadThroughput"] = -1,
                ["uploadThroughput"] = 3_000,
            }
        );
        await window.ChooseAsync(Sample("noodles.jpg"), Sample("egg.jpg"), Sample("bread.jpg"));
        await Expect(window.Waiting.First.Locator("[data-percent]")).Not.ToHaveTextAsync("0");
        await Expect(window.Waiting.Nth(1)).ToContainTextAsync("Queued (1 ahead)");
        await CheckAsync(window, "classify-waiting", screen, dark);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Without_a_connection_photos_wait_for_it(Screen screen, bool dark)
    {
        await using var window = await OpenAsync(screen, dark);
        var posts = 0;
        await window.OnPostAsync(route =>
            Interlocked.Increment(ref posts) == 1 ? route.ContinueAsync() : route.AbortAsync("internetdisconnected")
        );
        await window.ChooseAsync(Sample("egg.jpg"), Sample("bread.jpg"), Sample("dairy.jpg"));
        await Expect(window.Page.Locator(".toast")).ToContainTextAsync("2 photos will upload when you reconnect.");
        await Expect(window.Waiting.Last).ToContainTextAsync("Waiting for a connection");
        await window.Waiting.Last.ScrollIntoViewIfNeededAsync();
        await CheckAsync(window, "classify-offline", screen, dark, fullPage: false);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task A_busy_server_is_told_with_the_time_of_the_next_try(Screen screen, bool dark)
    {
        await using var window = await OpenAsync(screen, dark);
        await window.OnPostAsync(route =>
            route.FulfillAsync(
                new()
                {
                    Status = 503,
                    Headers = new Dictionary<string, string> { ["Retry-After"] = "12" },
                    ContentType = "text/html",
                }
            )
        );
        await window.ChooseAsync(Sample("egg.jpg"), Sample("bread.jpg"));
        await Expect(window.Waiting.First).ToContainTextAsync("Trying again automatically in 1");
        await CheckAsync(window, "classify-busy", screen, dark);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Errors_stand_beside_the_photo_they_belong_to(Screen screen, bool dark)
    {
        await using var window = await OpenAsync(screen, dark);
        var damaged = Photos.Golden("landscape.jpg")[..2000];
        await window.ChooseAsync(Sample("dessert.jpg"), Heic(), Photo("scan.jpg", damaged));
        var failed = window.Page.Locator("article.shot:has(.icon-box)");
        await Expect(failed).ToHaveCountAsync(2);
        await Expect(window.Results).ToHaveCountAsync(1);
        await Expect(failed.First).ToContainTextAsync("HEIC");
        await Expect(failed.First).ToContainTextAsync("JPEG");
        await Expect(failed.Last.Locator(".name")).ToHaveTextAsync("scan.jpg");
        await CheckAsync(window, "classify-errors", screen, dark);
        await failed.First.GetByRole(AriaRole.Link, new() { Name = "Dismiss" }).ClickAsync();
        await Expect(failed).ToHaveCountAsync(1);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Photos_that_are_not_kept_are_answered_and_forgotten(Screen screen, bool dark)
    {
        await using var window = await OpenAsync(screen, dark);
        await window.Page.GetByLabel("Don’t save these photos").CheckAsync();
        await window.ChooseAsync(Sample("soup.jpg"));
        await Expect(window.Results).ToHaveCountAsync(1);
        await Expect(window.Results.Locator(".chip")).ToHaveTextAsync("Not saved");
        Assert.StartsWith("blob:", await window.Results.Locator("> img").GetAttributeAsync("src"), StringComparison.Ordinal);
        await AssertNothingStoredAsync(window);
        await CheckAsync(window, "classify-unkept", screen, dark);
    }

    [Fact]
    public async Task Photos_that_are_not_kept_need_no_script()
    {
        await using var window = await browser.OpenAsync(app.Address, scripts: false);
        await window.GoAsync();
        await window.Page.GetByLabel("Don’t save these photos").CheckAsync();
        await window.ChooseAsync(Sample("soup.jpg"), Heic());
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Classify photos" }).ClickAsync();
        await Expect(window.Results).ToHaveCountAsync(1);
        await Expect(window.Results.Locator(".bars li")).ToHaveCountAsync(3);
        await Expect(window.Page.Locator("article.compact .is-bad")).ToContainTextAsync("HEIC");
        await Expect(window.Page.GetByLabel("Don’t save these photos")).ToBeCheckedAsync();
        await AssertNothingStoredAsync(window);
        await window.Results.GetByRole(AriaRole.Link, new() { Name = "Dismiss" }).ClickAsync();
        await Expect(window.Page.Locator("article.shot")).ToHaveCountAsync(0);
        Assert.Empty(window.Faults);
    }

    private static async Task AssertNothingStoredAsync(BrowserWindow window)
    {
        var answer = await window.Page.Context.APIRequest.GetAsync("api/v1/predictions");
        Assert.Equal((200, """{"items":[],"next":null}"""), (answer.Status, await answer.TextAsync()));
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task What_was_said_can_be_taken_back_from_the_toast(Screen screen, bool dark)
    {
        await using var window = await OpenAsync(screen, dark);
        await window.ChooseAsync(Sample("dessert.jpg"));
        var card = window.Results;
        // The classes are open when the model is not sure.
        if (await card.Locator("details").GetAttributeAsync("open") is null)
            await card.Locator("summary").ClickAsync();
        // The toast appears at the position of the last choice.
        await window.Page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");
        await card.Locator(".classes button").Last.ClickAsync();
        var toast = window.Page.Locator(".toast");
        await Expect(toast).ToContainTextAsync("Corrected to");
        Assert.True(
            await window.Page.EvaluateAsync<bool>(
                """
                () => {
                  const [focus, toast] = [document.activeElement, document.querySelector('.toast')].map(element => element.getBoundingClientRect());
                  return document.activeElement !== document.body && (focus.bottom <= toast.top || focus.right <= toast.left || focus.left >= toast.right);
                }
                """
            ),
            "The toast covers what has the focus."
        );
        // A focused toast stays, so the checks may take any time.
        await toast.GetByRole(AriaRole.Button, new() { Name = "Undo" }).FocusAsync();
        await CheckAsync(window, "classify-toast", screen, dark, fullPage: false);
        await toast.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(card.Locator(".chip.person")).ToHaveCountAsync(0);
        await Expect(toast).ToHaveCountAsync(0);

        await card.GetByRole(AriaRole.Button, new() { Name = "Flag as wrong" }).ClickAsync();
        await Expect(toast).ToContainTextAsync("Flagged as wrong.");
        await toast.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(card.Locator(".chip.person")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_toast_goes_after_eight_seconds_but_not_while_it_has_the_focus()
    {
        await using var window = await browser.OpenAsync(app.Address);
        await window.Page.Clock.InstallAsync();
        await window.GoAsync();
        await window.ChooseAsync(Sample("dessert.jpg"));
        await window.Results.GetByRole(AriaRole.Button, new() { Name = "Flag as wrong" }).ClickAsync();
        var toast = window.Page.Locator(".toast");
        await toast.GetByRole(AriaRole.Button).FocusAsync();
        await window.Page.Clock.RunForAsync(20_000);
        await Expect(toast).ToHaveCountAsync(1);
        await window.Results.FocusAsync();
        await window.Page.Clock.RunForAsync(2_000);
        await Expect(toast).ToHaveCountAsync(0);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Keys_are_listed_act_on_the_focused_photo_and_can_be_switched_off(Screen screen, bool dark)
    {
        await using var window = await OpenAsync(screen, dark);
        await window.ChooseAsync(Sample("dessert.jpg"), Sample("bread.jpg"));
        await Expect(window.Results).ToHaveCountAsync(2);
        var (keyboard, keys) = (window.Page.Keyboard, window.Page.Locator("#keys"));
        var (first, second) = (window.Results.First.Locator(".chip.person"), window.Results.Last.Locator(".chip.person"));

        await window.Results.Last.FocusAsync();
        await keyboard.PressAsync("q");
        await Expect(second).ToHaveTextAsync("Corrected");
        await Expect(first).ToHaveCountAsync(0);
        await keyboard.PressAsync("z");
        await Expect(second).ToHaveCountAsync(0);

        await keyboard.PressAsync("?");
        await Expect(keys).ToBeVisibleAsync();
        await CheckAsync(window, "classify-keys", screen, dark, fullPage: false);
        await keys.GetByRole(AriaRole.Switch, new() { Name = "Use single-key shortcuts" }).UncheckAsync();
        await keyboard.PressAsync("Escape");
        await Expect(keys).ToBeHiddenAsync();

        await window.Page.ReloadAsync();
        await window.Results.Last.FocusAsync();
        foreach (var key in new[] { "q", "?" })
            await keyboard.PressAsync(key);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Keyboard shortcuts" }).ClickAsync();
        await Expect(keys).ToBeVisibleAsync();
        await Expect(keys.GetByRole(AriaRole.Switch)).Not.ToBeCheckedAsync();
        await Expect(second).ToHaveCountAsync(0);

        // The shortcuts work again when switched on, but not while a field has the focus.
        await keys.GetByRole(AriaRole.Switch).CheckAsync();
        await keyboard.PressAsync("?");
        await Expect(keys).ToBeVisibleAsync();
        await keyboard.PressAsync("Escape");
        await window.Results.Last.FocusAsync();
        await keyboard.PressAsync("q");
        await Expect(second).ToHaveTextAsync("Corrected");
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Nothing_moves_when_results_come(Screen screen, bool dark)
    {
        await using var window = await OpenAsync(screen, dark);
        var release = await window.HoldPostsAsync();
        await window.ChooseAsync(
            Sample("fried.jpg"),
            Heic(),
            Sample("dessert.jpg"),
            Sample("bread.jpg"),
            Sample("egg.jpg"),
            Sample("soup.jpg")
        );
        await Expect(window.Waiting).ToHaveCountAsync(6);
        // Scrolls to where a waiting visitor would look: one full card and the content below it.
        await window.Waiting.First.EvaluateAsync("card => scrollBy(0, card.getBoundingClientRect().top)");
        await window.Page.EvaluateAsync(
            """
            () => {
              window.shifts = [];
              new PerformanceObserver(list => window.shifts.push(...list.getEntries().filter(entry => !entry.hadRecentInput).map(entry => entry.value)))
                .observe({ type: 'layout-shift' });
            }
            """
        );
        release.SetResult();
        await Expect(window.Results).ToHaveCountAsync(5);
        await Expect(window.Waiting).ToHaveCountAsync(0);
        // All layout shifts are reported after two frames.
        var shift = await window.Page.EvaluateAsync<double>(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => "
                + "done(window.shifts.reduce((sum, value) => sum + value, 0))))))"
        );
        Print($"Layout shift while results come, {screen}: {shift:0.0000}");
        Assert.InRange(shift, 0, 0.02);
    }

    [Fact]
    public async Task Pages_are_light()
    {
        string full;
        await using (var window = await OpenAsync(Screen.Desktop, dark: false))
        {
            await window.ChooseAsync([.. Enumerable.Range(1, 20).Select(number => New($"photo-{number:00}.jpg"))]);
            await Expect(window.Results).ToHaveCountAsync(20, new() { Timeout = 60_000 });
            full = new Uri(window.Page.Url).Query;
            var cookies = await window.Page.Context.CookiesAsync();
            foreach (var path in new[] { "", full, "photos", "privacy", "sign-in", "no-such-page", "not-allowed", "error" })
            {
                await using var other = await browser.OpenAsync(app.Address);
                await other.Page.Context.AddCookiesAsync(
                    cookies.Select(c => new Cookie
                    {
                        Name = c.Name,
                        Value = c.Value,
                        Domain = c.Domain,
                        Path = c.Path,
                    })
                );
                var bytes = await BytesAsync(other, path);
                Print($"Transferred for /{(path == full ? " with 20 results" : path)}: {bytes / 1000.0:0.0} kB without photos");
                Assert.InRange(bytes, 1000, PageBytes);
            }
        }
    }

    /// <summary>Returns the bytes that a browser with an empty cache receives for a page, with headers and without photos.</summary>
    private static async Task<double> BytesAsync(BrowserWindow window, string path)
    {
        var network = await window.Page.Context.NewCDPSessionAsync(window.Page);
        // Further events may arrive while the list is read.
        var photos = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var received = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        var libraryFiles = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        network.Event("Network.requestWillBeSent").OnEvent += (_, sent) =>
        {
            var (id, url) = (
                sent!.Value.GetProperty("requestId").GetString()!,
                sent.Value.GetProperty("request").GetProperty("url").GetString()!
            );
            if (url.Contains("/api/", StringComparison.Ordinal))
                photos[id] = url;
            else if (url.Contains(LibraryFiles, StringComparison.Ordinal))
                libraryFiles[id] = url;
        };
        network.Event("Network.loadingFinished").OnEvent += (_, done) =>
            received[done!.Value.GetProperty("requestId").GetString()!] = done.Value.GetProperty("encodedDataLength").GetDouble();
        await network.SendAsync("Network.enable");
        await window.GoAsync(path);
        await window.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        foreach (var (id, url) in libraryFiles)
        {
            var file = await window.Page.Context.APIRequest.GetAsync(url);
            using var compressed = new MemoryStream();
            await using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
                await gzip.WriteAsync(await file.BodyAsync(), TestContext.Current.CancellationToken);
            received[id] = compressed.Length + file.Headers.Sum(header => header.Key.Length + header.Value.Length + 4);
        }

        return received.Where(entry => !photos.ContainsKey(entry.Key)).Sum(entry => entry.Value);
    }

    private static void Print(FormattableString line)
    {
        var text = line.ToString(CultureInfo.InvariantCulture);
        TestContext.Current.SendDiagnosticMessage(text);
        TestContext.Current.TestOutputHelper!.WriteLine(text);
    }
}
