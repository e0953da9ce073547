using System.IO.Compression;
using System.Text.RegularExpressions;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests the pages under My photos in a real browser, with and without scripts.</summary>
public sealed partial class PhotosPageTests(SqliteApp app, BrowserFixture browser)
{
    /// <summary>Photos on a page.</summary>
    private const int PageSize = 30;

    private static readonly string[] Samples = ["dessert.jpg", "egg.jpg", "rice.jpg", "fried.jpg", "bread.jpg"];

    [GeneratedRegex("datetime=\"[^\"]+\"")]
    private static partial Regex Times();

    /// <summary>Opens a window of a new visitor who has sent these photos one by one.</summary>
    private async Task<(BrowserWindow Window, IReadOnlyList<Guid> Ids)> OpenWithAsync(
        IEnumerable<(string Name, byte[] Photo)> photos,
        bool scripts = true,
        Screen screen = Screen.Desktop
    )
    {
        var window = await browser.OpenAsync(app.Address, screen, scripts: scripts);
        await window.GoAsync();
        var ids = new List<Guid>();
        foreach (var (name, photo) in photos)
            ids.Add(await UploadAsync(window, name, photo));
        return (window, ids);
    }

    private static async Task<Guid> UploadAsync(BrowserWindow window, string name, byte[] photo)
    {
        var form = window.Page.APIRequest.CreateFormData();
        form.Set(
            "file",
            new FilePayload
            {
                Name = name,
                MimeType = "image/jpeg",
                Buffer = photo,
            }
        );
        var answer = await window.Page.APIRequest.PostAsync("api/v1/predictions", new() { Multipart = form });
        Assert.Equal(201, answer.Status);
        return (await answer.JsonAsync())!.Value.GetProperty("id").GetGuid();
    }

    private static IEnumerable<(string Name, byte[] Photo)> Some(int count) => Samples.Take(count).Select(Sample);

    private static (string Name, byte[] Photo) Sample(string name) => (name, File.ReadAllBytes(Repository.PathOf("samples", name)));

    private static ILocator TilesOf(BrowserWindow window) => window.Page.Locator(".tiles > li");

    private static async Task<IReadOnlyList<Guid>> IdsOfAsync(BrowserWindow window)
    {
        var links = await window
            .Page.Locator(".tiles > li > a")
            .EvaluateAllAsync<string[]>("links => links.map(a => new URL(a.href).pathname.split('/').pop())");
        return [.. links.Select(Guid.Parse)];
    }

    private static ILocator Link(BrowserWindow window, string name) =>
        window.Page.Locator("main").GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    private static ILocator Button(BrowserWindow window, string name) =>
        window.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_visitor_finds_a_photo_puts_it_right_and_deletes_it(bool scripts)
    {
        var (window, ids) = await OpenWithAsync(Some(3), scripts);
        await using var open = window;
        await window.Page.Locator("header").GetByRole(AriaRole.Link, new() { Name = "My photos" }).ClickAsync();
        await Expect(TilesOf(window)).ToHaveCountAsync(3);
        Assert.Equal(ids.Reverse(), await IdsOfAsync(window));
        await Expect(window.Page.Locator("nav [aria-current=page]")).ToHaveTextAsync("My photos");
        await Expect(TilesOf(window).First.Locator("img")).ToHaveJSPropertyAsync("naturalWidth", 480);

        await TilesOf(window).Nth(1).ClickAsync();
        await Expect(window.Page.Locator(".facts")).ToContainTextAsync(Samples[1]);
        await Expect(window.Page.Locator("nav [aria-current=true]")).ToHaveTextAsync("My photos");
        var classes = await window.Page.Locator("form.classes button").CountAsync();
        await Expect(window.Page.Locator(".bars li")).ToHaveCountAsync(classes);
        await Expect(window.Page.Locator(".history")).ToHaveCountAsync(0);
        await Expect(window.Page.Locator(".shot img")).ToHaveJSPropertyAsync("naturalWidth", 800);

        foreach (var name in new[] { "Rice", "Soup" })
        {
            if (await window.Page.Locator("details").GetAttributeAsync("open") is null)
                await window.Page.Locator("summary").ClickAsync();
            await window.Page.Locator("form.classes").GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();
            await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(name);
        }

        await Button(window, "Undo").ClickAsync();
        await Expect(window.Page.Locator(".history li")).ToHaveCountAsync(3);
        await Expect(window.Page.Locator(".history li").Nth(0)).ToContainTextAsync("You corrected the class to Rice.");
        await Expect(window.Page.Locator(".history li").Nth(1)).ToContainTextAsync("You changed the class to Soup.");
        await Expect(window.Page.Locator(".history li").Nth(2)).ToContainTextAsync("You removed your correction to Soup.");

        await Link(window, "Delete this photo").ClickAsync();
        await Link(window, "Keep it").ClickAsync();
        await Link(window, "Delete this photo").ClickAsync();
        await Button(window, "Delete this photo").ClickAsync();
        await Expect(window.Page.Locator(".notice")).ToContainTextAsync("The photo was deleted.");
        await Expect(window.Page.Locator(".notice")).ToContainTextAsync("flags and corrections");
        Assert.Equal([ids[2], ids[0]], await IdsOfAsync(window));
        await window.GoAsync($"photos/{ids[1]}");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Page not found");
        Assert.Empty(window.Faults);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Photos_are_filtered_by_what_was_said_of_them_and_by_class(bool scripts)
    {
        var (window, ids) = await OpenWithAsync(Some(4), scripts);
        await using var open = window;
        await window.GoAsync($"photos/{ids[0]}");
        await Button(window, "Flag as wrong").ClickAsync();
        await Expect(window.Page.Locator(".chip.person")).ToHaveTextAsync("Flagged");
        await window.GoAsync("photos");
        await Expect(TilesOf(window)).ToHaveCountAsync(4);
        await Expect(TilesOf(window).Last.Locator(".chip")).ToHaveTextAsync("Flagged as wrong");
        var own = await TilesOf(window).Last.Locator("strong").TextContentAsync();

        await Link(window, "Flagged").ClickAsync();
        await Expect(TilesOf(window)).ToHaveCountAsync(1);
        Assert.Equal([ids[0]], await IdsOfAsync(window));
        await Expect(window.Page.Locator(".segmented [aria-current]")).ToHaveTextAsync("Flagged");

        // The link back includes the filter.
        await TilesOf(window).First.ClickAsync();
        await Link(window, "My photos").ClickAsync();
        await Expect(window.Page.Locator(".segmented [aria-current]")).ToHaveTextAsync("Flagged");

        var others = await window.Page.Locator("#class option").AllTextContentsAsync();
        await window.Page.Locator("#class").SelectOptionAsync(others.Skip(1).First(name => name != own));
        await Button(window, "Show").ClickAsync();
        await Expect(window.Page.Locator(".empty")).ToContainTextAsync("No flagged photos of");
        await window.Page.Locator("#class").SelectOptionAsync(own!);
        await Button(window, "Show").ClickAsync();
        await Expect(TilesOf(window)).ToHaveCountAsync(1);
        await Link(window, "Corrected").ClickAsync();
        await Expect(window.Page.Locator(".empty")).ToContainTextAsync($"No corrected photos of {own}");
        await Link(window, "Show all photos").ClickAsync();
        await Expect(TilesOf(window)).ToHaveCountAsync(4);
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Only_what_the_model_is_unsure_of_is_called_that()
    {
        // The model is sure of one photo and not sure of the others.
        var (window, _) = await OpenWithAsync([.. Some(4), Sample("noodles-2.jpg")]);
        await using var open = window;
        await window.GoAsync("photos");
        await Expect(TilesOf(window)).ToHaveCountAsync(5);
        var marked = await window.Page.Locator(".chip.warn").CountAsync();
        Assert.InRange(marked, 1, 4);
        await Link(window, "Not sure").ClickAsync();
        await Expect(window.Page.Locator(".segmented [aria-current]")).ToHaveTextAsync("Not sure");
        await Expect(TilesOf(window)).ToHaveCountAsync(marked);
        await Expect(window.Page.Locator(".chip.warn")).ToHaveCountAsync(marked);
    }

    [Fact]
    public async Task Pages_lead_to_older_photos_and_back()
    {
        var (window, ids) = await OpenWithAsync(Enumerable.Range(0, PageSize + 2).Select(number => ($"{number}.jpg", Photos.New())));
        await using var open = window;
        List<Guid> newest = [.. ids.Reverse()];
        await window.GoAsync("photos");
        await Expect(TilesOf(window)).ToHaveCountAsync(PageSize);
        Assert.Equal(newest.Take(PageSize), await IdsOfAsync(window));
        await Expect(Link(window, "Newer")).ToHaveCountAsync(0);

        await Link(window, "Older").ClickAsync();
        await Expect(TilesOf(window)).ToHaveCountAsync(2);
        Assert.Equal(newest.Skip(PageSize), await IdsOfAsync(window));
        await Expect(Link(window, "Older")).ToHaveCountAsync(0);

        await Link(window, "Newer").ClickAsync();
        await Expect(TilesOf(window)).ToHaveCountAsync(PageSize);
        Assert.Equal(newest.Take(PageSize), await IdsOfAsync(window));
        Assert.Empty(window.Faults);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_photos_are_deleted_at_once_but_never_more_than_was_said(bool scripts)
    {
        var (window, _) = await OpenWithAsync(Some(2), scripts);
        await using var open = window;
        await window.GoAsync("photos");
        await Link(window, "Delete all photos").ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Delete 2 photos permanently?");
        await UploadAsync(window, "later.jpg", Photos.New());
        await Button(window, "Delete 2 photos").ClickAsync();
        await Expect(window.Page.Locator(".notice")).ToContainTextAsync("Nothing was deleted");
        await Button(window, "Delete 3 photos").ClickAsync();
        await Expect(window.Page.Locator(".notice")).ToContainTextAsync("3 photos were deleted.");
        await Expect(window.Page.Locator(".empty")).ToContainTextAsync("No photos yet");
        await window.GoAsync("photos/erase-all");
        await Expect(window.Page).ToHaveURLAsync(new Uri(app.Address, "photos").ToString());
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Somebody_elses_photo_is_not_found()
    {
        var (owner, ids) = await OpenWithAsync(Some(1));
        await using var open = owner;
        await using var other = await browser.OpenAsync(app.Address);
        foreach (var path in new[] { $"photos/{ids[0]}", $"photos/{ids[0]}/erase", $"photos/{Guid.Empty}", "photos/x", "photos?before=x" })
        {
            var answer = await other.Page.GotoAsync(new Uri(app.Address, path).ToString());
            Assert.Equal(404, answer!.Status);
            await Expect(other.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Page not found");
        }

        await Link(other, "Show my photos").ClickAsync();
        await Expect(other.Page.Locator(".empty")).ToContainTextAsync("No photos yet");
        await owner.GoAsync($"photos/{ids[0]}");
        await Expect(owner.Page.Locator(".facts")).ToContainTextAsync(Samples[0]);
    }

    [Fact]
    public async Task A_photo_that_is_gone_already_is_not_found()
    {
        var (window, ids) = await OpenWithAsync(Some(1));
        await using var open = window;
        await window.GoAsync($"photos/{ids[0]}/erase");
        var second = await window.Page.Context.NewPageAsync();
        await second.GotoAsync(window.Page.Url);
        await second.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Delete this photo" }).ClickAsync();
        await Expect(second.Locator(".notice")).ToContainTextAsync("The photo was deleted.");
        var answer = await window.Page.RunAndWaitForResponseAsync(
            () => Button(window, "Delete this photo").ClickAsync(),
            response => response.Request.Method == "POST"
        );
        Assert.Equal(404, answer.Status);
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Page not found");
    }

    [Fact]
    public async Task A_form_of_somebody_else_deletes_nothing()
    {
        var (owner, ids) = await OpenWithAsync(Some(1));
        await using var open = owner;
        await owner.GoAsync($"photos/{ids[0]}/erase");
        await owner.Page.Locator("main input[name=__RequestVerificationToken]").EvaluateAsync("field => field.remove()");
        await Button(owner, "Delete this photo").ClickAsync();
        await Expect(owner.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("This page was out of date");
        await owner.GoAsync("photos");
        await Expect(TilesOf(owner)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Times_are_in_UTC_without_scripts_and_in_the_readers_zone_with_them()
    {
        var (plain, ids) = await OpenWithAsync(Some(1), scripts: false);
        await using var first = plain;
        await plain.GoAsync($"photos/{ids[0]}");
        var time = plain.Page.Locator(".facts time");
        var at = DateTimeOffset.Parse((await time.GetAttributeAsync("datetime"))!);
        Assert.Equal($"{at:d MMMM yyyy, HH:mm} UTC", await time.TextContentAsync());

        var (window, own) = await OpenWithAsync(Some(1));
        await using var second = window;
        await window.GoAsync("photos");
        // Enhanced navigation does not load the page again.
        await window.Page.EvaluateAsync("window.notReloaded = true");
        await TilesOf(window).First.ClickAsync();
        time = window.Page.Locator(".facts time");
        await Expect(time).Not.ToContainTextAsync("UTC");
        Assert.EndsWith($"photos/{own[0]}", window.Page.Url, StringComparison.Ordinal);
        Assert.True(await window.Page.EvaluateAsync<bool>("window.notReloaded === true"), "The page was reloaded.");
        var berlin = TimeZoneInfo.ConvertTime(
            DateTimeOffset.Parse((await time.GetAttributeAsync("datetime"))!),
            TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")
        );
        Assert.Equal($"{berlin:d MMMM yyyy} at {berlin:HH:mm}", await time.TextContentAsync());
        Assert.EndsWith("UTC", await time.GetAttributeAsync("title"), StringComparison.Ordinal);
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Photos_stand_under_the_readers_days()
    {
        var (window, _) = await OpenWithAsync(Some(3));
        await using var open = window;
        string[] times = ["2026-01-05T23:30:00Z", "2026-01-05T22:30:00Z", "2026-01-05T21:30:00Z"];
        await window.Page.RouteAsync("**/photos", async route =>
        {
            var answer = await route.FetchAsync();
            var next = 0;
            await route.FulfillAsync(
                new() { Response = answer, Body = Times().Replace(await answer.TextAsync(), _ => $"datetime=\"{times[next++]}\"") }
            );
        });
        await window.GoAsync("photos");
        var days = window.Page.Locator("[data-days] > section");
        await Expect(days).ToHaveCountAsync(2);
        await Expect(days.Nth(0).Locator("h2")).ToHaveTextAsync(new Regex("^Tuesday,? 6 January 2026$"));
        await Expect(days.Nth(0).Locator("time")).ToHaveTextAsync(["00:30"]);
        await Expect(days.Nth(1).Locator("h2")).ToHaveTextAsync(new Regex("^Monday,? 5 January 2026$"));
        await Expect(days.Nth(1).Locator("time")).ToHaveTextAsync(["23:30", "22:30"]);
        await window.AssertAccessibleAsync();
    }

    [Fact]
    public async Task All_photos_are_downloaded_as_one_file()
    {
        var (window, ids) = await OpenWithAsync(Some(2));
        await using var open = window;
        await window.GoAsync("photos");
        var download = await window.Page.RunAndWaitForDownloadAsync(() => Link(window, "Download all as a zip").ClickAsync());
        Assert.EndsWith(".zip", download.SuggestedFilename, StringComparison.Ordinal);
        await using var zip = await ZipFile.OpenReadAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        foreach (var id in ids)
            Assert.Contains(zip.Entries, entry => entry.FullName.Contains($"{id}.jpg", StringComparison.Ordinal));
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task The_page_Classify_says_what_is_kept()
    {
        await using var window = await browser.OpenAsync(app.Address);
        await window.GoAsync();
        await Link(window, "What is stored and why").ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("What is stored and why");
        await Link(window, "Show my photos").ClickAsync();
        await Expect(window.Page.Locator(".empty")).ToContainTextAsync("No photos yet");
        Assert.Empty(window.Faults);
    }

    [Theory]
    [InlineData(Screen.Phone)]
    [InlineData(Screen.Desktop)]
    public async Task Pages_are_accessible_and_fit(Screen screen)
    {
        var width = screen == Screen.Phone ? 390 : 1280;
        var (window, ids) = await OpenWithAsync([], screen: screen);
        await using var open = window;
        await window.GoAsync("photos");
        await window.CheckInBothSchemesAsync($"photos-first-{width}");
        await window.GoAsync("privacy");
        await window.CheckInBothSchemesAsync($"privacy-{width}");

        foreach (var (name, photo) in Some(5))
            ids = [.. ids, await UploadAsync(window, name, photo)];
        await window.GoAsync($"photos/{ids[1]}");
        // Only an answer that the model is sure of has a Confirm button.
        var confirm = Button(window, "Confirm");
        await (await confirm.CountAsync() > 0 ? confirm : window.Page.Locator(".classes button").First).ClickAsync();
        await window.GoAsync($"photos/{ids[3]}");
        await Button(window, "Flag as wrong").ClickAsync();
        await Expect(window.Page.Locator(".history li")).ToHaveCountAsync(1);
        await window.GoAsync($"photos/{ids[3]}");
        await window.CheckInBothSchemesAsync($"photo-{width}");
        await window.GoAsync("photos");
        await window.CheckInBothSchemesAsync($"photos-{width}");
        await window.GoAsync("photos?show=corrected");
        await window.CheckInBothSchemesAsync($"photos-none-{width}");
        await window.GoAsync($"photos/{ids[0]}/erase");
        await window.CheckInBothSchemesAsync($"photo-erase-{width}");
        await window.GoAsync("photos/erase-all");
        await window.CheckInBothSchemesAsync($"photos-erase-all-{width}");
        await window.GoAsync("photos?erased=2&files=2&thumbnails=5&tasks=1&labels=2&versions=1,2&modelsCount=12");
        await window.AssertAccessibleAsync();
        Assert.Empty(window.Faults);
    }
}
