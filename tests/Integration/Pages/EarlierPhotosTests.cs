using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests selecting earlier photos, and skipping photos that are waiting for a loop that is off.</summary>
public sealed class EarlierPhotosTests(BrowserFixture browser) : ServerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_loop_selects_stored_photos_and_skips_what_waited_while_it_was_off(bool scripts)
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await ChangeAsync("lowconfidence", new { settings = new { threshold = 0.0 } });
        await ChangeAsync("userfeedback", new { enabled = false });
        foreach (var drawing in new[] { "drawing-fried.jpg", "drawing-egg.jpg" })
            (await admin.FlagAsync((await admin.UploadAsync(Photos.Golden(drawing))).Id)).Dispose();
        await SelectAsync();
        Assert.Equal((0, 0), (await CountAsync("lowconfidence", "photos"), await CountAsync("userfeedback", "photos")));

        await using var window = await browser.OpenAsync(await server.ListeningAsync(), scripts: scripts);
        await window.BecomeAdministratorAsync(server);
        await ChangeAsync("lowconfidence", new { settings = new { threshold = 1.0 } });
        await window.GoAsync("loops?loop=lowconfidence");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Count earlier photos" }).ClickAsync();
        await window.SeesTextAsync("The loop would select 2 more of the 2 stored photos");
        Assert.Equal(0, await CountAsync("lowconfidence", "pending"));
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Select earlier photos" }).ClickAsync();
        await window.SeesTextAsync("2 photos are waiting to be selected");
        await SelectAsync();
        Assert.Equal(2, await CountAsync("lowconfidence", "photos"));
        await window.GoAsync("loops?loop=lowconfidence&earlier=true");
        await Expect(window.Page.Locator("#earlier")).ToContainTextAsync("The loop would select none of the 2 stored photos");

        await window.GoAsync("loops?loop=userfeedback");
        await Expect(window.Page.Locator("#earlier"))
            .ToContainTextAsync("2 photos are waiting to be selected when the loop is turned on again.");
        await window.AssertFitsAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Skip these photos" }).ClickAsync();
        await Expect(window.Page.Locator("#earlier form")).ToHaveCountAsync(0);
        await ChangeAsync("userfeedback", new { enabled = true });
        await SelectAsync();
        Assert.Equal(0, await CountAsync("userfeedback", "photos"));
        Assert.Empty(window.Faults);

        async Task ChangeAsync(string loop, object change)
        {
            using var answer = await admin.SendAsync(HttpMethod.Patch, $"api/v1/loops/{loop}", JsonContent.Create(change));
            answer.EnsureSuccessStatusCode();
        }

        async Task SelectAsync() => Assert.Equal("Completed", (string)(await admin.RunJobAsync("select-candidates"))["state"]!);

        async Task<int> CountAsync(string loop, string what) =>
            (int)(await admin.Http.GetFromJsonAsync<JsonObject>($"api/v1/loops/{loop}", Cancel))!["loop"]!["counts"]![what]!;
    }
}
