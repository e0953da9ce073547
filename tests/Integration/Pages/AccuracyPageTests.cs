using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests the Accuracy page, the photos behind its numbers, and the Alerts page.</summary>
public sealed class AccuracyPageTests(BrowserFixture browser) : ServerTests
{
    [Theory]
    [InlineData(true, Screen.Desktop, false)]
    [InlineData(false, Screen.Phone, true)]
    public async Task The_estimate_its_reasons_and_its_photos_are_shown_and_more_can_be_drawn(bool scripts, Screen screen, bool dark)
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var address = await server.ListeningAsync();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = address });
        await using var window = await browser.OpenAsync(address, screen, dark, scripts);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("accuracy");
        await window.SeesTextAsync("No photos in closed sampling windows");

        await window.GoAsync("home");
        await window.SeesTextAsync("The first figure appears after 10 labels of the random sample.");
        await window.AssertFitsAsync();
        if (scripts)
            await window.AssertAccessibleAsync();

        await SampleAsync(admin, address, photos: 16, drawn: 12);
        await window.GoAsync("accuracy");
        await window.SeesTextAsync("10 more labels needed");
        await LabelAsync(admin, count: 12, none: 3);
        await window.GoAsync("accuracy");
        var accuracy = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/monitoring/accuracy", Cancel))!;
        var percent = Math.Round(100 * accuracy["estimate"]!.GetValue<double>());
        await Expect(window.Page.Locator(".hero .figure")).ToHaveTextAsync($"{percent}%");
        await window.AssertFitsAsync();
        if (scripts)
            await window.AssertAccessibleAsync();

        await window.GoAsync("home");
        await Expect(window.Page.Locator(".brief .figure")).ToHaveTextAsync($"{percent}%");
        await window.GoAsync("accuracy");

        // The number of photos behind a link is the number that the link says.
        var link = window.Page.Locator(".hero .status a").First;
        await Expect(link).ToHaveTextAsync("3");
        await link.ClickAsync();
        await Expect(window.Page.Locator(".tiles li")).ToHaveCountAsync(3);
        await window.AssertFitsAsync();
        if (scripts)
            await window.AssertAccessibleAsync();

        await window.GoAsync("accuracy");
        var yesterday = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-1);
        await window.Page.GetByLabel("As known on").FillAsync(yesterday.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Show", Exact = true }).ClickAsync();
        await window.SeesTextAsync("Only labels and draws that existed at the end of that day (UTC) count.");
        await window.SeesTextAsync("No photos in closed sampling windows");
        await window.AssertFitsAsync();
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Show what is known now" }).ClickAsync();
        await Expect(window.Page.Locator(".hero .figure")).ToHaveTextAsync($"{percent}%");

        await window.GoAsync("accuracy?labels=2");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Draw 2 photos to label" }).ClickAsync();
        await window.SeesTextAsync("2 photos were drawn.");
        var after = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/monitoring/accuracy", Cancel))!;
        Assert.Equal(2, after["pending"]!.GetValue<int>());

        await window.GoAsync("accuracy?from=2026-02-01&to=2026-01-01");
        await window.SeesTextAsync("The first day is after the last day.");
        await window.GoAsync("accuracy?modelVersion=none-such");
        await window.SeesTextAsync("There is no model version none-such.");
        await window.GoAsync("alerts");
        await window.SeesTextAsync("Nothing has been checked yet.");
        Assert.Equal("Completed", (await admin.RunJobAsync("evaluate-production"))["state"]!.GetValue<string>());
        Assert.Contains("gourmetgram_alert_state{", await admin.Http.GetStringAsync("metrics", Cancel), StringComparison.Ordinal);
        await window.GoAsync("alerts");
        await Expect(window.Page.Locator("tbody tr").First).ToBeVisibleAsync();
        await Expect(window.Page.Locator("tbody .span-bar").First).ToBeVisibleAsync();
        await window.AssertFitsAsync();
        if (scripts)
            await window.AssertAccessibleAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Send a test message" }).ClickAsync();
        await window.SeesTextAsync("No channel is configured.");
        Assert.Empty(window.Faults);
    }

    private static async Task SampleAsync(AppClient admin, Uri address, int photos, int drawn)
    {
        using var changed = await admin.SendAsync(
            HttpMethod.Patch,
            "api/v1/loops/randomsampled",
            JsonContent.Create(new { settings = new { perWindow = drawn } })
        );
        changed.EnsureSuccessStatusCode();
        using var http = new HttpClient { BaseAddress = address };
        var visitor = new AppClient(http);
        for (var i = 0; i < photos; i++)
            await visitor.UploadAsync(Photos.New());
        Assert.Equal("Completed", (await admin.RunJobAsync("random-sampling"))["state"]!.GetValue<string>());
    }

    private static async Task LabelAsync(AppClient admin, int count, int none)
    {
        for (var i = 0; i < count; i++)
        {
            using var asked = await admin.SendAsync(HttpMethod.Post, "api/v1/loops/randomsampled/tasks/next");
            var task = (await asked.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
            object body = i < none ? new { answer = "None" } : new { @class = "Egg" };
            using var labelled = await admin.SendAsync(HttpMethod.Post, $"api/v1/tasks/{task["id"]}/label", JsonContent.Create(body));
            labelled.EnsureSuccessStatusCode();
        }
    }
}
