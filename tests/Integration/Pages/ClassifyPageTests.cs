using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>The page Classify in a real browser, with and without scripts.</summary>
public sealed class ClassifyPageTests(SqliteApp app, BrowserFixture browser)
{
    private static string Sample(string name) => Repository.PathOf("samples", name);

    private static async Task ChooseAsync(BrowserWindow window, bool scripts, params string[] files)
    {
        await window.Page.Locator("form.drop input[type=file]").First.SetInputFilesAsync(files);
        if (!scripts)
            await window.Page.GetByRole(AriaRole.Button, new() { Name = "Classify photos" }).ClickAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_person_classifies_a_photo_and_puts_it_right(bool scripts)
    {
        await using var window = await browser.OpenAsync(app.Address, scripts: scripts);
        await window.GoAsync();
        if (scripts)
            await window.Page.EvaluateAsync("window.notReloaded = true");
        await ChooseAsync(window, scripts, Sample("dessert.jpg"));

        var card = window.Page.Locator("article.shot:has(.bars)");
        await Expect(card).ToHaveCountAsync(1);
        await Expect(card.Locator(".name")).ToHaveTextAsync("dessert.jpg");
        await Expect(card.Locator(".bars li")).ToHaveCountAsync(3);
        await Expect(card.Locator("img")).ToHaveJSPropertyAsync("complete", true);

        if (await card.Locator("details").GetAttributeAsync("open") is null)
            await card.Locator("summary").ClickAsync();
        await card.GetByRole(AriaRole.Button, new() { Name = "Rice" }).ClickAsync();
        await Expect(card.Locator("h2")).ToHaveTextAsync("Rice");
        await Expect(card.Locator(".chip.person")).ToHaveTextAsync("Corrected");

        await card.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(card.Locator(".chip.person")).ToHaveCountAsync(0);

        await card.GetByRole(AriaRole.Button, new() { Name = "Flag as wrong" }).ClickAsync();
        await Expect(card.Locator(".chip.person")).ToHaveTextAsync("Flagged");
        await card.GetByRole(AriaRole.Button, new() { Name = "Flag as wrong" }).ClickAsync();
        await Expect(card.Locator(".chip.person")).ToHaveCountAsync(0);

        // The model's own class, which is "Perhaps …" where it isn't sure.
        var named = (await card.Locator("h2").InnerTextAsync()).Replace("Perhaps ", "", StringComparison.Ordinal);
        if (await card.Locator("details").GetAttributeAsync("open") is null)
            await card.Locator("summary").ClickAsync();
        await card.GetByRole(AriaRole.Button, new() { Name = named }).ClickAsync();
        await Expect(card.Locator(".chip.person")).ToHaveCountAsync(1);

        if (scripts)
            Assert.True(await window.Page.EvaluateAsync<bool>("window.notReloaded === true"), "The page was reloaded.");
        await window.Page.ReloadAsync();
        await Expect(card).ToHaveCountAsync(1);
        Assert.Empty(window.Faults);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Several_photos_are_classified_and_a_bad_one_is_told_apart(bool scripts)
    {
        var bad = Path.Combine(Path.GetTempPath(), $"IMG_0042-{scripts}.HEIC");
        await File.WriteAllBytesAsync(
            bad,
            [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8],
            TestContext.Current.CancellationToken
        );
        await using var window = await browser.OpenAsync(app.Address, scripts: scripts);
        await window.GoAsync();
        await ChooseAsync(window, scripts, Sample("egg.jpg"), bad, Sample("bread.jpg"));
        await Expect(window.Page.Locator("article.shot:has(.bars)")).ToHaveCountAsync(2);
        await Expect(window.Page.Locator("article.shot:has(.icon-box) .is-bad")).ToContainTextAsync("HEIC");
        Assert.Empty(window.Faults);
        File.Delete(bad);
    }

    [Fact]
    public async Task Photos_can_be_dropped_and_pasted()
    {
        await using var window = await browser.OpenAsync(app.Address);
        await window.GoAsync();
        foreach (var (kind, expected) in new[] { ("drop", 1), ("paste", 2) })
        {
            await window.Page.EvaluateAsync(
                """
                async ([kind, bytes]) => {
                  const transfer = new DataTransfer();
                  transfer.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], kind + '.jpg', { type: 'image/jpeg' }));
                  const init = { bubbles: true, cancelable: true };
                  const event = kind === 'drop' ? new DragEvent('drop', { ...init, dataTransfer: transfer }) : new ClipboardEvent('paste', { ...init, clipboardData: transfer });
                  document.querySelector('form.drop').dispatchEvent(event);
                }
                """,
                new[]
                {
                    kind,
                    Convert.ToBase64String(await File.ReadAllBytesAsync(Sample("egg.jpg"), TestContext.Current.CancellationToken)),
                }
            );
            await Expect(window.Page.Locator("article.shot:has(.bars)")).ToHaveCountAsync(expected);
        }

        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Sending_without_a_photo_says_what_is_missing()
    {
        await using var window = await browser.OpenAsync(app.Address, scripts: false);
        await window.GoAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Classify photos" }).ClickAsync();
        await Expect(window.Page.Locator("#drop-error")).ToContainTextAsync("No photo was chosen.");
    }

    [Fact]
    public async Task Somebody_elses_photo_does_not_show()
    {
        await using var owner = await browser.OpenAsync(app.Address);
        await owner.GoAsync();
        await ChooseAsync(owner, scripts: true, Sample("rice.jpg"));
        await Expect(owner.Page.Locator("article.shot:has(.bars)")).ToHaveCountAsync(1);

        await using var other = await browser.OpenAsync(app.Address);
        await other.GoAsync(owner.Page.Url);
        await Expect(other.Page.Locator("article.shot")).ToHaveCountAsync(0);
        await Expect(other.Page.Locator("ol.steps")).ToHaveCountAsync(1);
    }

    [Theory]
    [InlineData(Screen.Phone)]
    [InlineData(Screen.Desktop)]
    public async Task Pages_are_accessible_and_fit(Screen screen)
    {
        await using var window = await browser.OpenAsync(app.Address, screen);
        var width = screen == Screen.Phone ? 390 : 1280;
        foreach (
            var (path, name) in new[]
            {
                ("", "classify-first"),
                ("sign-in", "sign-in"),
                ("no-such-page", "not-found"),
                ("not-allowed", "not-allowed"),
                ("error", "error"),
            }
        )
        {
            await window.GoAsync(path);
            await window.CheckInBothSchemesAsync($"{name}-{width}");
        }

        await window.GoAsync();
        await ChooseAsync(window, scripts: true, Sample("fried.jpg"), Sample("dessert.jpg"));
        await Expect(window.Page.Locator("article.shot:has(.bars)")).ToHaveCountAsync(2);
        await window.CheckInBothSchemesAsync($"classify-{width}");
        Assert.Empty(window.Faults);
    }
}
