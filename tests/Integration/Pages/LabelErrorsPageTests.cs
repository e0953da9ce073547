using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests the pages about the quality of labels: labels that may be wrong, and annotators.</summary>
public sealed class LabelErrorsPageTests(BrowserFixture browser) : ServerTests
{
    private const int Photos = 104;
    private const int Wrong = 4;

    [Theory]
    [InlineData(true, Screen.Desktop, false)]
    [InlineData(false, Screen.Phone, true)]
    public async Task An_administrator_keeps_changes_and_asks_again(bool scripts, Screen screen, bool dark)
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var address = await server.ListeningAsync();
        using var anonymous = new HttpClient { BaseAddress = address };
        var (visitor, admin) = (new AppClient(anonymous), AppClient.Administrator(new HttpClient { BaseAddress = address }));
        await using var window = await browser.OpenAsync(address, screen, dark, scripts);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("label-errors");
        await window.SeesTextAsync("No labels in this period");

        var settings = JsonContent.Create(new { settings = new { perWindow = 1000 } });
        using (var changed = await admin.SendAsync(HttpMethod.Patch, "api/v1/loops/randomsampled", settings))
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var predicted = "";
        for (var i = 0; i < Photos; i++)
            predicted = (await visitor.UploadAsync(Fixtures.Photos.New())).Class;
        Assert.Equal("Completed", (await admin.RunJobAsync("random-sampling"))["state"]!.GetValue<string>());
        var wrong = predicted == "Bread" ? "Rice" : "Bread";
        for (var i = 0; i < Photos; i++)
        {
            using var asked = await admin.SendAsync(HttpMethod.Post, "api/v1/loops/randomsampled/tasks/next");
            var task = (await asked.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
            var body = JsonContent.Create(new { @class = i < Wrong ? wrong : predicted });
            using var labelled = await admin.SendAsync(HttpMethod.Post, $"api/v1/tasks/{task["id"]}/label", body);
            Assert.Equal(HttpStatusCode.Created, labelled.StatusCode);
            if (i == 5)
            {
                await window.GoAsync("label-errors");
                await window.SeesTextAsync("94 more labels needed");
            }
        }

        await window.GoAsync("accuracy");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Do photos look different?" })).ToBeVisibleAsync();
        await Expect(window.Page.GetByText("not compared")).ToHaveCountAsync(2);
        await window.AssertFitsAsync();
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Labels that may be wrong" }).ClickAsync();
        var rows = window.Page.Locator(".suspects > li");
        await Expect(rows).ToHaveCountAsync(Wrong);
        await Expect(rows.First).ToContainTextAsync("Number 1");
        await Expect(rows.First).ToContainTextAsync("Random Sampling Review");
        await window.AssertFitsAsync();
        if (scripts)
            await window.AssertAccessibleAsync();
        await window.ScreenshotAsync($"label-errors-{(screen == Screen.Phone ? "phone-dark" : "desktop")}");

        await rows.First.GetByRole(AriaRole.Button, new() { Name = $"Keep {wrong}" }).ClickAsync();
        await window.SeesTextAsync("The label was kept. It isn’t listed again.");
        await Expect(rows).ToHaveCountAsync(Wrong - 1);
        await Expect(window.Page.GetByText("Of 1 label checked so far, 0 were changed.")).ToBeVisibleAsync();

        await rows.First.Locator($".row > button[value='{predicted}']").ClickAsync();
        await window.SeesTextAsync("The label was changed.");
        await Expect(rows).ToHaveCountAsync(Wrong - 2);
        await window.AssertFitsAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(Wrong - 1);
        await rows.First.Locator("summary").ClickAsync();
        await rows.First.GetByRole(AriaRole.Button, new() { Name = "None of these" }).ClickAsync();
        await window.SeesTextAsync("The label was changed.");
        await Expect(window.Page.GetByText("Of 2 labels checked so far, 1 was changed.")).ToBeVisibleAsync();

        // Somebody is faster in another tab.
        await using var tab = await window.OpenTabAsync();
        await tab.GoAsync("label-errors");
        await rows.First.GetByRole(AriaRole.Button, new() { Name = "Ask another person" }).ClickAsync();
        await window.SeesTextAsync("Another person is asked, without the model’s answer.");
        await Expect(rows).ToHaveCountAsync(Wrong - 3);
        await tab.Page.Locator(".suspects > li").First.GetByRole(AriaRole.Button, new() { Name = $"Keep {wrong}" }).ClickAsync();
        await tab.SeesTextAsync("Nothing was saved. This photo has no class as its label now");
        await rows.First.GetByRole(AriaRole.Button, new() { Name = "Ask another person" }).ClickAsync();
        await Expect(window.Page.GetByText("No label is suspected")).ToBeVisibleAsync();

        await window.Page.Locator(".segmented a", new() { HasText = "Checked" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(Wrong);
        await Expect(rows.First).ToContainTextAsync("Waits for a label");
        await Expect(rows.Last).ToContainTextAsync("Kept");
        await window.AssertFitsAsync();
        if (scripts)
            await window.AssertAccessibleAsync();

        await window.GoAsync("accuracy");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Annotators" }).ClickAsync();
        await window.SeesTextAsync("Too few photos with two answers.");
        await Expect(window.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await window.AssertFitsAsync();
        if (scripts)
            await window.AssertAccessibleAsync();
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task The_API_refuses_what_it_does_not_know()
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        var task = $"api/v1/monitoring/label-errors/{Guid.CreateVersion7(DateTimeOffset.UnixEpoch)}";
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync("keep", body: null));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync("ask-again", new { label = "Bread" }));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync("change", new { @class = "Bread" }));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync("change", new { answer = "None" }));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("change", new { }));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("change", new { @class = "Bread", why = "?" }));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync("keep", new { why = "?" }));

        async Task<HttpStatusCode> PostAsync(string action, object? body)
        {
            using var answer = await admin.SendAsync(HttpMethod.Post, $"{task}/{action}", body is null ? null : JsonContent.Create(body));
            return answer.StatusCode;
        }
    }
}
