using GourmetGram.Tests.Integration.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GourmetGram.Tests.Integration.Pages;

/// <summary>What becomes of photos when a visitor signs in, and what an account may do with photos of others.</summary>
public sealed class VisitorPhotosTests(BrowserFixture browser) : ServerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Photos_from_before_signing_in_are_offered_and_added_with_what_was_said_of_them(bool scripts)
    {
        await using var server = Host(("Jobs__Scheduled", "false"));
        await using var window = await browser.OpenAsync(await server.ListeningAsync(), scripts: scripts);
        await UploadAsync(window, scripts, 2);
        await window.BecomeAdministratorAsync(server);
        await window.SeesTextAsync("You uploaded 2 photos before signing in.");

        // Declined, the offer is gone but for the page where the photos are missed.
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Not now" }).ClickAsync();
        await Expect(window.Page.Locator(".visitor-photos")).ToHaveCountAsync(0);
        await window.GoAsync("photos");
        await Expect(window.Page.Locator(".empty")).ToContainTextAsync("No photos yet");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Add 2 photos" }).ClickAsync();
        await window.SeesTextAsync("2 photos were added to your account.");
        await Expect(window.Page.Locator(".tiles li")).ToHaveCountAsync(2);
        await Expect(window.Page.Locator(".tiles .chip.bad")).ToHaveTextAsync("Flagged as wrong");
        await Expect(window.Page.Locator(".visitor-photos")).ToHaveCountAsync(0);

        // They are the account's now, not the browser's.
        await window.Page.Locator(".tiles a").First.ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Delete this photo" })).ToHaveCountAsync(1);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await window.GoAsync("photos");
        await Expect(window.Page.Locator(".empty")).ToContainTextAsync("No photos yet");
        Assert.Empty(window.Faults);
    }

    [Theory]
    [InlineData("Annotator")]
    [InlineData("Manager")]
    public async Task Nobody_is_offered_what_the_role_may_not_do(string role)
    {
        await using var server = Host(("Jobs__Scheduled", "false"));
        await using var visitor = await browser.OpenAsync(await server.ListeningAsync());
        await UploadAsync(visitor, scripts: true, 1);
        var id = (await visitor.Page.Locator("article[id^=p-]").First.GetAttributeAsync("id"))![2..];

        await using var window = await browser.OpenAsync(await server.ListeningAsync());
        await window.BecomeAdministratorAsync(server);
        await window.GoAsync($"photos/{id}");
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Delete this photo" })).ToHaveCountAsync(1);
        await BecomeAsync(role, window);
        await window.GoAsync($"photos/{id}");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveCountAsync(1);
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Delete this photo" })).ToHaveCountAsync(0);
        Assert.Equal(404, (await window.Page.GotoAsync($"photos/{id}/erase"))!.Status);

        // Every page that the role reaches leads to pages that it may open.
        var (seen, open) = (
            new HashSet<string>(StringComparer.Ordinal),
            new Queue<string>(["", "photos", "review", "loops", "loops?loop=lowconfidence", $"photos/{id}"])
        );
        while (open.TryDequeue(out var path))
        {
            if (!seen.Add(path))
                continue;
            var answer = await window.Page.Context.APIRequest.GetAsync(
                path,
                new()
                {
                    Headers = new Dictionary<string, string> { ["Accept"] = "text/html", ["Sec-Fetch-Mode"] = "navigate" },
                }
            );
            Assert.True(
                answer.Status < 400 && !answer.Url.Contains("not-allowed", StringComparison.Ordinal),
                $"{path} answers {answer.Status} at {answer.Url}"
            );
            if (answer.Headers["content-type"].StartsWith("text/html", StringComparison.Ordinal))
            {
                foreach (var target in await TargetsAsync(window, path))
                    open.Enqueue(target);
            }
        }

        Assert.InRange(seen.Count, 8, 200);
    }

    /// <summary>Where links and forms of a page lead, relative to the first page.</summary>
    private static async Task<string[]> TargetsAsync(BrowserWindow window, string path)
    {
        await window.GoAsync(path);
        return await window.Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('a[href], form[action]')].map(element => new URL(element.getAttribute('href') ?? element.getAttribute('action'), document.baseURI))
              .filter(target => target.origin === location.origin).map(target => target.href.split('#')[0].slice(document.baseURI.length))
            """
        );
    }

    /// <summary>Invites a person, who goes on in the same window.</summary>
    private static async Task BecomeAsync(string role, BrowserWindow window)
    {
        await window.GoAsync("people");
        await window.Page.GetByLabel("Name").FillAsync("Grace");
        await window.Page.GetByLabel("Role").SelectOptionAsync(role);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Create link" }).ClickAsync();
        var link = Person.PathOf(await window.Page.Locator(".secret code").InnerTextAsync());
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await window.GoAsync(link);
        await window.Page.GetByLabel("Password").FillAsync(Person.Password);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Set password" }).ClickAsync();
        await Expect(window.Page.Locator(".account")).ToContainTextAsync("Grace");
    }

    /// <summary>Uploads photos and flags the first.</summary>
    private static async Task UploadAsync(BrowserWindow window, bool scripts, int count)
    {
        await window.GoAsync();
        await window.ChooseAsync([.. Enumerable.Range(1, count).Select(number => ClassifyWindow.New($"{number}.jpg"))]);
        if (!scripts)
            await window.Page.GetByRole(AriaRole.Button, new() { Name = "Classify photos" }).ClickAsync();
        await Expect(window.Results).ToHaveCountAsync(count);
        await window.Results.First.GetByRole(AriaRole.Button, new() { Name = "Flag as wrong" }).ClickAsync();
        await Expect(window.Results.First.Locator(".chip.person")).ToHaveTextAsync("Flagged");
    }
}
