using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests the pages about dataset versions.</summary>
public sealed class DatasetVersionsPageTests(BrowserFixture browser) : ServerTests
{
    [Theory]
    [InlineData(true, Screen.Desktop, false)]
    [InlineData(false, Screen.Phone, true)]
    public async Task An_administrator_builds_versions_and_sees_what_changed(bool scripts, Screen screen, bool dark)
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var address = await server.ListeningAsync();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = address });
        await using var window = await browser.OpenAsync(address, screen, dark, scripts);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("datasets");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Dataset versions" }).ClickAsync();
        await Expect(window.Page.GetByText("No versions yet")).ToBeVisibleAsync();
        await BuildAsync(window, admin);
        await Expect(window.Page.GetByText("There are no labelled photos in these loops.")).ToBeVisibleAsync();

        await TrainingWindows.SelectEveryPhotoAsync(admin);
        await TrainingWindows.LabelAsync(admin, "Egg");
        await BuildAsync(window, admin);
        await TrainingWindows.LabelAsync(admin, "Noodles/Pasta");
        await BuildAsync(window, admin);
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Version 2", Exact = true })).ToBeVisibleAsync();
        await window.AssertFitsAsync();
        if (scripts)
            await window.AssertAccessibleAsync();
        await window.ScreenshotAsync($"dataset-versions-{(screen == Screen.Phone ? "phone-dark" : "desktop")}");

        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Version 2", Exact = true }).ClickAsync();
        await Expect(window.Page.GetByText("Changed since the version before")).ToBeVisibleAsync();
        await Expect(window.Page.GetByText("0 removed, 0 with another class")).ToBeVisibleAsync();
        await window.Page.GetByText("Export").First.ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Hugging Face, zip" })).ToBeVisibleAsync();
        await window.AssertFitsAsync();
        if (scripts)
            await window.AssertAccessibleAsync();
        await window.ScreenshotAsync($"dataset-version-{(screen == Screen.Phone ? "phone-dark" : "desktop")}");
        Assert.Empty(window.Faults);
    }

    private static async Task BuildAsync(BrowserWindow window, AppClient admin)
    {
        await window.GoAsync("dataset-versions");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Build version" }).ClickAsync();
        await Waiting.UntilAsync(async () =>
        {
            var page = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/datasets/versions", Cancel))!;
            return page["items"]!.AsArray().All(version => version!["state"]!.GetValue<string>() != "Building");
        });
        await window.GoAsync("dataset-versions");
    }
}
