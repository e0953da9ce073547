using System.Text.RegularExpressions;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>What an administrator does on the pages of people, and a person on the page of the own account.</summary>
public sealed partial class PeoplePageTests(BrowserFixture browser) : ServerTests
{
    [Theory]
    [InlineData(Screen.Desktop, false, false)]
    [InlineData(Screen.Phone, true, true)]
    public async Task An_administrator_invites_promotes_and_deletes_a_person(Screen screen, bool dark, bool scripts)
    {
        await using var server = Host(("Jobs__Scheduled", "false"));
        await using var window = await browser.OpenAsync(server.Address, screen, dark, scripts);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("people");
        await window.Page.GetByLabel("Name").FillAsync("Grace");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Create link" }).ClickAsync();
        await window.SeesAsync(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Link for Grace" }));
        var link = LinkText().Match(await window.Page.Locator(".secret code").InnerTextAsync()).Value;
        await Expect(window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Grace" })).ToContainTextAsync("Invited");
        await CheckAsync();
        await window.ScreenshotAsync($"people-{Suffix(screen)}");

        // The same name again is refused where it was typed.
        await window.Page.GetByLabel("Name").FillAsync("Grace");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Create link" }).ClickAsync();
        await window.SeesTextAsync("The account Grace already exists.");

        // Grace uses the link in a browser of her own.
        await using var hers = await browser.OpenAsync(server.Address, screen, dark, scripts);
        await hers.GoAsync(link);
        await hers.Page.GetByLabel("Password").FillAsync("correct horse battery staple");
        await hers.Page.GetByRole(AriaRole.Button, new() { Name = "Set password" }).ClickAsync();
        await Expect(hers.Page.Locator(".account")).ToContainTextAsync("Grace");

        await window.GoAsync("people");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Grace", Exact = true }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Grace");
        await window.Page.GetByLabel("Role").SelectOptionAsync("Manager");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Change role" }).ClickAsync();
        await Expect(window.Page.Locator(".page-head")).ToContainTextAsync("Manager, active");
        await CheckAsync();
        await window.ScreenshotAsync($"person-{Suffix(screen)}");
        await window.Page.GetByText("Delete this account").ClickAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Delete Grace" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("People");
        await Expect(window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Grace" })).ToHaveCountAsync(0);

        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Audit log" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Deleted an account" })).ToContainTextAsync("Ada");
        await window.Page.GetByLabel("What").SelectOptionAsync("SignIn");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Show entries" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Deleted an account" })).ToHaveCountAsync(0);
        await Expect(window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Signed in" })).ToHaveCountAsync(2);
        await CheckAsync();
        await window.ScreenshotAsync($"audit-{Suffix(screen)}");
        Assert.Empty(window.Faults);

        async Task CheckAsync()
        {
            await window.AssertFitsAsync();
            // The checker is a script itself.
            if (scripts)
                await window.AssertAccessibleAsync();
        }
    }

    [Theory]
    [InlineData(Screen.Desktop, false, true)]
    [InlineData(Screen.Phone, true, false)]
    public async Task A_person_creates_a_key_and_signs_another_browser_out(Screen screen, bool dark, bool scripts)
    {
        await using var server = Host(("Jobs__Scheduled", "false"));
        await using var window = await browser.OpenAsync(server.Address, screen, dark, scripts);
        await window.BecomeAdministratorAsync(server);
        var elsewhere = new Person(server.Address);
        await elsewhere.SignInAsync("Ada");
        await window.GoAsync("account");
        await window.Page.GetByLabel("Name of the new key").FillAsync("canteen app");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await window.SeesTextAsync("Copy this key now. It is not shown again.");
        await Expect(window.Page.Locator(".secret code")).ToContainTextAsync("gg_");
        await window.AssertFitsAsync();
        if (scripts)
            await window.AssertAccessibleAsync();
        await window.ScreenshotAsync($"account-{Suffix(screen)}");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke canteen app" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "canteen app" })).ToContainTextAsync("Revoked");

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out Unknown browser" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Unknown browser" })).ToHaveCountAsync(0);
        await Waiting.UntilAsync(async () => await elsewhere.StatusAsync("api/v1/me") != System.Net.HttpStatusCode.OK);
        Assert.Empty(window.Faults);
    }

    private static string Suffix(Screen screen) => screen == Screen.Phone ? "phone-dark" : "desktop";

    [GeneratedRegex("set-password.*")]
    private static partial Regex LinkText();
}
