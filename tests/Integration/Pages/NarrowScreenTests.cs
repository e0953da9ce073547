using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Small phones, large type and high contrast.</summary>
public sealed class NarrowScreenTests(SqliteApp app, BrowserFixture browser)
{
    /// <summary>360 is a small phone, 640 a desktop at 200 % zoom, 320 one at 400 %.</summary>
    [Theory]
    [InlineData(320)]
    [InlineData(360)]
    [InlineData(640)]
    public async Task Nothing_scrolls_sideways_on_a_narrow_screen(int width)
    {
        var (window, paths) = await OpenWithPhotoAsync();
        await using var open = window;
        await window.Page.SetViewportSizeAsync(width, 700);
        foreach (var path in paths)
        {
            await window.GoAsync(path);
            await window.AssertFitsAsync();
        }
    }

    [Fact]
    public async Task Nothing_scrolls_sideways_on_a_phone_without_scripts()
    {
        await using var window = await browser.OpenAsync(app.Address, Screen.Phone, scripts: false);
        await window.GoAsync();
        Assert.True(
            (
                await window
                    .Page.Locator("main *:visible")
                    .EvaluateAllAsync<double>("all => Math.max(...all.map(e => e.getBoundingClientRect().right))")
            ) <= 390
        );
    }

    [Fact]
    public async Task Pages_stay_accessible_with_forced_colours_and_more_contrast()
    {
        var (window, paths) = await OpenWithPhotoAsync();
        await using var open = window;
        foreach (
            var media in new PageEmulateMediaOptions[]
            {
                new() { ForcedColors = ForcedColors.Active },
                new() { Contrast = Contrast.More },
            }
        )
        {
            await window.Page.EmulateMediaAsync(media);
            foreach (var path in paths)
            {
                await window.GoAsync(path);
                await window.AssertAccessibleAsync();
            }
        }
    }

    /// <summary>A window of a visitor whose one photo has a file name longer than any screen, and the pages to look at.</summary>
    private async Task<(BrowserWindow Window, string[] Paths)> OpenWithPhotoAsync()
    {
        var window = await browser.OpenAsync(app.Address);
        await window.GoAsync();
        await window
            .Page.Locator("form.drop input[type=file]")
            .First.SetInputFilesAsync(
                new FilePayload
                {
                    Name = string.Concat(Enumerable.Repeat("a-very-long-name-", 12)) + ".jpg",
                    MimeType = "image/jpeg",
                    Buffer = Photos.New(),
                }
            );
        var card = window.Page.Locator("article.shot[id^=p-]");
        await Expect(card).ToHaveCountAsync(1);
        var id = (await card.GetAttributeAsync("id"))![2..];
        return (
            window,
            [$"?p={id}", "photos", $"photos/{id}", $"photos/{id}/erase", "photos/erase-all", "privacy", "sign-in", "no-such-page"]
        );
    }
}
