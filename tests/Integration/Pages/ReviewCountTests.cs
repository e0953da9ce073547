using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>Tests that every page shows the same number of photos to label, and explains the other photos.</summary>
public sealed class ReviewCountTests(BrowserFixture browser) : ServerTests
{
    [Fact]
    public async Task A_count_is_what_this_person_can_label_now()
    {
        var (server, other) = await StartAsync(votes: 2);
        await using var running = server;
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        await other.FlagPhotosAsync(5);
        await SeesAsync(window, 5, needsOthers: 0, withOthers: 0);

        // Somebody else is reviewing one photo.
        var taken = await NextAsync(other);
        await SeesAsync(window, 4, needsOthers: 0, withOthers: 1);

        // Two people label one photo differently, so a third person is asked.
        await window.ReviewAsync();
        await Expect(window.Page.Locator("[data-count]")).ToHaveTextAsync("0 of 4");
        var tied = await window.TaskAsync();
        await window.Page.Keyboard.PressAsync("1");
        await window.SavedAsync(1);
        var classes = taken["classes"]!.AsArray().Select(name => name!.GetValue<string>()).ToList();
        await LabelAsync(other, tied, classes[1]);
        await window.Page.Keyboard.PressAsync("1");
        await window.SavedAsync(2);
        await Waiting.UntilAsync(async () =>
        {
            await window.GoAsync("review");
            return await OpenAsync(window) == 2;
        });
        await SeesAsync(window, 2, needsOthers: 2, withOthers: 1);

        // After this person's last photo, no page offers another.
        await window.ReviewAsync();
        for (var labelled = 3; labelled <= 4; labelled++)
        {
            await window.SeesPhotoAsync();
            await window.Page.Keyboard.PressAsync("1");
            if (labelled < 4)
                await window.SavedAsync(labelled);
        }

        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }))
            .ToHaveTextAsync("All caught up. You labelled 4 photos today.");
        await window.SeesTextAsync("4 photos that you labelled need another opinion. 1 photo is being reviewed by somebody else.");
        await SeesAsync(window, 0, needsOthers: 4, withOthers: 1);
        await window.GoAsync("review/userfeedback");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("All caught up.");
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Repeats_of_a_photo_are_named_and_the_numbers_add_up()
    {
        var (server, admin) = await StartAsync(votes: 1);
        await using var running = server;
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        var photo = Photos.New();
        for (var i = 0; i < 3; i++)
            (await admin.FlagAsync((await admin.UploadAsync(photo)).Id)).Dispose();
        await admin.FlagPhotosAsync(2);

        var counts = await admin.CountsAsync();
        Assert.Equal(
            (5, 3, 3),
            (counts["selected"]!.GetValue<int>(), counts["photos"]!.GetValue<int>(), counts["waiting"]!.GetValue<int>())
        );
        await window.GoAsync("loops");
        await window.SeesTextAsync("Selected 5 times, including 2 repeats of the same photos.");
        await SeesAsync(window, 3, needsOthers: 0, withOthers: 0);
        await window.ReviewAsync();
        await window.Page.Keyboard.PressAsync("s");
        await window.SavedAsync(1);
        await window.Page.Locator("button.guess").ClickAsync();
        await window.SavedAsync(2);
        await window.GoAsync("loops");
        var row = window.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Photos that users flagged" });
        foreach (var (name, number) in new[] { ("photos", 3), ("waiting", 1), ("labelled", 1), ("skipped", 1) })
            await Expect(row.GetByText(name, new() { Exact = true }).Locator("..")).ToContainTextAsync($"{number}");
        await window.SeesTextAsync("1 of 1 labels agree with the model.");
        await Expect(window.Page.Locator("main svg.interval")).ToHaveCountAsync(0);
        Assert.DoesNotContain("%", await row.InnerTextAsync(), StringComparison.Ordinal);
    }

    /// <summary>Checks that the navigation, the pages Review and Loops and the summary show the same counts.</summary>
    private static async Task SeesAsync(BrowserWindow window, int open, int needsOthers, int withOthers)
    {
        string[] rest =
        [
            .. needsOthers == 0 ? Array.Empty<string>() : [$"{needsOthers} photos that you labelled need another opinion."],
            .. withOthers == 0 ? Array.Empty<string>() : ["1 photo is being reviewed by somebody else."],
        ];
        foreach (var path in new[] { "review", "loops", "review/userfeedback/done" })
        {
            await window.GoAsync(path);
            Assert.Equal(open, await OpenAsync(window));
            var main = window.Page.Locator("main");
            if (open > 0)
                await window.SeesAsync(
                    main.GetByText(
                        new System.Text.RegularExpressions.Regex(
                            $"^Review {open}",
                            System.Text.RegularExpressions.RegexOptions.None,
                            TimeSpan.FromSeconds(1)
                        )
                    ).First
                );
            await Expect(
                    main.GetByText(
                        new System.Text.RegularExpressions.Regex(
                            "^Review 0",
                            System.Text.RegularExpressions.RegexOptions.None,
                            TimeSpan.FromSeconds(1)
                        )
                    )
                )
                .ToHaveCountAsync(0);
            foreach (var words in rest)
                await Expect(main).ToContainTextAsync(words);
        }
    }

    /// <summary>Returns the count in the navigation of the current page; 0 when none is shown.</summary>
    private static async Task<int> OpenAsync(BrowserWindow window)
    {
        var link = window.Page.Locator(".rail a[href=review]");
        await Expect(link).ToBeVisibleAsync();
        var count = link.Locator(".count");
        return await count.CountAsync() == 0
            ? 0
            : int.Parse(await count.EvaluateAsync<string>("element => element.firstChild.textContent"));
    }

    /// <summary>Starts a server whose Low confidence loop is off, and creates a client for a second annotator.</summary>
    private async Task<(HostedServer Server, AppClient Other)> StartAsync(int votes)
    {
        var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var other = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        foreach (
            var (loop, change) in new (string, object)[] { ("lowconfidence", new { enabled = false }), ("userfeedback", new { votes }) }
        )
        {
            using var changed = await other.SendAsync(HttpMethod.Patch, $"api/v1/loops/{loop}", JsonContent.Create(change));
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        }

        return (server, other);
    }

    private static async Task<JsonObject> NextAsync(AppClient client)
    {
        using var next = await client.SendAsync(HttpMethod.Post, "api/v1/loops/userfeedback/tasks/next");
        return (await next.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
    }

    private static async Task LabelAsync(AppClient client, Guid task, string name)
    {
        using var answer = await client.SendAsync(HttpMethod.Post, $"api/v1/tasks/{task}/label", JsonContent.Create(new { @class = name }));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }
}
