using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>What people do to be known to a server.</summary>
internal static class Accounts
{
    /// <summary>Makes the first administrator of a server in a window: Ada.</summary>
    public static async Task BecomeAdministratorAsync(this BrowserWindow window, IServer server)
    {
        await window.GoAsync(await server.FirstAdministratorLinkAsync());
        await window.Page.GetByLabel("Name").FillAsync("Ada");
        await window.Page.GetByLabel("Password").FillAsync("correct horse battery staple");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Expect(window.Page.Locator(".account")).ToContainTextAsync("Ada");
    }
}
