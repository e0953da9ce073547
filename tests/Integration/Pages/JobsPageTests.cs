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
        await using var server = Host(("Jobs__Scheduled", "false"));
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen, dark, scripts);
        await window.GoAsync("jobs");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("This page needs an account");

        await window.BecomeAdministratorAsync(server);

        if (screen == Screen.Phone)
            await window.Page.GetByRole(AriaRole.Button, new() { Name = "Menu" }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Jobs" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Jobs");
        await Expect(window.Page.GetByText("No runs yet.")).ToBeVisibleAsync();
        await Expect(window.Page.Locator("#schedule")).ToHaveCountAsync(0);
        var row = window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Deletes expired data" });

        await row.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await Waiting.UntilAsync(async () =>
        {
            // With scripts the page brings itself up to date.
            if (!scripts)
                await window.Page.GetByRole(AriaRole.Link, new() { Name = "Refresh" }).ClickAsync();
            return (await row.InnerTextAsync()).Contains("Waiting", StringComparison.Ordinal)
                && await window.Page.GetByText("by Ada").CountAsync() == 1;
        });
        await Expect(row.Locator("svg.spark")).ToHaveAttributeAsync("aria-label", "Last run, none failed");
        await Expect(row.Locator("svg.spark rect")).ToHaveCountAsync(1);

        await row.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Every 5 minutes, when resumed");
        await row.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Waiting");

        await row.GetByRole(AriaRole.Link, new() { Name = "Schedule" }).ClickAsync();
        var cron = window.Page.GetByLabel("Cron expression");
        await window.SeesTextAsync("Schedule of Housekeeping");
        await Expect(cron).ToHaveValueAsync("0 0/5 * * * ?");
        await cron.FillAsync("at three");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save schedule" }).ClickAsync();
        await window.SeesAsync(window.Page.Locator(".error", new() { HasText = "“at three” isn’t a valid schedule." }));
        await Expect(cron).ToBeFocusedAsync();
        await Expect(cron).ToHaveValueAsync("at three");
        await AssertAccessibleAsync();
        await cron.FillAsync("0 0 3 * * ?");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Show next runs" }).ClickAsync();
        await Expect(window.Page.Locator("#schedule li")).ToHaveCountAsync(5);
        // Times are the reader's, schedules are in UTC.
        await Expect(window.Page.Locator("#schedule li").First).ToContainTextAsync(scripts ? "04:00" : "03:00 UTC");
        await Expect(row).Not.ToContainTextAsync("Daily at 03:00 UTC");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save schedule" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Daily at 03:00 UTC");
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

    [Fact]
    public async Task The_page_follows_what_runs_and_disturbs_nobody()
    {
        await using var server = Host(("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey), ("Jobs__Scheduled", "false"));
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("jobs?schedule=housekeeping#schedule");
        await window.Page.EvaluateAsync("window.notReloaded = true");
        await window.Page.GetByLabel("Cron expression").FillAsync("0 0 4 * * ?");
        var button = window
            .Page.GetByRole(AriaRole.Row)
            .Filter(new() { HasText = "Store images" })
            .GetByRole(AriaRole.Button, new() { Name = "Run now" });
        await button.FocusAsync();

        // Somebody else runs the job.
        await admin.RunJobAsync("store-images");
        await Expect(window.Page.GetByText("by ApiKey:bootstrap")).ToHaveCountAsync(1);
        await Expect(button).ToBeFocusedAsync();
        await Expect(window.Page.GetByLabel("Cron expression")).ToHaveValueAsync("0 0 4 * * ?");

        // A server that is away is told, and the page catches up when it is back.
        await window.Page.RouteAsync("**/jobs?*", route => route.AbortAsync());
        await window.Page.EvaluateAsync("document.dispatchEvent(new Event('visibilitychange'))");
        await Expect(window.Page.GetByText("This page isn’t up to date.")).ToBeVisibleAsync();
        await window.Page.UnrouteAsync("**/jobs?*");
        await window.Page.EvaluateAsync("document.dispatchEvent(new Event('visibilitychange'))");
        await Expect(window.Page.GetByText("This page isn’t up to date.")).ToBeHiddenAsync();
        Assert.True(await window.Page.EvaluateAsync<bool>("window.notReloaded === true"), "The page was reloaded.");
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task What_has_ended_meanwhile_is_told_in_words()
    {
        await using var server = Host(("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey), ("Jobs__Scheduled", "false"));
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), scripts: false);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("jobs");
        // The page was drawn while a run ran that has ended since.
        var run = await admin.RunJobAsync("store-images");
        await window
            .Page.Locator("#act")
            .EvaluateAsync(
                "(form, run) => form.insertAdjacentHTML('beforeend', `<button name=cancel value=\"store-images/${run}\">Cancel that "
                    + "run</button>`)",
                run["id"]!.GetValue<string>()
            );
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel that run" }).ClickAsync();
        await window.SeesAsync(window.Page.GetByRole(AriaRole.Alert));
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Jobs");
    }
}
