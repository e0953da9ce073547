using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests how the first administrator opens the link in the log, creates an account and signs in.</summary>
public sealed class AccountPageTests(BrowserFixture browser) : ServerTests
{
    private const string Password = "correct horse battery staple";

    [Fact]
    public async Task The_link_in_the_log_makes_the_first_administrator_once()
    {
        await using var server = Host();
        var address = await server.ListeningAsync();
        var link = await server.FirstAdministratorLinkAsync();

        await using var window = await browser.OpenAsync(address);
        await window.GoAsync(link[..^4] + "0000");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("This link is not valid");

        await window.GoAsync(link);
        await window.Page.GetByLabel("Name").FillAsync("Ada");
        await window.Page.GetByLabel("Password").FillAsync("twelve chars");
        await window.AssertAccessibleAsync();
        await window.Page.GetByLabel("Password").FillAsync(Password);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Expect(window.Page.Locator(".account")).ToContainTextAsync("Ada");

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(window.Page.Locator("header")).ToContainTextAsync("Sign in");

        await window.GoAsync(link);
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("This link is not valid");

        await window.GoAsync("sign-in");
        await window.Page.GetByLabel("Name").FillAsync("Ada");
        await window.Page.GetByLabel("Password").FillAsync("not the password");
        await window.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(window.Page.Locator("#sign-in-error")).ToContainTextAsync("name or the password is wrong");
        await window.AssertAccessibleAsync();
        await window.Page.GetByLabel("Password").FillAsync(Password);
        await window.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(window.Page.Locator(".account")).ToContainTextAsync("Ada");
        Assert.Empty(window.Faults);
    }
}
