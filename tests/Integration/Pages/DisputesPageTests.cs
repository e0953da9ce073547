using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests the Second opinions page.</summary>
public sealed class DisputesPageTests(BrowserFixture browser) : ServerTests
{
    /// <summary>Photos on one page of the list.</summary>
    private const int Shown = 20;

    [Fact]
    public async Task Photos_behind_the_first_page_are_opened_and_decided_there_and_the_end_leads_back()
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        using var loop = await admin.SendAsync(HttpMethod.Patch, "api/v1/loops/userfeedback", JsonContent.Create(new { votes = 2 }));
        loop.EnsureSuccessStatusCode();
        await admin.FlagPhotosAsync(Shown + 2);
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), scripts: false);
        await window.BecomeAdministratorAsync(server);
        for (var i = 0; i < Shown + 2; i++)
        {
            using var next = await admin.SendAsync(HttpMethod.Post, "api/v1/loops/userfeedback/tasks/next");
            var id = (string)(await next.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["id"]!;
            using var label = await admin.SendAsync(
                HttpMethod.Post,
                $"api/v1/tasks/{id}/label",
                JsonContent.Create(new { @class = "Bread" })
            );
            label.EnsureSuccessStatusCode();
            var other = await window.Page.Context.APIRequest.PostAsync(
                $"api/v1/tasks/{id}/label",
                new() { DataObject = new { @class = "Soup" } }
            );
            Assert.Equal(201, other.Status);
        }

        await window.GoAsync("disputes");
        await Expect(window.Page.Locator("tbody tr")).ToHaveCountAsync(Shown - 1);
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Oldest photos" })).ToHaveCountAsync(0);
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Newer photos" }).ClickAsync();
        await Expect(window.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Newer photos" })).ToHaveCountAsync(0);
        var first = await window.Page.Locator("input[name=task]").InputValueAsync();
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Open" }).ClickAsync();
        await Expect(window.Page.Locator("input[name=task]")).Not.ToHaveValueAsync(first);
        for (var left = 1; left >= 0; left--)
        {
            await window.Page.Locator(".decide button[value=Bread]").ClickAsync();
            await window.SeesTextAsync("Your decision was saved.");
            // When the last photo of this page is decided, the older photos are shown.
            await Expect(window.Page.Locator("tbody tr")).ToHaveCountAsync(left == 1 ? 0 : Shown - 1);
        }

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Newer photos" })).ToHaveCountAsync(1);
        Assert.Empty(window.Faults);
    }

    [Theory]
    [InlineData(true, Screen.Desktop, false)]
    [InlineData(false, Screen.Phone, true)]
    public async Task An_administrator_decides_where_people_disagree(bool scripts, Screen screen, bool dark)
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        using var loop = await admin.SendAsync(HttpMethod.Patch, "api/v1/loops/userfeedback", JsonContent.Create(new { votes = 2 }));
        loop.EnsureSuccessStatusCode();
        foreach (var drawing in new[] { "drawing-fried.jpg", "drawing-egg.jpg" })
            (await admin.FlagAsync((await admin.UploadAsync(Photos.Golden(drawing))).Id)).Dispose();
        Assert.Equal("Completed", (await admin.RunJobAsync("select-candidates"))["state"]!.GetValue<string>());

        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen, dark, scripts);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("disputes");
        await window.SeesTextAsync("No photo needs another opinion");
        for (var i = 0; i < 2; i++)
        {
            using var next = await admin.SendAsync(HttpMethod.Post, "api/v1/loops/userfeedback/tasks/next");
            var id = (string)(await next.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["id"]!;
            using var label = await admin.SendAsync(
                HttpMethod.Post,
                $"api/v1/tasks/{id}/label",
                JsonContent.Create(new { @class = "Bread", note = "Sliced." })
            );
            label.EnsureSuccessStatusCode();
        }

        await window.ReviewAsync();
        for (var i = 1; i <= 2; i++)
        {
            await window.Page.Locator("#decide button[value=Dessert]").ClickAsync();
            if (i == 2)
                await window.Page.WaitForURLAsync("**/done");
            else if (scripts)
                await window.SavedAsync(i);
        }

        await window.GoAsync("loops");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "2 need another opinion" }).ClickAsync();
        await Expect(window.Page.Locator(".votes li")).ToHaveCountAsync(2);
        await Expect(window.Page.Locator(".votes")).ToContainTextAsync("Sliced.");
        await Expect(window.Page.Locator(".voted")).ToHaveCountAsync(2);
        await Expect(window.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await window.AssertFitsAsync();
        if (scripts)
            await window.AssertAccessibleAsync();
        await window.ScreenshotAsync($"disputes-{(screen == Screen.Phone ? "phone-dark" : "desktop")}");
        if (scripts)
            await window.Page.Keyboard.PressAsync("3");
        else
            await window.Page.Locator(".decide button[value=Dessert]").ClickAsync();
        await window.SeesTextAsync("Your decision was saved.");
        await Expect(window.Page.Locator("table")).ToHaveCountAsync(0);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(window.Page.Locator("tbody tr")).ToHaveCountAsync(1);

        // With two tabs, the later decision on a photo counts.
        await using var tab = await window.OpenTabAsync();
        await tab.GoAsync("disputes");
        await window.Page.Locator(".decide button[value=Unusable]").ClickAsync();
        await window.SeesTextAsync("Your decision was saved.");
        await tab.Page.Locator(".decide button[value=Bread]").ClickAsync();
        await tab.SeesTextAsync("Your decision was saved.");
        var left = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/disputes", TestContext.Current.CancellationToken))![
            "items"
        ]!.AsArray();
        Assert.Single(left);
        await window.GoAsync("disputes");
        await window.Page.Locator(".decide button[value=None]").ClickAsync();
        await window.SeesTextAsync("No photo needs another opinion");
        Assert.Empty(window.Faults);
    }
}
