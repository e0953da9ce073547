using System.Text.Json;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static GourmetGram.Tests.Integration.Pages.ClassifyWindow;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests the Classify page over a connection that is slow or breaks, and with a busy server.</summary>
public sealed class ClassifyConnectionTests(SqliteApp app, BrowserFixture browser)
{
    /// <summary>Returns the photos that the server has stored for this browser.</summary>
    private static async Task<IReadOnlyList<string?>> StoredNamesAsync(BrowserWindow window)
    {
        var answer = await window.Page.Context.APIRequest.GetAsync("api/v1/predictions?limit=100");
        var page = JsonSerializer.Deserialize<PageJson>(await answer.TextAsync(), JsonSerializerOptions.Web)!;
        return [.. page.Items.Select(item => item.FileName).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Twenty_photos_over_a_breaking_connection_are_each_kept_once()
    {
        await using var window = await browser.OpenAsync(app.Address);
        await window.GoAsync();
        await window.Page.EvaluateAsync("window.notReloaded = true");

        // Every third post is lost before it arrives. For every fourth, the answer is lost after the photo was stored.
        var posts = 0;
        await window.OnPostAsync(async route =>
        {
            var post = Interlocked.Increment(ref posts);
            if (post % 4 == 0)
            {
                await route.FetchAsync();
                await route.AbortAsync("connectionreset");
            }
            else if (post % 3 == 0)
            {
                await route.AbortAsync("connectionreset");
            }
            else
            {
                await route.ContinueAsync();
            }
        });

        var photos = Enumerable.Range(1, 20).Select(number => New($"photo-{number:00}.jpg")).ToArray();
        await window.ChooseAsync(photos);
        await Expect(window.Results).Not.ToHaveCountAsync(0);
        await window.Page.Context.SetOfflineAsync(true);
        await Expect(window.Page.Locator(".toast[data-offline]")).ToContainTextAsync("You’re offline.");
        await Expect(window.Waiting.Last).ToContainTextAsync("Waiting for a connection");
        await window.Page.Context.SetOfflineAsync(false);

        await Expect(window.Results).ToHaveCountAsync(20, new() { Timeout = 120_000 });
        await Expect(window.Waiting).ToHaveCountAsync(0);
        await Expect(window.Page.Locator(".toast")).ToHaveCountAsync(0);
        Assert.True(posts > 25, $"The connection broke too seldom for a test: {posts} posts.");
        Assert.Equal(photos.Select(photo => photo.Name), await StoredNamesAsync(window));
        Assert.True(await window.Page.EvaluateAsync<bool>("window.notReloaded === true"), "The page was reloaded.");
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task The_same_photo_chosen_twice_is_kept_twice()
    {
        await using var window = await browser.OpenAsync(app.Address);
        await window.GoAsync();
        var photo = New("again.jpg");
        await window.ChooseAsync(photo, photo);
        await Expect(window.Results).ToHaveCountAsync(2);
        Assert.Equal(["again.jpg", "again.jpg"], await StoredNamesAsync(window));
    }

    [Fact]
    public async Task A_busy_server_is_asked_again_by_itself()
    {
        await using var window = await browser.OpenAsync(app.Address);
        await window.GoAsync();
        var posts = 0;
        await window.OnPostAsync(route =>
            Interlocked.Increment(ref posts) == 1
                ? route.FulfillAsync(
                    new()
                    {
                        Status = 503,
                        Headers = new Dictionary<string, string> { ["Retry-After"] = "2" },
                        ContentType = "text/plain",
                        Body = "Busy.",
                    }
                )
                : route.ContinueAsync()
        );
        await window.ChooseAsync(New("first.jpg"), New("second.jpg"));
        await Expect(window.Waiting.First).ToContainTextAsync("Trying again automatically in");
        await Expect(window.Waiting.Last).ToContainTextAsync("Queued");
        await Expect(window.Results).ToHaveCountAsync(2);
        Assert.Equal(3, posts);
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task A_busy_server_says_itself_when_to_ask_again()
    {
        await using var window = await browser.OpenAsync(app.Address);
        await window.GoAsync();
        var posts = 0;
        await window.OnPostAsync(route =>
            Interlocked.Increment(ref posts) == 1
                ? route.FulfillAsync(
                    new()
                    {
                        ContentType = "text/html",
                        Body =
                            "<section class=shots><article data-retry-after=600><p class=is-bad>The server is busy. Your photo was not "
                            + "sent.</p></article></section>",
                    }
                )
                : route.ContinueAsync()
        );
        await window.ChooseAsync(New());
        await Expect(window.Waiting).ToContainTextAsync("The server is busy. Your photo was not sent.");
        await Expect(window.Waiting).ToContainTextAsync("Trying again automatically in 600 seconds.");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(window.Results).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_photo_that_waits_can_be_cancelled_and_the_others_go_on()
    {
        await using var window = await browser.OpenAsync(app.Address);
        await window.GoAsync();
        var release = await window.HoldPostsAsync();
        await window.ChooseAsync(New("one.jpg"), New("two.jpg"), New("three.jpg"));
        await Expect(window.Waiting).ToHaveCountAsync(3);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        window.Page.RequestFailed += (_, _) => aborted.TrySetResult();
        await window.Waiting.Nth(1).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await window.Waiting.First.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        // The browser gives a request up a moment after the click. Until then it may still be sent.
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        release.SetResult();
        await Expect(window.Results).ToHaveCountAsync(1);
        Assert.Equal(["three.jpg"], await StoredNamesAsync(window));
    }
}
