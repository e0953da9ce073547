using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>What an administrator does on the page of jobs.</summary>
public sealed class JobsPageTests(BrowserFixture browser) : ServerTests
{
    [Theory]
    [InlineData(true, Screen.Desktop, false)]
    [InlineData(true, Screen.Phone, true)]
    [InlineData(false, Screen.Phone, false)]
    public async Task An_administrator_runs_pauses_and_schedules_a_job(bool scripts, Screen screen, bool dark)
    {
        await using var server = ServerProcess.Start(
            ServerProcess.Built,
            new Dictionary<string, string> { ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"), ["Jobs__Scheduled"] = "false" }
        );
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen, dark, scripts);
        await window.GoAsync("jobs");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("This page needs an account");

        await window.BecomeAdministratorAsync(server);

        if (screen == Screen.Phone)
            await window.Page.GetByRole(AriaRole.Button, new() { Name = "Menu" }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Jobs" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Jobs");
        await Expect(window.Page.GetByText("No runs yet.")).ToBeVisibleAsync();
        var row = window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Removes what expired" });

        await row.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await Waiting.UntilAsync(async () =>
        {
            await window.GoAsync("jobs");
            return (await row.InnerTextAsync()).Contains("Idle", StringComparison.Ordinal)
                && await window.Page.GetByText("by Ada").CountAsync() == 1;
        });
        await Expect(row.Locator("svg.spark")).ToHaveAttributeAsync("aria-label", "Last run, none failed");
        await Expect(row.Locator("svg.spark rect")).ToHaveCountAsync(1);

        await row.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Not planned");
        await row.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Idle");

        await row.GetByRole(AriaRole.Link, new() { Name = "Schedule" }).ClickAsync();
        var cron = window.Page.GetByLabel("Cron expression");
        await Expect(cron).ToHaveValueAsync("0 0/5 * * * ?");
        await cron.FillAsync("at three");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save schedule" }).ClickAsync();
        await Expect(window.Page.Locator(".error")).ToContainTextAsync("'at three' is no schedule");
        await Expect(cron).ToHaveValueAsync("at three");
        await AssertAccessibleAsync();
        await cron.FillAsync("0 0 3 * * ?");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Show next runs" }).ClickAsync();
        await Expect(window.Page.Locator("#schedule li")).ToHaveCountAsync(5);
        await Expect(window.Page.Locator("#schedule li").First).ToContainTextAsync("03:00:00");
        await Expect(row).Not.ToContainTextAsync("03:00:00");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save schedule" }).ClickAsync();
        await Expect(row).ToContainTextAsync("03:00:00");
        await AssertAccessibleAsync();
        await window.AssertFitsAsync();
        if (scripts)
            await window.ScreenshotAsync($"jobs-{(screen == Screen.Phone ? 390 : 1280)}-{(dark ? "dark" : "light")}");
        await window.Page.SetViewportSizeAsync(320, 700);
        await window.AssertFitsAsync();
        Assert.Empty(window.Faults);

        // What looks for faults is a script itself.
        Task AssertAccessibleAsync() => scripts ? window.AssertAccessibleAsync() : Task.CompletedTask;
    }
}
