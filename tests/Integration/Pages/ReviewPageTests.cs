using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Unit.TestModels;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests the review page, and how its labels appear on the pages of loops and datasets.</summary>
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
        await Expect(window.Page.Locator("[data-answer]")).ToContainTextAsync("Model: ");
        await window.AssertFitsAsync();
        await window.AssertAccessibleAsync();

        // Labels one photo by a class key, and one with the model's class.
        await window.Page.Keyboard.PressAsync("1");
        await window.SavedAsync(1);
        await window.Page.Locator("button.guess").ClickAsync();
        await window.SavedAsync(2);
        await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync("Model agrees");
        await window.Page.Keyboard.PressAsync("s");
        await window.SavedAsync(3);
        await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync("Skipped");
        await window.ScreenshotAsync($"review-{(screen == Screen.Phone ? "phone-dark" : "desktop")}", fullPage: false);

        // Undoes two decisions. The skipped photo appears last.
        var shown = await window.Page.Locator("input[name=task]").InputValueAsync();
        await window.Page.Keyboard.PressAsync("z");
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("2 of 8");
        await Expect(window.Page.Locator("input[name=task]")).Not.ToHaveValueAsync(shown);
        await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
        await window.Page.Keyboard.PressAsync("z");
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("1 of 8");

        await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);

        // Shortcuts are ignored while a note is written.
        await window.Page.Keyboard.PressAsync("n");
        await window.Page.Keyboard.TypeAsync("1 or 2, hard to tell");
        await Expect(window.Page.Locator("#note-text")).ToHaveValueAsync("1 or 2, hard to tell");
        await window.Page.Keyboard.PressAsync("Escape");
        for (var decided = 1; decided < 8; decided++)
        {
            await window.SeesPhotoAsync();
            await window.Page.Keyboard.PressAsync("2");
            if (decided < 7)
                await window.SavedAsync(decided + 1);
        }

        await window.SeesAsync(window.Page.GetByRole(AriaRole.Heading, new() { Name = "All caught up. You labelled 8 photos today." }));
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
        await window.SeesTextAsync("8 photos, the latest");
        await window.AssertFitsAsync();
        await window.AssertAccessibleAsync();
        await window.Page.GetByText("Compare the model’s answers with the labels").ClickAsync();
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
        await window.Page.Locator("#decide button[name=skip]").ClickAsync();
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("2 of 3");
        await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync("Skipped");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("1 of 3");
        await window.Page.Locator("#decide button[name=class]").Nth(1).ClickAsync();
        await window.Page.Locator("#decide button[name=class]").Nth(1).ClickAsync();
        await window.SeesAsync(window.Page.GetByRole(AriaRole.Heading, new() { Name = "All caught up. You labelled 3 photos today." }));

        await window.GoAsync("loops?loop=lowconfidence");
        await window.Page.GetByLabel("Select below").FillAsync("1.7");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        await window.SeesAsync(window.Page.Locator(".error", new() { HasText = "1.7 is too high. Enter a number from 0 to 1." }));
        await Expect(window.Page.GetByLabel("Select below")).ToBeFocusedAsync();
        await Expect(window.Page.GetByLabel("Select below")).ToHaveValueAsync("1.7");
        await window.Page.GetByLabel("Select below").FillAsync("0.8");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Save settings" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Select below" })).ToContainTextAsync("Ada");
        await window.SeesTextAsync("Settings saved.");
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
        await Expect(window.Page.Locator(".guess")).ToHaveCountAsync(0);
        Assert.NotEmpty(seen);
        Assert.DoesNotContain(seen, headers => headers.Contains("class_", StringComparison.Ordinal));
        await window.Page.Keyboard.PressAsync("1");
        await window.SavedAsync(1);
        await Expect(window.Page.Locator(".trail li small").First)
            .ToHaveTextAsync(
                new System.Text.RegularExpressions.Regex(
                    "Model( agrees|: .+)",
                    System.Text.RegularExpressions.RegexOptions.None,
                    TimeSpan.FromSeconds(1)
                )
            );
        await window.Page.Keyboard.PressAsync("z");
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("0 of 5");
        await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
        await window.Page.Keyboard.PressAsync("2");
        await window.SavedAsync(1);
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task A_blind_review_page_leads_nowhere_to_the_answer_and_reads_of_it_are_refused()
    {
        await using var server = StartServer();
        var admin = await PrepareAsync(server, photos: 3, flag: false);
        Assert.Equal("Completed", (await admin.RunJobAsync("random-sampling"))["state"]!.GetValue<string>());
        var ids = (await admin.ListAsync()).Items.Select(photo => photo.Id.ToString()).ToList();
        Assert.Equal(3, ids.Count);
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        var traffic = new System.Collections.Concurrent.ConcurrentQueue<Task<string>>();
        window.Page.Response += (_, response) => traffic.Enqueue(TextOfAsync(response));
        await window.ReviewAsync("randomsampled");
        await window.Page.Keyboard.PressAsync("x");
        await Expect(window.Page.Locator(".zoomed .frame")).ToBeFocusedAsync();
        await window.Page.Keyboard.PressAsync("x");
        // Skipped photos stay on the page, in the list of the last labels.
        await window.Page.Keyboard.PressAsync("s");
        await window.SavedAsync(1);
        await window.SeesPhotoAsync();
        await window.Page.ReloadAsync();
        await window.SeesPhotoAsync();
        await Expect(window.Trail).ToHaveCountAsync(1);
        var seen =
            string.Join('\n', await Task.WhenAll(traffic))
            + await window.Page.ContentAsync()
            + await window.Page.EvaluateAsync<string>("() => JSON.stringify({ ...localStorage, ...sessionStorage })");
        Assert.Contains("/image?size=1280", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(ids, id => seen.Contains(id, StringComparison.OrdinalIgnoreCase));

        // Two photos are assigned to this window. The skipped one may be read.
        var refused = 0;
        foreach (var id in ids)
        {
            var api = await FetchAsync($"api/v1/predictions/{id}");
            var page = await FetchAsync($"photos/{id}");
            Assert.Equal(api.Status, page.Status);
            if (api.Status != 409)
                continue;
            refused++;
            Assert.Contains("You are labelling this photo without seeing the model's answer.", api.Text, StringComparison.Ordinal);
            Assert.Contains("You are labelling this photo", page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("% sure", page.Text, StringComparison.Ordinal);
        }

        Assert.Equal(2, refused);

        // An error names neither the photo's place in the store nor the prediction.
        var task = await window.TaskAsync();
        foreach (
            var file in Directory.EnumerateFiles(
                Path.Combine(Folder, "data", "objects", "production"),
                "*.jpg",
                SearchOption.AllDirectories
            )
        )
            File.Delete(file);
        var missing = await FetchAsync($"api/v1/tasks/{task}/image");
        Assert.Equal(404, missing.Status);
        Assert.Contains("The photo was not found.", missing.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("class_", missing.Text, StringComparison.Ordinal);

        async Task<(int Status, string Text)> FetchAsync(string path)
        {
            var answer = await window.Page.EvaluateAsync<string[]>(
                "async path => { const answer = await fetch(new URL(path, document.baseURI)); return [String(answer.status), await "
                    + "answer.text()]; }",
                path
            );
            return (int.Parse(answer[0], System.Globalization.CultureInfo.InvariantCulture), answer[1]);
        }

        static async Task<string> TextOfAsync(IResponse response)
        {
            var type = await response.HeaderValueAsync("content-type") ?? "";
            var body =
                type.Contains("json", StringComparison.Ordinal) || type.Contains("html", StringComparison.Ordinal)
                    ? await response.TextAsync()
                    : "";
            return string.Join('\n', [response.Url, response.Request.PostData, .. response.Headers.Select(header => header.Value), body]);
        }
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
        await window.ReviewAsync();
        // After an undo, three photos are assigned to this window.
        await window.Page.Keyboard.PressAsync("1");
        await window.SavedAsync(1);
        await window.Page.Keyboard.PressAsync("z");
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("0 of 3");
        await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
        const string isHeld = """
            Object.keys(localStorage).some(key =>
              key.startsWith('gourmetgram.shown.') && JSON.parse(localStorage[key]).tasks.length === 3)
            """;
        await Waiting.UntilAsync(() => window.Page.EvaluateAsync<bool>(isHeld));
        using (var none = await admin.SendAsync(HttpMethod.Post, "api/v1/loops/userfeedback/tasks/next"))
            Assert.Equal(System.Net.HttpStatusCode.NoContent, none.StatusCode);
        switch (way)
        {
            case "link":
                await window.Page.GetByRole(AriaRole.Link, new() { Name = "Done" }).ClickAsync();
                await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("waiting");
                break;
            case "address":
                await window.Page.GotoAsync("about:blank");
                break;
            default:
                await window.Page.CloseAsync(new() { RunBeforeUnload = true });
                break;
        }

        await AllAreFreeAsync(admin, 3);
    }

    [Fact]
    public async Task Leaving_the_page_gives_a_photo_back_that_is_still_loading()
    {
        await using var server = StartServer();
        var admin = await PrepareAsync(server, photos: 2, flag: true);
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        // The first photo is shown; the second never arrives.
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var requests = 0;
        await window.Page.RouteAsync("**/image?size=1280", route =>
        {
            if (++requests == 1)
                return route.ContinueAsync();
            asked.TrySetResult();
            return Task.CompletedTask;
        });
        await window.ReviewAsync();
        await asked.Task.WaitAsync(Cancel);
        await window.Page.GotoAsync("about:blank");
        await AllAreFreeAsync(admin, 2);
    }

    /// <summary>Waits until another person is given all photos of the loop.</summary>
    private static async Task AllAreFreeAsync(AppClient other, int photos)
    {
        var given = new HashSet<Guid>();
        await Waiting.UntilAsync(async () =>
        {
            using var next = await other.SendAsync(
                HttpMethod.Post,
                "api/v1/loops/userfeedback/tasks/next",
                JsonContent.Create(new { holding = given })
            );
            if (next.StatusCode == System.Net.HttpStatusCode.OK)
                given.Add((await next.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["id"]!.GetValue<Guid>());
            return given.Count == photos;
        });
    }

    [Fact]
    public async Task Any_number_is_taken_back_also_of_what_was_decided_before_the_page_was_loaded()
    {
        const int Count = 9;
        await using var server = StartServer();
        var admin = await PrepareAsync(server, Count, flag: true);
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        await window.ReviewAsync();
        for (var labelled = 1; labelled <= Count; labelled++)
        {
            await window.SeesPhotoAsync();
            await window.Page.Keyboard.PressAsync("1");
            if (labelled < Count)
                await window.SavedAsync(labelled);
        }

        // The summary undoes the last label. The page undoes the others, including those from before it was rendered.
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Undo the last label" }).ClickAsync();
        for (var left = Count - 1; left >= 0; left--)
        {
            await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync($"{left} of {Count}");
            await window.SeesPhotoAsync();
            if (left == 6)
                await window.Page.ReloadAsync();
            if (left > 0)
                await window.Page.Keyboard.PressAsync("z");
        }

        await Expect(window.Page.Locator(".trail li")).ToHaveCountAsync(0);
        await Expect(window.Page.Locator("[data-undo] button")).ToBeDisabledAsync();
        Assert.Equal(0, await admin.LabelledAsync());
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
        await window.Page.GetByLabel("Use single-key shortcuts").UncheckAsync();
        await window.Page.Keyboard.PressAsync("Escape");
        await window.Page.ReloadAsync();
        foreach (var key in new[] { "1", "s", "n", "x", "?" })
            await window.Page.Keyboard.PressAsync(key);
        await Expect(window.Page.Locator("[popover]:popover-open, .zoomed")).ToHaveCountAsync(0);
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("0 of 3");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Keys" }).ClickAsync();
        await window.Page.GetByLabel("Use single-key shortcuts").CheckAsync();
        await window.Page.Keyboard.PressAsync("Escape");

        // The zoomed photo can be moved, and its tools stay in place.
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
        await window.SeesAsync(window.Page.GetByRole(AriaRole.Button, new() { Name = "Note added" }));
        var skip = await window.Page.RunAndWaitForRequestAsync(
            () => window.Page.Keyboard.PressAsync("s"),
            request => request.Url.EndsWith("/skip", StringComparison.Ordinal)
        );
        Assert.Equal("too dark", JsonNode.Parse(skip.PostData!)!["note"]!.GetValue<string>());
        await window.SavedAsync(1);
        await Expect(window.Page.Locator("#note-text")).ToHaveValueAsync("");
        await window.SeesAsync(window.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Note( n)?$") }));
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
        await using var server = Host(
            ("Jobs__Scheduled", "false"),
            ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
            ("Model__Directory", model)
        );
        var admin = await PrepareAsync(server, photos: 4, flag: true);
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen);
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync("review/userfeedback");
        await window.AssertFitsAsync();
        await window.AssertAccessibleAsync();
        await Expect(window.Page.Locator("#decide button[name=class]")).ToHaveCountAsync(classes);
        // The keys leave enough space for the photo.
        Assert.True((await window.Page.Locator("[data-shown]").BoundingBoxAsync())!.Height > 200);
        await window.Page.Keyboard.PressAsync(classes < 20 ? "4" : "s");
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync(classes < 20 ? "0 of 4" : "1 of 4");
        var decided = classes < 20 ? 0 : 1;
        await window.Page.Keyboard.PressAsync(classes < 20 ? "3" : "p");
        await window.SavedAsync(decided + 1);
        await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync(classes < 20 ? "Kind 3" : "Kind 20");
        // With many classes the last one has no key, but its button is reachable.
        await window.Page.Locator("#decide button[name=class]").Last.ClickAsync();
        await window.SavedAsync(decided + 2);
        await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync($"Kind {classes}");
        Assert.Equal("Completed", (await admin.RunJobAsync("process-annotations"))["state"]!.GetValue<string>());
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task None_of_these_and_cannot_tell_have_keys_and_are_counted_apart()
    {
        await using var server = StartServer();
        var admin = await PrepareAsync(server, photos: 3, flag: true);
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        await window.ReviewAsync();
        foreach (var (index, (key, words)) in new[] { ("w", "None of these"), ("e", "Can’t tell") }.Index())
        {
            await window.Page.Keyboard.PressAsync(key);
            await window.SavedAsync(index + 1);
            await Expect(window.Page.Locator(".trail li").First).ToContainTextAsync(words);
        }

        var counts = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/loops/userfeedback", TestContext.Current.CancellationToken))![
            "loop"
        ]!["counts"]!;
        Assert.Equal((1, 1, 1), ((int)counts["labelled"]!, (int)counts["none"]!, (int)counts["unusable"]!));
        Assert.Equal("Completed", (string)(await admin.RunJobAsync("process-annotations"))["state"]!);
        await window.GoAsync("review/userfeedback/done");
        await Expect(window.Page.Locator("dl.stats")).ToContainTextAsync("none of these");
        Assert.Empty(window.Faults);
    }

    private HostedServer StartServer() => Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));

    /// <summary>Uploads photos with an API key, flags them if asked to, and runs the loops.</summary>
    private static async Task<AppClient> PrepareAsync(HostedServer server, int photos, bool flag)
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
