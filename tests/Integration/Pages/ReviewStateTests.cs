using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests that the review page shows every state without scrolling.</summary>
public sealed class ReviewStateTests(BrowserFixture browser) : ServerTests
{
    [Theory]
    [InlineData(Screen.Desktop, false)]
    [InlineData(Screen.Phone, true)]
    public async Task A_photo_that_is_late_missing_or_taken_is_told(Screen screen, bool dark)
    {
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await admin.FlagPhotosAsync(5);
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen, dark);
        await window.BecomeAdministratorAsync(server);

        // The first photo is still loading.
        var arrives = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await window.Page.RouteAsync(ReviewWindow.Photos, async route =>
        {
            await arrives.Task;
            await route.ContinueAsync();
        });
        await window.Page.GotoAsync("review/userfeedback", new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await window.SeesTextAsync("Loading the photo…");
        await window.Page.Keyboard.PressAsync("1");
        await window.CountsAsync(0);
        arrives.SetResult();
        await window.SeesPhotoAsync();
        await window.Page.UnrouteAsync(ReviewWindow.Photos);

        // A photo that can't be loaded can be skipped, but not labelled.
        await window.Page.RouteAsync(ReviewWindow.Photos, route => route.AbortAsync());
        await window.GoAsync("review/userfeedback");
        await window.SeesTextAsync("This photo can’t be shown");
        await window.SeesAsync(window.Page.GetByRole(AriaRole.Button, new() { Name = "Load the photo again" }));
        await Expect(window.Page.Locator("#decide button[name=class]").First).ToBeDisabledAsync();
        await window.SeesAsync(window.Page.Locator("#decide button[name=skip]"));
        await window.AssertFitsAsync();
        await window.AssertAccessibleAsync();
        await window.Page.Keyboard.PressAsync("1");
        await window.CountsAsync(0);
        await window.Page.UnrouteAsync(ReviewWindow.Photos);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Load the photo again" }).ClickAsync();
        await window.SeesPhotoAsync();

        // The photo is deleted while it is on the screen.
        (await admin.EraseAsync(await window.PhotoAsync())).Dispose();
        await window.Page.Keyboard.PressAsync("1");
        await window.SeesTextAsync("The photo was deleted in the meantime.");
        await window.CountsAsync(0);
        await window.SeesPhotoAsync();
        await window.AssertAccessibleAsync();

        // This account releases the task in another browser, and somebody else gets it.
        var lost = await window.TaskAsync();
        await TakeAsync(window, admin, lost);
        await window.Page.Keyboard.PressAsync("2");
        await window.SeesTextAsync("wasn’t saved.");
        await window.CountsAsync(0);
        await window.SeesPhotoAsync();

        // When no photo is left, the message stays until it is read, then the summary opens.
        for (var labelled = 1; labelled <= 3; labelled++)
        {
            await window.SeesPhotoAsync();
            await window.Page.Keyboard.PressAsync("3");
            if (labelled < 3)
                await window.CountsAsync(labelled);
        }

        await SeesEndAsync(window);
        await window.SeesTextAsync("1 photo is being reviewed by somebody else.");
        await window.AssertFitsAsync();
        await window.AssertAccessibleAsync();
        await window.ScreenshotAsync($"review-done-{(screen == Screen.Phone ? "phone-dark" : "desktop")}", fullPage: false);
        Assert.Empty(window.Faults);
    }

    [Theory]
    [InlineData(Screen.Desktop, true)]
    [InlineData(Screen.Phone, false)]
    public async Task A_photo_that_is_missing_or_taken_is_told_without_scripts(Screen screen, bool dark)
    {
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await admin.FlagPhotosAsync(3);
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen, dark, scripts: false);
        await window.BecomeAdministratorAsync(server);
        await window.ReviewAsync();

        await window.Page.RouteAsync(ReviewWindow.Photos, route => route.AbortAsync());
        await window.GoAsync("review/userfeedback");
        await window.SeesTextAsync("If the photo doesn’t appear");
        await window.Page.UnrouteAsync(ReviewWindow.Photos);
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "load it again" }).ClickAsync();
        await window.SeesPhotoAsync();

        (await admin.EraseAsync(await window.PhotoAsync())).Dispose();
        await window.Page.Locator("#decide button[name=class]").First.ClickAsync();
        await window.SeesTextAsync("That photo was deleted in the meantime. Your label wasn’t saved.");
        await window.SeesPhotoAsync();

        await window.Page.Locator("#decide button[name=class]").First.ClickAsync();
        await window.CountsAsync(1);
        // Somebody else gets the last photo, so there is no other to show.
        await TakeAsync(window, admin, await window.TaskAsync());
        await window.Page.Locator("#decide button[name=class]").First.ClickAsync();
        await window.SeesTextAsync("Your label wasn’t saved.");
        await window.SeesTextAsync("All caught up");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Show the summary" }).ClickAsync();
        await SeesEndAsync(window);
        await window.AssertFitsAsync();

        await window.GoAsync("review/userfeedback");
        await SeesEndAsync(window);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Undo the last label" }).ClickAsync();
        await window.SeesPhotoAsync();
        await window.CountsAsync(0);
    }

    [Theory]
    [InlineData(Screen.Desktop, false)]
    [InlineData(Screen.Phone, true)]
    public async Task The_end_of_the_queue_waits_for_new_photos(Screen screen, bool dark)
    {
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await admin.FlagPhotosAsync(1);
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen, dark);
        await window.BecomeAdministratorAsync(server);
        await window.ReviewAsync();
        await window.Page.Keyboard.PressAsync("2");
        await SeesEndAsync(window);
        await window.Page.EvaluateAsync("window.notReloaded = true");
        await admin.FlagPhotosAsync(2);
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }))
            .ToHaveTextAsync("2 photos are waiting. You labelled 1 photo today.");
        Assert.True(await window.Page.EvaluateAsync<bool>("window.notReloaded === true"), "The page was reloaded.");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Review 2" }).ClickAsync();
        await window.SeesPhotoAsync();
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task A_loop_that_is_labelled_elsewhere_says_so()
    {
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        using (
            var changed = await admin.SendAsync(HttpMethod.Patch, "api/v1/loops/userfeedback", JsonContent.Create(new { surface = "None" }))
        )
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        await window.GoAsync("review/userfeedback");
        await window.SeesTextAsync("This loop isn’t reviewed here");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Other loops" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Review");
        Assert.Empty(window.Faults);
    }

    private static async Task SeesEndAsync(BrowserWindow window)
    {
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("All caught up.");
        await window.SeesAsync(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }));
        await window.SeesTextAsync("New photos appear here automatically.");
    }

    /// <summary>Releases a task with the reviewer's account from another browser, and assigns it to an API client.</summary>
    private static async Task TakeAsync(BrowserWindow window, AppClient other, Guid task)
    {
        var released = await window.Page.Context.APIRequest.PostAsync($"api/v1/tasks/{task}/release");
        Assert.Equal(204, released.Status);
        using var taken = await other.SendAsync(HttpMethod.Post, "api/v1/loops/userfeedback/tasks/next", JsonContent.Create(new { task }));
        Assert.Equal(task, (await taken.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["id"]!.GetValue<Guid>());
    }

    private HostedServer StartServer() => Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
}
