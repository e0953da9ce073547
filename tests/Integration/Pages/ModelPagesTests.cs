using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests the pages about models, trainings and the pipeline.</summary>
public sealed class ModelPagesTests(BrowserFixture browser) : ServerTests
{
    [Theory]
    [InlineData(true, Screen.Desktop, false)]
    [InlineData(false, Screen.Phone, true)]
    public async Task An_administrator_trains_compares_promotes_and_rolls_back(bool scripts, Screen screen, bool dark)
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var address = await server.ListeningAsync();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = address });
        var suffix = screen == Screen.Phone ? "phone-dark" : "desktop";
        await using var window = await browser.OpenAsync(address, screen, dark, scripts);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("models");
        await ShowsAsync(window, "No model is newer than the champion.");
        await Expect(Button(window, "Roll back")).ToHaveCountAsync(0);
        await window.GoAsync("training");
        await ShowsAsync(window, "No trainings yet");
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Build a version" })).ToBeVisibleAsync();

        await TrainingWindows.SelectEveryPhotoAsync(admin);
        var labelled = await TrainingWindows.LabelAsync(admin, "Egg", "Noodles/Pasta");
        await window.GoAsync("pipeline");
        await ShowsAsync(window, "No runs yet.");
        await Button(window, "Run now").ClickAsync();
        await WaitsAsync(admin);
        await window.GoAsync("pipeline");
        await Expect(window.Page.Locator(".flow .chip", new() { HasText = "Waits for photos" })).ToBeVisibleAsync();
        await ShowsAsync(window, "0 photos of measuring windows are newer than its training");
        await Expect(window.Page.Locator(".flow > li")).ToHaveCountAsync(6);
        await Expect(window.Page.Locator(".flow")).ToContainTextAsync("Version 1");
        await CheckAsync(window, $"pipeline-{suffix}", scripts);
        await Button(window, "Stop the run").ClickAsync();
        await ShowsAsync(window, "Stopped at Gate");
        await window.Page.GetByLabel("Start at new labels").FillAsync("50");
        await window.Page.GetByLabel("A model that passes").SelectOptionAsync("true");
        await Button(window, "Save rules").ClickAsync();
        await window.SeesTextAsync("The rules were saved.");
        await Expect(window.Page.GetByLabel("Start at new labels")).ToHaveValueAsync("50");
        await Expect(window.Page.Locator(".flow")).ToContainTextAsync("A model that passes is promoted automatically.");

        await TrainOnceMoreAsync(window, admin);
        await CheckAsync(window, $"training-{suffix}", scripts);

        var models = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/models", Cancel))!["items"]!.AsArray();
        Assert.Equal(3, models.Count);
        var (first, champion) = (models[1]!["version"]!.GetValue<string>(), models[2]!["version"]!.GetValue<string>());
        await window.GoAsync($"photos/{labelled[0]}");
        await ShowsAsync(window, "May have trained");
        await Expect(window.Page.Locator(".facts")).ToContainTextAsync(first);

        await window.GoAsync("models");
        var row = window.Page.Locator("tbody tr", new() { HasText = $"Model {first} has not been compared" });
        await Expect(row.GetByRole(AriaRole.Button, new() { Name = $"Promote {first}" })).ToBeDisabledAsync();
        await Button(window, "Compare with the champion").First.ClickAsync();
        await Expect(window.Page.GetByText("cannot be judged: only")).Not.ToHaveCountAsync(0);
        await CheckAsync(window, $"models-{suffix}", scripts);

        await window.GoAsync($"models/{first}");
        await ShowsAsync(window, "Where it comes from");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "By class" })).ToBeVisibleAsync();
        await window.Page.GetByLabel("What the next person should know").FillAsync("Trained on four photos only.");
        await Button(window, "Save note").ClickAsync();
        await window.SeesTextAsync("The note was saved.");
        await Expect(window.Page.GetByLabel("What the next person should know")).ToHaveValueAsync("Trained on four photos only.");
        await Button(window, "Answer in shadow").ClickAsync();
        await ShowsAsync(window, "It answers live photos after");
        await admin.UploadAsync();
        await Waiting.UntilAsync(async () =>
            (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/models/shadow", Cancel))!["photos"]!.GetValue<int>() == 1
        );
        await window.GoAsync($"models/{first}");
        await ShowsAsync(window, "named alike");
        await Expect(Button(window, "Switch off")).ToBeVisibleAsync();
        await window.Page.Locator("summary", new() { HasText = "Promote anyway" }).ClickAsync();
        await CheckAsync(window, $"model-{suffix}", scripts);
        await window.Page.GetByLabel("Why the gate may be passed over").FillAsync("Too short   ");
        await Button(window, "Promote anyway").ClickAsync();
        await window.SeesTextAsync("Say in at least 10 characters why the gate may be passed over.");
        await window.Page.GetByLabel("Why the gate may be passed over").FillAsync("Judged by hand on 50 photos");
        await Button(window, "Promote anyway").ClickAsync();
        await window.SeesTextAsync("This model answers photos now.");
        await Expect(window.Page.Locator(".history")).ToContainTextAsync("“Judged by hand on 50 photos”");
        Assert.Equal(first, (await admin.UploadAsync()).Model.Version);
        await ShowsAsync(window, "until another model began to serve");

        await window.GoAsync("models");
        await window.Page.GetByLabel("Note").FillAsync("Names every soup Egg");
        await Button(window, "Roll back").ClickAsync();
        await window.SeesTextAsync($"Model {champion} answers photos now.");
        await Expect(window.Page.Locator(".history")).ToContainTextAsync("“Names every soup Egg”");
        Assert.Equal(champion, (await admin.UploadAsync()).Model.Version);

        await window.GoAsync("home");
        await Expect(window.Page.Locator("section", new() { HasText = $"Model {champion}" }).Last).ToContainTextAsync("champion");
        await window.GoAsync("privacy");
        await ShowsAsync(window, "How it improves the model");
        await window.AssertFitsAsync();
        Assert.Empty(window.Faults);
    }

    private static async Task TrainOnceMoreAsync(BrowserWindow window, AppClient admin)
    {
        await window.GoAsync("training");
        await ShowsAsync(window, "held-out accuracy");
        await window.Page.GetByLabel("Regularisation (L2)").FillAsync("much");
        await Button(window, "Start training").ClickAsync();
        await window.SeesTextAsync("“much” isn’t a number.");
        await window.Page.GetByLabel("Regularisation (L2)").FillAsync("");
        await Button(window, "Start training").ClickAsync();
        await Button(window, "Cancel training").ClickAsync();
        await StatesAsync(admin, "Cancelled", "Succeeded");
        await window.GoAsync("training");
        await Expect(window.Page.Locator("[data-live=run] .chip")).ToHaveTextAsync("Cancelled");
        await window.Page.GetByLabel("Regularisation (L2)").FillAsync("30");
        await Button(window, "Start training").ClickAsync();
        await StatesAsync(admin, "Succeeded", "Cancelled", "Succeeded");
        await window.GoAsync("training");
        await Expect(window.Page.Locator(".stats")).ToContainTextAsync("30");
        await Expect(window.Page.Locator("tbody .chip", new() { HasText = "Done" })).ToHaveCountAsync(2);
    }

    /// <summary>Waits until the trainings, newest first, have these states.</summary>
    private static Task StatesAsync(AppClient admin, params string[] states) =>
        Waiting.UntilAsync(async () =>
        {
            var runs = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/training-runs", Cancel))!["items"]!.AsArray();
            return runs.Select(run => run!["state"]!.GetValue<string>()).SequenceEqual(states);
        });

    private static async Task CheckAsync(BrowserWindow window, string screenshot, bool scripts)
    {
        await window.AssertFitsAsync();
        if (scripts)
            await window.AssertAccessibleAsync();
        await window.ScreenshotAsync(screenshot);
    }

    /// <summary>Waits until a text is on the page, wherever it is scrolled.</summary>
    private static Task ShowsAsync(BrowserWindow window, string text) => Expect(window.Page.GetByText(text).First).ToBeVisibleAsync();

    private static ILocator Button(BrowserWindow window, string name) => window.Page.GetByRole(AriaRole.Button, new() { Name = name });

    /// <summary>Waits until the run of the pipeline waits for photos.</summary>
    private static Task WaitsAsync(AppClient admin) =>
        Waiting.UntilAsync(async () =>
        {
            var pipeline = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/pipeline", Cancel))!;
            return pipeline["running"]?["message"]?.GetValue<string>() is { Length: > 0 };
        });
}
