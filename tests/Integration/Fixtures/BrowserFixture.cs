using Deque.AxeCore.Commons;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(BrowserFixture))]

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// Debian's Chromium, driven by Playwright (whose own browser is never downloaded). The headless shell needs half of the whole browser's
/// processor time.
/// </summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private const string Executable = "/usr/bin/chromium-headless-shell";

    private IPlaywright? playwright;
    private IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Executable))
            return;
        Assertions.SetDefaultExpectTimeout(20_000);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Executable,
                // The background connections that a browser makes by itself have no place in a test.
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            }
        );
    }

    /// <summary>Opens a window of its own, with cookies of its own.</summary>
    public async Task<BrowserWindow> OpenAsync(Uri address, Screen screen = Screen.Desktop, bool dark = false, bool scripts = true)
    {
        Assert.SkipWhen(browser is null, $"Chromium is not available: {Executable} (apt-get install chromium-headless-shell)");
        var context = await browser.NewContextAsync(
            new BrowserNewContextOptions
            {
                BaseURL = address.ToString(),
                JavaScriptEnabled = scripts,
                ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
                ReducedMotion = ReducedMotion.Reduce,
                ViewportSize =
                    screen == Screen.Phone
                        ? new ViewportSize { Width = 390, Height = 844 }
                        : new ViewportSize { Width = 1280, Height = 900 },
                HasTouch = screen == Screen.Phone,
                IsMobile = screen == Screen.Phone,
                Locale = "en-GB",
                TimezoneId = "Europe/Berlin",
            }
        );
        context.SetDefaultTimeout(20_000);
        return new BrowserWindow(context, await context.NewPageAsync(), address, scripts);
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
    }
}

public enum Screen
{
    Desktop,
    Phone,
}

/// <summary>A window that remembers what went wrong in it.</summary>
public sealed class BrowserWindow : IAsyncDisposable
{
    // Deque's package for Playwright opens a page, and so a process, for each result, to join those of frames. Here are no frames.
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private readonly IBrowserContext context;
    private readonly Uri address;
    private readonly bool scripts;
    private readonly bool isTab;

    internal BrowserWindow(IBrowserContext context, IPage page, Uri address, bool scripts, bool isTab = false)
    {
        this.context = context;
        this.address = address;
        this.scripts = scripts;
        this.isTab = isTab;
        Page = page;
        page.Console += (_, message) =>
        {
            // A page that is meant to be an error is reported by the browser as a failed load.
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                Faults.Add(message.Text);
        };
        page.PageError += (_, error) => Faults.Add(error);
        page.Request += (_, request) =>
        {
            var target = new Uri(request.Url);
            if (target.Scheme is "http" or "https" && target.Authority != address.Authority)
                Faults.Add($"asked another host: {request.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of scripts and of the content security policy, and requests to other hosts.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Opens another tab of the same browser, with the same cookies and the same storage.</summary>
    public async Task<BrowserWindow> OpenTabAsync() => new(context, await context.NewPageAsync(), address, scripts, isTab: true);

    public Task GoAsync(string path = "") => Page.GotoAsync(new Uri(address, path).ToString());

    /// <summary>
    /// A person sees this without scrolling: all of it is in the window, and nothing covers it. <c>ToBeVisible</c> says neither.
    /// </summary>
    public async Task SeesAsync(ILocator locator)
    {
        ArgumentNullException.ThrowIfNull(locator);
        string? covering = null;
        // The page may still be scrolling to it.
        for (var look = 0; look == 0 || (covering is not null && look < 100); look++)
        {
            await Assertions.Expect(locator).ToBeInViewportAsync(new() { Ratio = 1 });
            covering = await locator.EvaluateAsync<string?>(
                """
                element => {
                  const { x, y, width, height } = element.getBoundingClientRect();
                  const top = document.elementFromPoint(x + width / 2, y + height / 2);
                  return top && (element.contains(top) || top.contains(element)) ? null : top?.outerHTML.slice(0, 200) ?? 'nothing';
                }
                """
            );
        }

        Assert.True(covering is null, $"{locator} is covered by {covering}");
    }

    /// <summary>A person sees a message with these words without scrolling.</summary>
    public async Task SeesTextAsync(string words)
    {
        // The innermost element with the words: its box is that of the message, not of the page. What only screen readers get is nowhere on
        // the screen.
        var found = Page.GetByText(words).And(Page.Locator(":not(.sr)")).Filter(new() { Visible = true }).Last;
        await SeesAsync(found);
    }

    /// <summary>
    /// Checks what the window shows in both colour schemes: it is accessible, does not scroll sideways, and is in the pictures
    /// <c>{name}-light</c> and <c>{name}-dark</c>. The scheme is light afterwards.
    /// </summary>
    public async Task CheckInBothSchemesAsync(string name)
    {
        foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await AssertAccessibleAsync();
            await AssertFitsAsync();
            await ScreenshotAsync($"{name}-{(scheme == ColorScheme.Dark ? "dark" : "light")}");
        }
    }

    /// <summary>No accessibility finding of axe: WCAG 2.0 to 2.2, A and AA, and best practice.</summary>
    public async Task AssertAccessibleAsync()
    {
        // axe waits with timers, which never fire in a page without scripts.
        if (!scripts)
            await Page.EvaluateAsync("window.setTimeout = (work, delay, ...values) => { Promise.resolve().then(() => work(...values)); }");
        if (!await Page.EvaluateAsync<bool>("'axe' in window"))
            await Page.EvaluateAsync(Axe);
        var findings = await Page.EvaluateAsync<string[]>(
            """
            async () => {
              const { violations } = await axe.run(document);
              return violations.map(v => `${v.id}: ${v.help} ${v.nodes.map(n => n.html).join(' ')}`);
            }
            """
        );
        Assert.True(findings.Length == 0, $"{Page.Url}\n{string.Join('\n', findings)}");
    }

    /// <summary>Nothing scrolls sideways.</summary>
    public async Task AssertFitsAsync() =>
        Assert.True(
            await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
            "The page scrolls sideways."
        );

    /// <summary>
    /// With <c>GOURMETGRAM_ACCEPT_SNAPSHOTS=1</c>, takes a picture of the whole page, or of what the window shows of it, for
    /// <c>docs/screenshots</c>. Without, no picture is taken, because no test reads it.
    /// </summary>
    public async Task ScreenshotAsync(string name, bool fullPage = true)
    {
        if (Snapshot.IsAccepting)
            await Page.ScreenshotAsync(
                new PageScreenshotOptions { Path = Repository.PathOf("docs", "screenshots", $"{name}.png"), FullPage = fullPage }
            );
    }

    public async ValueTask DisposeAsync()
    {
        if (isTab)
            await Page.CloseAsync();
        else
            await context.DisposeAsync();
    }
}
