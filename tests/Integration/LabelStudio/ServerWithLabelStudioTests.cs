using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Pages;
using GourmetGram.Tests.LabelStudio;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.LabelStudio;

public sealed class WebhookWithTheDouble : WebhookTests
{
    private protected override async Task<ILabelStudioServer> StartAsync() =>
        await LabelStudioDouble.StartAsync(LabelStudioMode.AccessTokens123);
}

[OnARealLabelStudio]
public sealed class WebhookWithARealLabelStudio : WebhookTests
{
    private protected override async Task<ILabelStudioServer> StartAsync() => await RealLabelStudio.TakeAsync();
}

/// <summary>Label Studio calls the server.</summary>
public abstract class WebhookTests : ServerWithLabelStudioTests
{
    private protected abstract Task<ILabelStudioServer> StartAsync();

    [Fact]
    public async Task A_webhook_brings_a_label_to_the_dataset_within_seconds_and_the_doctor_looks_at_all()
    {
        await using var labelStudio = await StartAsync();
        var settings = SettingsFor(labelStudio);
        await using var server = ServerProcess.Start(ServerProcess.Built, settings);
        using var http = new HttpClient { BaseAddress = await server.ListeningAsync() };
        var admin = AppClient.Administrator(http);

        // Before a loop is handed out there, that is all there is to say.
        var idle = await CommandRun.ExpectAsync(0, settings, "doctor", "label-studio");
        Assert.Contains(
            "WARN   Settings: Label Studio is connected, but no loop uses it as its labelling tool.",
            idle.Output,
            StringComparison.Ordinal
        );

        using (
            var changed = await admin.SendAsync(
                HttpMethod.Patch,
                "api/v1/loops/lowconfidence",
                JsonContent.Create(new { surface = "LabelStudio", settings = new { threshold = 1 } })
            )
        )
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var photo = await admin.UploadAsync();
        foreach (var job in new[] { "select-candidates", "publish-tasks" })
            Assert.Equal("Completed", (await admin.RunJobAsync(job))["state"]!.GetValue<string>());
        // Publishing asks for the sync by itself.
        await Waiting.UntilAsync(() => Task.FromResult(labelStudio.AllTasks.Count == 1));
        await Waiting.UntilAsync(async () => (await StateAsync(admin))["syncedAt"] is not null);

        var found = await CommandRun.ExpectAsync(0, settings, "doctor", "label-studio");
        Assert.DoesNotContain("FAULT", found.Output, StringComparison.Ordinal);
        Assert.Contains("ok     Low Confidence Review: Photos load (127.0.0.1, image/jpeg).", found.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"ok     Token: "
                + $"The {(labelStudio.ApiKey.Contains('.', StringComparison.Ordinal) ? "personal access" : "legacy")} token is accepted",
            found.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("The webhook is active and has not been called yet.", found.Output, StringComparison.Ordinal);

        using (
            var stranger = await admin.SendAsync(
                HttpMethod.Post,
                "api/v1/label-studio/webhook",
                JsonContent.Create(new { action = "ANNOTATION_CREATED" }),
                ("X-GourmetGram-Secret", "guessed")
            )
        )
            Assert.Equal(HttpStatusCode.Forbidden, stranger.StatusCode);
        await labelStudio
            .NewPerson("Grace", "Hopper", "grace@example.com")
            .AnnotateAsync(labelStudio.AllTasks[0].Id, photo.Probabilities[0].Class);
        await Waiting.UntilAsync(async () =>
            (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/datasets/lowconfidence", Cancel))!["photos"]!.GetValue<int>() == 1
        );
        Assert.NotNull((await StateAsync(admin))["heardAt"]);

        var page = await admin.Http.GetStringAsync(new Uri("loops?doctor=true", UriKind.Relative), Cancel);
        Assert.Contains("In sync", page, StringComparison.Ordinal);
        Assert.Contains("The webhook last arrived at", page, StringComparison.Ordinal);

        if (labelStudio is not LabelStudioDouble mortal)
            return;
        await mortal.StopAsync();
        var down = await CommandRun.RunAsync(settings, "doctor");
        Assert.Equal(1, down.ExitCode);
        Assert.Contains("ok     write", down.Output, StringComparison.Ordinal);
        Assert.Contains("FAULT  Label Studio: Label Studio at", down.Output, StringComparison.Ordinal);
        Assert.Contains(
            "cannot be reached",
            (await CommandRun.RunAsync(settings, "doctor", "label-studio", "--fix")).Errors,
            StringComparison.Ordinal
        );
    }
}

/// <summary>What an administrator sees of it.</summary>
public sealed class LabelStudioPanelTests(BrowserFixture browser) : ServerWithLabelStudioTests
{
    [Theory]
    [InlineData(true, Screen.Desktop, false)]
    [InlineData(false, Screen.Phone, true)]
    public async Task An_administrator_hands_out_a_loop_looks_for_faults_and_puts_them_right(bool scripts, Screen screen, bool dark)
    {
        await using var labelStudio = await LabelStudioDouble.StartAsync(LabelStudioMode.Legacy123);
        await using var server = ServerProcess.Start(ServerProcess.Built, SettingsFor(labelStudio));
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen, dark, scripts);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("loops?loop=lowconfidence#settings");
        await window.Page.GetByLabel("Labelling tool").SelectOptionAsync("LabelStudio");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        var panel = window.Page.Locator("#label-studio");
        await Expect(panel).ToContainTextAsync("Waiting for the first sync");

        await panel.GetByRole(AriaRole.Link, new() { Name = "Check for problems" }).ClickAsync();
        await Expect(panel).ToContainTextAsync("The loop has no project in Label Studio yet.");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Repair projects" }).ClickAsync();
        await Expect(panel).ToContainTextAsync("offers the 11 classes of the model");
        await Expect(panel.GetByRole(AriaRole.Link, new() { Name = "1", Exact = true }))
            .ToHaveAttributeAsync("href", $"{labelStudio.Address}projects/1/");
        await window.AssertFitsAsync();
        if (scripts)
        {
            await window.AssertAccessibleAsync();
            await window.ScreenshotAsync("label-studio-desktop");
        }

        await labelStudio.StopAsync();
        await panel.GetByRole(AriaRole.Button, new() { Name = "Repair projects" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Alert)).ToContainTextAsync("cannot be reached");
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Label_Studio_with_photos_in_files_is_refused_with_words_and_is_no_reason_not_to_start()
    {
        await using var server = Start(
            ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
            ("LabelStudio__Url", "http://label-studio:8080"),
            ("LabelStudio__ApiKey", "0123456789")
        );
        using var http = new HttpClient { BaseAddress = await server.ListeningAsync() };
        var admin = AppClient.Administrator(http);
        using var refused = await admin.SendAsync(
            HttpMethod.Patch,
            "api/v1/loops/lowconfidence",
            JsonContent.Create(new { surface = "LabelStudio" })
        );
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(
            "Label Studio reads tasks from an S3 server, but ObjectStore:Provider is FileSystem",
            await refused.Content.ReadAsStringAsync(Cancel),
            StringComparison.Ordinal
        );
        var doctor = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/label-studio/doctor", Cancel))!;
        Assert.True(doctor["hasErrors"]!.GetValue<bool>());
        using var provision = await admin.SendAsync(HttpMethod.Post, "api/v1/label-studio/provision");
        Assert.Equal(HttpStatusCode.Conflict, provision.StatusCode);
    }
}

/// <summary>The whole server beside Label Studio, as an operator runs it: webhooks, command line, page.</summary>
public abstract class ServerWithLabelStudioTests : ServerTests
{
    private protected Dictionary<string, string> SettingsFor(ILabelStudioServer labelStudio)
    {
        var address = $"http://127.0.0.1:{FreePorts.Take()}";
        return new Dictionary<string, string>(S3Server.NewStore(), StringComparer.Ordinal)
        {
            ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"),
            ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
            ["GourmetGram__PublicUrl"] = address,
            ["ASPNETCORE_URLS"] = address,
            ["Jobs__Scheduled"] = "false",
            ["LabelStudio__Url"] = labelStudio.Address.ToString(),
            ["LabelStudio__ApiKey"] = labelStudio.ApiKey,
        };
    }

    protected static async Task<JsonNode> StateAsync(AppClient admin) =>
        (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/label-studio", Cancel))!["projects"]![0]!;
}
