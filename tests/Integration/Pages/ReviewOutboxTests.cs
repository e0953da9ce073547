using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>
/// Tests that no label is lost or stored twice between the review page and the server, and that undone labels stay undone.
/// </summary>
public sealed class ReviewOutboxTests(BrowserFixture browser) : ServerTests
{
    private const string Labels = "**/api/v1/tasks/*/label";

    [Theory]
    [InlineData(Screen.Desktop)]
    [InlineData(Screen.Phone)]
    public async Task Without_a_connection_labels_are_taken_back_in_the_browser(Screen screen)
    {
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await admin.FlagPhotosAsync(3);
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), screen);
        await window.BecomeAdministratorAsync(server);
        await window.LoadedAheadAsync(() => window.ReviewAsync());
        var (first, sent) = (await window.TaskAsync(), new List<string>());
        window.Page.Request += (_, request) =>
        {
            if (request.Method != "GET")
                sent.Add($"{request.Method} {request.Url}");
        };

        await window.Page.Context.SetOfflineAsync(true);
        await window.Page.Keyboard.PressAsync("1");
        await window.SeesTextAsync("1 label is stored in this browser and will be sent automatically.");
        await window.SeesPhotoAsync();
        Assert.NotEqual(first, await window.TaskAsync());
        await window.Page.Keyboard.PressAsync("2");
        await window.SeesTextAsync("2 labels are stored in this browser and will be sent automatically.");
        await window.SeesAsync(window.Page.GetByRole(AriaRole.Heading, new() { Name = "You’re offline." }));
        await window.Page.Keyboard.PressAsync("z");
        await window.Page.Keyboard.PressAsync("Control+z");
        await window.CountsAsync(0);
        await window.SeesPhotoAsync();
        Assert.Equal(first, await window.TaskAsync());
        await Expect(window.Trail).ToHaveCountAsync(0);
        Assert.Empty(sent);

        // Both photos are labelled again offline, and the labels are sent when the connection is back.
        await window.Page.Keyboard.PressAsync("3");
        await window.CountsAsync(1);
        await window.SeesPhotoAsync();
        await window.Page.Context.SetOfflineAsync(false);
        await window.SavedAsync(1);
        Assert.Equal(1, await admin.LabelledAsync());
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task What_may_have_reached_the_server_is_taken_back_there()
    {
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await admin.FlagPhotosAsync(3);
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        await window.LoadedAheadAsync(() => window.ReviewAsync());
        var task = await window.TaskAsync();

        // The server stores the label, but its answer is lost.
        var lost = 0;
        await window.Page.RouteAsync(Labels, async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync("connectionreset");
            Interlocked.Increment(ref lost);
        });
        await window.Page.Keyboard.PressAsync("1");
        await window.SeesTextAsync("The server isn’t responding.");
        Assert.Equal(1, await admin.LabelledAsync());
        await window.Page.Keyboard.PressAsync("z");
        await window.SeesPhotoAsync();
        Assert.Equal(task, await window.TaskAsync());
        await Waiting.UntilAsync(async () => await admin.LabelledAsync() == 0);

        // A label that is sent several times is stored once.
        var before = lost;
        await window.Page.Keyboard.PressAsync("2");
        await Waiting.UntilAsync(() => Task.FromResult(lost >= before + 2));
        await window.Page.UnrouteAsync(Labels);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Try now" }).ClickAsync();
        await window.SavedAsync(1);
        Assert.Equal(1, await admin.LabelledAsync());
        await window.Page.Keyboard.PressAsync("z");
        await window.SeesPhotoAsync();
        Assert.Equal(0, await admin.LabelledAsync());
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task A_server_that_never_answers_leaves_the_page_usable()
    {
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await admin.FlagPhotosAsync(4);
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        // Deadlines are divided by 50, so that the test is fast.
        await window.Page.AddInitScriptAsync(
            "const timeout = AbortSignal.timeout; AbortSignal.timeout = milliseconds => timeout.call(AbortSignal, milliseconds / 50)"
        );
        await window.BecomeAdministratorAsync(server);
        await window.LoadedAheadAsync(() => window.ReviewAsync());
        await window.Page.Keyboard.PressAsync("1");
        await window.SavedAsync(1);

        // Only GET requests get an answer.
        await window.Page.RouteAsync("**/api/v1/**", route => route.Request.Method == "GET" ? route.FallbackAsync() : Task.CompletedTask);
        await window.Page.Keyboard.PressAsync("z");
        await window.SeesTextAsync("Not undone. The server isn’t responding.");
        await Expect(window.Page.Locator(".stage[aria-busy=true]")).ToHaveCountAsync(0);
        await window.Page.Keyboard.PressAsync("2");
        await window.SeesTextAsync("1 label is stored in this browser and will be sent automatically.");
        await window.Page.Keyboard.PressAsync("z");
        await window.CountsAsync(1);
        await window.SeesPhotoAsync();
        await window.Page.Keyboard.PressAsync("2");
        await window.SeesTextAsync("Trying again in");
        await window.Page.UnrouteAsync("**/api/v1/**");
        await window.SavedAsync(2);
        Assert.Equal(2, await admin.LabelledAsync());
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Whatever_answers_in_place_of_the_server_no_label_is_lost()
    {
        const string Foreign = "The server can’t be reached through this network.";
        (int Status, string MediaType, string Words)[] answers =
        [
            (401, "application/problem+json", "You’re signed out."),
            (403, "application/problem+json", "Your account can’t review photos any more."),
            (403, "text/html", Foreign),
            (404, "text/html", Foreign),
            (404, "application/json", Foreign),
            (409, "text/plain", Foreign),
            (200, "text/html", Foreign),
            (200, "application/json", Foreign),
            (204, "", Foreign),
            (302, "text/html", Foreign),
            (408, "text/html", "The server has a problem (error 408)."),
            (429, "text/html", "The server is too busy."),
            (500, "application/problem+json", "The server has a problem (error 500)."),
            (502, "text/html", "The server has a problem (error 502)."),
            (503, "text/html", "The server is too busy."),
        ];
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await admin.FlagPhotosAsync(answers.Length + 2);
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), Screen.Phone);
        await window.BecomeAdministratorAsync(server);

        // One interception for the whole test: Chromium may let a request pass that starts right after an interception begins.
        RouteFulfillOptions? inPlace = null;
        await window.Page.RouteAsync(Labels, route => inPlace is { } answer ? route.FulfillAsync(answer) : route.ContinueAsync());
        foreach (var (index, (status, mediaType, words)) in answers.Index())
        {
            await window.LoadedAheadAsync(() => window.ReviewAsync());
            inPlace = new()
            {
                Status = status,
                ContentType = mediaType,
                Headers = status == 302 ? new Dictionary<string, string> { ["Location"] = "https://portal.example.org/" } : null,
                Body =
                    status == 204 ? null
                    : mediaType.EndsWith("json", StringComparison.Ordinal) ? "{}"
                    : "<h1>Hello</h1>",
            };
            await window.Page.Keyboard.PressAsync("1");
            await window.SeesTextAsync(words);
            await window.SeesTextAsync("1 label is stored in this browser and will be sent automatically.");
            await window.SeesAsync(window.Notice.GetByText(status == 401 ? "Sign in" : "Try now", new() { Exact = true }));
            await window.SeesPhotoAsync();
            await window.AssertFitsAsync();
            Assert.Equal(index, await admin.LabelledAsync());

            // The label survives a reload, and is sent when the server itself answers again.
            await window.Page.ReloadAsync();
            await window.CountsAsync(index + 1);
            await window.SeesTextAsync(words);
            inPlace = null;
            await window.SavedAsync(index + 1);
            await Expect(window.Notice).ToHaveCountAsync(0);
            Assert.Equal(index + 1, await admin.LabelledAsync());
        }

        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Two_tabs_and_a_closed_one_lose_nothing()
    {
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await admin.FlagPhotosAsync(8);
        await using var one = await browser.OpenAsync(await server.ListeningAsync());
        await one.BecomeAdministratorAsync(server);
        await one.LoadedAheadAsync(() => one.ReviewAsync());
        await using var two = await one.OpenTabAsync();
        // The server renders the first tab's photo, and the page replaces it with another immediately.
        await two.LoadedAheadAsync(() => two.ReviewAsync(), photos: 3);
        Assert.NotEqual(await one.TaskAsync(), await two.TaskAsync());

        await one.Page.Context.SetOfflineAsync(true);
        foreach (var window in new[] { one, two })
        {
            await window.Page.Keyboard.PressAsync("1");
            await window.SeesTextAsync("1 label is stored in this browser");
            await window.SeesPhotoAsync();
            await window.Page.Keyboard.PressAsync("2");
            await window.SeesTextAsync("2 labels are stored in this browser");
        }

        // Another page sends the labels of a closed tab.
        await one.Page.CloseAsync();
        await two.Page.CloseAsync();
        await one.Page.Context.SetOfflineAsync(false);
        await using var three = await one.OpenTabAsync();
        await three.GoAsync("loops");
        await Waiting.UntilAsync(async () => await admin.LabelledAsync() == 4);
        // The outcomes stay in the browser, so that a tab that comes back learns that its labels arrived.
        await Waiting.UntilAsync(() =>
            three.Page.EvaluateAsync<bool>(
                "Object.entries(localStorage).filter(([name]) => name.startsWith('gourmetgram.label.')).every(([, text]) => "
                    + "JSON.parse(text).outcome?.kind === 'done')"
            )
        );
        Assert.Empty(three.Faults);
    }

    [Fact]
    public async Task What_another_tab_has_sent_or_taken_back_is_not_sent_again()
    {
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await admin.FlagPhotosAsync(6);
        await using var one = await browser.OpenAsync(await server.ListeningAsync());
        await one.BecomeAdministratorAsync(server);
        await one.LoadedAheadAsync(() => one.ReviewAsync());

        // Only the first tab gets answers from a proxy. Its next attempt is minutes away, so it has to hear from the other tab.
        var busy = new RouteFulfillOptions
        {
            Status = 502,
            Body = "Bad gateway",
            Headers = new Dictionary<string, string> { ["Retry-After"] = "300" },
        };
        await one.Page.RouteAsync(Labels, route => route.FulfillAsync(busy));
        await one.Page.Keyboard.PressAsync("1");
        await one.SeesTextAsync("The server has a problem (error 502).");
        await using var two = await one.OpenTabAsync();
        await two.GoAsync("review");
        await Waiting.UntilAsync(async () => await admin.LabelledAsync() == 1);
        await Expect(one.Trail.First).ToContainTextAsync("Model");
        await one.SavedAsync(1);
        Assert.Equal(1, await admin.LabelledAsync());
        Assert.Empty(one.Faults);
        Assert.Empty(two.Faults);
    }

    [Theory]
    [InlineData("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError'); } })")]
    [InlineData("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }")]
    [InlineData("localStorage.setItem('gourmetgram.label.x.y', '{'); localStorage.setItem('gourmetgram.single-keys', '{')")]
    public async Task Storage_that_is_blocked_full_or_broken_stops_nothing(string script)
    {
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await admin.FlagPhotosAsync(4);
        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.Page.AddInitScriptAsync(script);
        await window.BecomeAdministratorAsync(server);
        await window.LoadedAheadAsync(() => window.ReviewAsync());
        await window.Page.Keyboard.PressAsync("1");
        await window.SavedAsync(1);
        await window.SeesPhotoAsync();

        await window.Page.Context.SetOfflineAsync(true);
        await window.Page.Keyboard.PressAsync("2");
        if (!script.Contains("label.x", StringComparison.Ordinal))
            await window.SeesTextAsync("1 label isn’t saved yet. Keep this page open.");
        await window.Page.Context.SetOfflineAsync(false);
        await window.SavedAsync(2);
        Assert.Equal(2, await admin.LabelledAsync());
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task A_label_is_stored_once_by_its_key_however_late_it_arrives()
    {
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = await server.ListeningAsync() });
        await admin.FlagPhotosAsync(1);
        var task = (await NextAsync())!;
        var classes = task["classes"]!.AsArray().Select(name => name!.GetValue<string>()).ToList();
        var id = task["id"]!.GetValue<Guid>();

        var first = await LabelAsync(classes[0], "key-one");
        var second = await LabelAsync(classes[1], "key-two");
        Assert.NotEqual(first["id"]!.GetValue<Guid>(), second["id"]!.GetValue<Guid>());
        // The first label arrives again late. It doesn't replace the second.
        Assert.Equal(first["id"]!.GetValue<Guid>(), (await LabelAsync(classes[0], "key-one"))["id"]!.GetValue<Guid>());
        Assert.Equal(second["id"]!.GetValue<Guid>(), (await LabelAsync(classes[1], "key-two"))["id"]!.GetValue<Guid>());

        // A label is undone by its key, twice. It isn't stored when it arrives later.
        for (var i = 0; i < 2; i++)
        {
            using var undone = await admin.SendAsync(HttpMethod.Delete, $"api/v1/tasks/{id}/labels/key-two");
            Assert.Equal(204, (int)undone.StatusCode);
        }

        await LabelAsync(classes[1], "key-two");
        Assert.Equal(0, await admin.LabelledAsync());
        Assert.Equal(id, (await NextAsync())!["id"]!.GetValue<Guid>());
        using var unknown = await admin.SendAsync(HttpMethod.Delete, $"api/v1/tasks/{id}/labels/never-sent");
        Assert.Equal(204, (int)unknown.StatusCode);

        async Task<JsonObject?> NextAsync()
        {
            using var next = await admin.SendAsync(HttpMethod.Post, "api/v1/loops/userfeedback/tasks/next");
            return await next.Content.ReadFromJsonAsync<JsonObject>(Cancel);
        }

        async Task<JsonObject> LabelAsync(string name, string key)
        {
            using var answer = await admin.SendAsync(
                HttpMethod.Post,
                $"api/v1/tasks/{id}/label",
                JsonContent.Create(new { @class = name }),
                ("Idempotency-Key", key)
            );
            Assert.Equal(201, (int)answer.StatusCode);
            return (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
        }
    }

    private HostedServer StartServer() => Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
}
