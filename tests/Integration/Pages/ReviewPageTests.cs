using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Unit.TestModels;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>What annotators do on the review page, and what comes of it on the pages of loops and datasets.</summary>
public sealed class ReviewPageTests(BrowserFixture browser) : ServerTests
{
    private static readonly string[] Drawings = ["drawing-fried.jpg", "drawing-egg.jpg", "drawing-dessert.jpg", "drawing-noodles-2.jpg"];

    [Theory]
    [InlineData(Screen.Desktop, false)]
    [InlineData(Screen.Phone, true)]
    public async Task One_key_is_one_decision_and_what_is_decided_is_collected(Screen screen, bool dark)
    {
        await using var server = StartServer();
        var admin = await PrepareAsync(server, photos: 8, flag: true);
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen, dark);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("review");
        await window.AssertFitsAsync();
        await window.AssertAccessibleAsync();
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Review 8" }).ClickAsync();
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("0 of 8");
        await Expect(window.Page.Locator("[data-answer]")).ToContainTextAsync("Model says");
        await window.AssertFitsAsync();
        await window.AssertAccessibleAsync();

        // A class by its key, and the model's own class.
        await window.Page.Keyboard.PressAsync("1");
        await SavedAsync(window, 1);
        await window.Page.Locator("button.guess").ClickAsync();
        await SavedAsync(window, 2);
        await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync("Model agreed");
        await window.Page.Keyboard.PressAsync("s");
        await SavedAsync(window, 3);
        await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync("Skipped");
        await window.ScreenshotAsync($"review-{(screen == Screen.Phone ? "phone-dark" : "desktop")}", fullPage: false);

        // Two taken back: the photo that was skipped comes back last.
        var shown = await window.Page.Locator("input[name=task]").InputValueAsync();
        await window.Page.Keyboard.PressAsync("z");
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("2 of 8");
        await Expect(window.Page.Locator("input[name=task]")).Not.ToHaveValueAsync(shown);
        await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
        await window.Page.Keyboard.PressAsync("z");
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("1 of 8");

        await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);

        // A note, and no keys while it is written.
        await window.Page.Keyboard.PressAsync("n");
        await window.Page.Keyboard.TypeAsync("1 or 2, hard to tell");
        await Expect(window.Page.Locator("#note-text")).ToHaveValueAsync("1 or 2, hard to tell");
        await window.Page.Keyboard.PressAsync("Escape");
        for (var decided = 1; decided < 8; decided++)
        {
            await Expect(window.Page.Locator("#decide")).ToBeVisibleAsync();
            await window.Page.Keyboard.PressAsync("2");
            await SavedAsync(window, decided + 1);
        }

        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Nothing left to review" })).ToBeVisibleAsync();
        await window.AssertAccessibleAsync();

        Assert.Equal("Completed", (await admin.RunJobAsync("process-annotations"))["state"]!.GetValue<string>());
        await window.GoAsync("loops");
        var row = window.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "User Feedback Review" });
        await Expect(row.GetByText("labelled", new() { Exact = true }).Locator("..")).ToContainTextAsync("8");
        await window.AssertFitsAsync();
        await window.AssertAccessibleAsync();
        await window.ScreenshotAsync($"loops-{(screen == Screen.Phone ? "phone-dark" : "desktop")}");

        await window.GoAsync("datasets/userfeedback");
        await Expect(window.Page.Locator(".tiles li")).ToHaveCountAsync(8);
        await Expect(window.Page.GetByText("8 photos, the last one")).ToBeVisibleAsync();
        await window.AssertFitsAsync();
        await window.AssertAccessibleAsync();
        await window.Page.GetByText("Show the model against people").ClickAsync();
        await window.ScreenshotAsync($"datasets-{(screen == Screen.Phone ? "phone-dark" : "desktop")}");
        Assert.Empty(window.Faults);
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Every_decision_works_without_scripts(Screen screen)
    {
        await using var server = StartServer();
        var admin = await PrepareAsync(server, photos: 3, flag: true);
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen, scripts: false);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("review/userfeedback");
        await window.AssertFitsAsync();
        await window.Page.Locator("#decide button[name=class]").First.ClickAsync();
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("1 of 3");
        await window.Page.Locator("#decide button.skip").ClickAsync();
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("2 of 3");
        await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync("Skipped");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("1 of 3");
        await window.Page.Locator("#decide button[name=class]").Nth(1).ClickAsync();
        await window.Page.Locator("#decide button[name=class]").Nth(1).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Name = "Nothing left to review" })).ToBeVisibleAsync();

        await window.GoAsync("loops?loop=lowconfidence");
        await window.Page.GetByLabel("Select below").FillAsync("1.7");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        await Expect(window.Page.Locator(".error")).ToContainTextAsync("1.7 is too high. Enter a number from 0 to 1.");
        await Expect(window.Page.GetByLabel("Select below")).ToHaveValueAsync("1.7");
        await window.Page.GetByLabel("Select below").FillAsync("0.8");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Select below" })).ToContainTextAsync("Ada");
        await Expect(window.Page.GetByText("below 80%")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Blind_review_tells_nothing_before_the_decision_and_all_after()
    {
        await using var server = StartServer();
        var admin = await PrepareAsync(server, photos: 5, flag: false);
        Assert.Equal("Completed", (await admin.RunJobAsync("random-sampling"))["state"]!.GetValue<string>());
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        var seen = new List<string>();
        window.Page.Response += (_, response) => seen.Add(string.Join('\n', response.Headers.Select(header => header.Value)));
        await window.GoAsync("review/randomsampled");
        await Expect(window.Page.Locator("[data-answer]")).ToHaveTextAsync("The model’s answer is hidden until you decide");
        Assert.DoesNotContain("guess", await window.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.NotEmpty(seen);
        Assert.DoesNotContain(seen, headers => headers.Contains("class_", StringComparison.Ordinal));
        await window.Page.Keyboard.PressAsync("1");
        await SavedAsync(window, 1);
        await Expect(window.Page.Locator(".trail li small").First)
            .ToHaveTextAsync(
                new System.Text.RegularExpressions.Regex(
                    "Model (agreed|said .+)",
                    System.Text.RegularExpressions.RegexOptions.None,
                    TimeSpan.FromSeconds(1)
                )
            );
        await window.Page.Keyboard.PressAsync("z");
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("0 of 5");
        await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
        await window.Page.Keyboard.PressAsync("2");
        await SavedAsync(window, 1);
        Assert.Empty(window.Faults);
    }

    [Theory]
    [InlineData("link")]
    [InlineData("address")]
    [InlineData("close")]
    public async Task Leaving_the_page_gives_its_photos_back(string way)
    {
        await using var server = StartServer();
        var admin = await PrepareAsync(server, photos: 3, flag: true);
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("review/userfeedback");
        // Taken back, one photo stands before two others: all three are this window's.
        await window.Page.Keyboard.PressAsync("1");
        await SavedAsync(window, 1);
        await window.Page.Keyboard.PressAsync("z");
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("0 of 3");
        await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
        using (var none = await admin.SendAsync(HttpMethod.Post, "api/v1/loops/userfeedback/tasks/next"))
            Assert.Equal(System.Net.HttpStatusCode.NoContent, none.StatusCode);
        switch (way)
        {
            case "link":
                await window.Page.GetByRole(AriaRole.Link, new() { Name = "Done" }).ClickAsync();
                await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Review");
                break;
            case "address":
                await window.Page.GotoAsync("about:blank");
                break;
            default:
                await window.Page.CloseAsync(new() { RunBeforeUnload = true });
                break;
        }

        var given = new HashSet<Guid>();
        await Waiting.UntilAsync(async () =>
        {
            using var next = await admin.SendAsync(
                HttpMethod.Post,
                "api/v1/loops/userfeedback/tasks/next",
                JsonContent.Create(new { holding = given })
            );
            if (next.StatusCode == System.Net.HttpStatusCode.OK)
                given.Add((await next.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["id"]!.GetValue<Guid>());
            return given.Count == 3;
        });
    }

    [Fact]
    public async Task Decisions_wait_while_there_is_no_connection_and_none_is_lost()
    {
        await using var server = StartServer();
        var admin = await PrepareAsync(server, photos: 6, flag: true);
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        var loaded = new HashSet<string>();
        window.Page.RequestFinished += (_, request) =>
        {
            if (request.Url.EndsWith("/image?size=1280", StringComparison.Ordinal))
                loaded.Add(request.Url);
        };
        await window.GoAsync("review/userfeedback");
        await window.Page.Keyboard.PressAsync("1");
        await SavedAsync(window, 1);
        // The decided photo, the one on the screen, and the one after it are there.
        await Waiting.UntilAsync(() => Task.FromResult(loaded.Count == 3));
        await window.Page.Context.SetOfflineAsync(true);
        await window.Page.Keyboard.PressAsync("2");
        await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync("1 waits for the connection");
        await window.Page.Keyboard.PressAsync("3");
        await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync("Saving");
        await window.Page.Context.SetOfflineAsync(false);
        await SavedAsync(window, 3);
        await Expect(window.Page.Locator("#decide")).ToBeVisibleAsync();
        Assert.Equal(3, await LabelledAsync(admin));
    }

    [Fact]
    public async Task What_waits_is_sent_when_the_page_is_loaded_again_and_is_not_asked_again()
    {
        await using var server = StartServer();
        var admin = await PrepareAsync(server, photos: 4, flag: true);
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("review/userfeedback");
        // Somebody else answers in the server's place, as networks of hotels do.
        const string Decisions = "**/api/v1/tasks/*/label";
        await window.Page.RouteAsync(Decisions, route => route.FulfillAsync(
                new()
                {
                    Status = 200,
                    ContentType = "text/html",
                    Body = "<h1>Welcome</h1>",
                }
            ));
        var decided = new HashSet<string>();
        foreach (var key in new[] { "1", "2" })
        {
            decided.Add(await window.Page.Locator("input[name=task]").InputValueAsync());
            await window.Page.Keyboard.PressAsync(key);
            await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
        }

        await Expect(window.Page.Locator(".trail li").Nth(1)).ToContainTextAsync("for the connection");
        await window.Page.ReloadAsync();
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("2 of 4");
        await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
        Assert.DoesNotContain(await window.Page.Locator("input[name=task]").InputValueAsync(), decided);
        await window.Page.UnrouteAsync(Decisions);
        await SavedAsync(window, 2);
        await window.Page.Keyboard.PressAsync("3");
        await SavedAsync(window, 3);
        Assert.Equal(3, await LabelledAsync(admin));
    }

    [Fact]
    public async Task Any_number_is_taken_back_also_of_what_was_decided_before_the_page_was_loaded()
    {
        const int Count = 9;
        await using var server = StartServer();
        var admin = await PrepareAsync(server, Count, flag: true);
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("review/userfeedback");
        for (var decided = 1; decided <= Count; decided++)
        {
            await window.Page.Keyboard.PressAsync("1");
            await SavedAsync(window, decided);
        }

        for (var left = Count - 1; left >= 0; left--)
        {
            await window.Page.Keyboard.PressAsync("z");
            await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync($"{left} of {Count}");
            await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
            await Expect(window.Page.Locator("#decide")).ToBeVisibleAsync();
            // The first four that the page was drawn with are taken back: it is drawn again, with those before them.
            if (left == 3)
                await window.Page.WaitForURLAsync("**/review/userfeedback?task=*");
            if (left == 7)
            {
                Assert.Equal(6, await window.Page.Locator(".trail li").CountAsync());
                await window.Page.ReloadAsync();
            }
        }

        await Expect(window.Page.Locator(".trail li")).ToHaveCountAsync(0);
        await Expect(window.Page.Locator("[data-undo] button")).ToBeDisabledAsync();
        Assert.Equal(0, await LabelledAsync(admin));
        Assert.Empty(window.Faults);
    }

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Single_keys_can_be_switched_off_and_a_note_goes_with_a_skip(Screen screen)
    {
        await using var server = StartServer();
        await PrepareAsync(server, photos: 3, flag: true);
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("review/userfeedback");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Keys" }).ClickAsync();
        await window.AssertAccessibleAsync();
        await window.Page.GetByLabel("Use single keys").UncheckAsync();
        await window.Page.Keyboard.PressAsync("Escape");
        await window.Page.ReloadAsync();
        foreach (var key in new[] { "1", "s", "n", "x", "?" })
            await window.Page.Keyboard.PressAsync(key);
        await Expect(window.Page.Locator("[popover]:popover-open, .zoomed")).ToHaveCountAsync(0);
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("0 of 3");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Keys" }).ClickAsync();
        await window.Page.GetByLabel("Use single keys").CheckAsync();
        await window.Page.Keyboard.PressAsync("Escape");

        // Enlarged, the photo can be moved about, and its tools stay where they are.
        var zoom = window.Page.Locator("[data-zoom]");
        var before = await zoom.BoundingBoxAsync();
        await window.Page.Keyboard.PressAsync("x");
        await Expect(window.Page.Locator(".zoomed .frame")).ToBeFocusedAsync();
        Assert.True(
            await window.Page.EvaluateAsync<bool>(
                "() => { const frame = document.querySelector('.frame'); return frame.scrollWidth > frame.clientWidth }"
            )
        );
        var after = await zoom.BoundingBoxAsync();
        Assert.Equal((before!.X, before.Y), (after!.X, after.Y));
        await window.AssertAccessibleAsync();
        await window.Page.Keyboard.PressAsync("x");
        await Expect(window.Page.Locator(".zoomed")).ToHaveCountAsync(0);

        await window.Page.Keyboard.PressAsync("n");
        await window.Page.Keyboard.TypeAsync("too dark");
        await window.Page.Keyboard.PressAsync("Escape");
        var skip = await window.Page.RunAndWaitForRequestAsync(
            () => window.Page.Keyboard.PressAsync("s"),
            request => request.Url.EndsWith("/skip", StringComparison.Ordinal)
        );
        Assert.Equal("too dark", JsonNode.Parse(skip.PostData!)!["note"]!.GetValue<string>());
        await SavedAsync(window, 1);
        await Expect(window.Page.Locator("#note-text")).ToHaveValueAsync("");
        Assert.Empty(window.Faults);
    }

    [Theory]
    [InlineData(3, Screen.Desktop)]
    [InlineData(26, Screen.Desktop)]
    [InlineData(26, Screen.Phone)]
    public async Task A_model_of_any_number_of_classes_is_reviewed(int classes, Screen screen)
    {
        var labels = Enumerable.Range(1, classes).Select(i => $"Kind {i}").ToArray();
        var model = new TestModel { Labels = labels }.WriteTo(Path.Combine(Folder, "model"));
        await using var server = Start(
            ("Jobs__Scheduled", "false"),
            ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
            ("Model__Directory", model)
        );
        var admin = await PrepareAsync(server, photos: 3, flag: true);
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("review/userfeedback");
        await window.AssertFitsAsync();
        await window.AssertAccessibleAsync();
        await Expect(window.Page.Locator("#decide button[name=class]")).ToHaveCountAsync(classes);
        // The photo is not crowded out by its keys.
        Assert.True((await window.Page.Locator("[data-shown]").BoundingBoxAsync())!.Height > 200);
        await window.Page.Keyboard.PressAsync(classes < 20 ? "4" : "s");
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync(classes < 20 ? "0 of 3" : "1 of 3");
        var decided = classes < 20 ? 0 : 1;
        await window.Page.Keyboard.PressAsync(classes < 20 ? "3" : "p");
        await SavedAsync(window, decided + 1);
        await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync(classes < 20 ? "Kind 3" : "Kind 20");
        // The last class has no key when there are many, and is reached all the same.
        await window.Page.Locator("#decide button[name=class]").Last.ClickAsync();
        await SavedAsync(window, decided + 2);
        await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync($"Kind {classes}");
        Assert.Equal("Completed", (await admin.RunJobAsync("process-annotations"))["state"]!.GetValue<string>());
        Assert.Empty(window.Faults);
    }

    private static async Task<int> LabelledAsync(AppClient admin) =>
        (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/loops/userfeedback", Cancel))!["loop"]!["counts"]![
            "labelled"
        ]!.GetValue<int>();

    /// <summary>All decisions so far are acknowledged, and what comes next is on the screen.</summary>
    private static async Task SavedAsync(BrowserWindow window, int decided)
    {
        await Expect(window.Page.Locator("[data-count]"))
            .ToHaveTextAsync(
                new System.Text.RegularExpressions.Regex(
                    $"^{decided} of ",
                    System.Text.RegularExpressions.RegexOptions.None,
                    TimeSpan.FromSeconds(1)
                )
            );
        await Expect(window.Page.Locator(".trail small.wait")).ToHaveCountAsync(0);
        await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
    }

    private ServerProcess StartServer() => Start(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));

    /// <summary>Photos of a program, flagged perhaps, and looked at by the loops.</summary>
    private static async Task<AppClient> PrepareAsync(ServerProcess server, int photos, bool flag)
    {
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        for (var i = 0; i < photos; i++)
        {
            var photo = await admin.UploadAsync(
                Photos.WithSegment(Photos.Golden(Drawings[i % Drawings.Length]), 0xFE, BitConverter.GetBytes(i))
            );
            if (flag)
                (await admin.FlagAsync(photo.Id)).Dispose();
        }

        Assert.Equal("Completed", (await admin.RunJobAsync("select-candidates"))["state"]!.GetValue<string>());
        return admin;
    }
}
