using System.Net;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Access;

/// <summary>People sign in with a name and a password, and out again, in several browsers and on several nodes.</summary>
public sealed class SessionTests : ServerTests
{
    private const string Me = "api/v1/me";

    private static readonly (string, string)[] Settings =
    [
        ("Jobs__Scheduled", "false"),
        ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
    ];

    [Fact]
    public async Task A_copied_cookie_is_worth_nothing_after_its_owner_has_signed_out()
    {
        await using var server = Host(Settings);
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var copied = ada.CopyCookies();
        Assert.Equal(HttpStatusCode.OK, await ReplayAsync(server.Address, copied));

        await ada.SignOutAsync();
        // What is left is the visitor, who may not do this.
        Assert.Equal(HttpStatusCode.Forbidden, await ReplayAsync(server.Address, copied));
        Assert.Equal(HttpStatusCode.Forbidden, await ada.StatusAsync(Me));
    }

    [Fact]
    public async Task A_browser_is_signed_out_on_every_node()
    {
        var database = await MigratedDatabase.TakeAsync();
        await using var one = Node("one", database);
        await using var two = Node("two", database);
        var office = await Person.InviteAsync(one.Address, "Ada", "Annotator");
        var home = new Person(two.Address);
        Assert.Equal(HttpStatusCode.SeeOther, (await home.SignInAsync("Ada")).Status);
        Assert.Equal(HttpStatusCode.OK, await home.StatusAsync(Me));

        var sessions = (await office.AskAsync(HttpMethod.Get, $"{Me}/sessions"))["items"]!.AsArray();
        Assert.Equal(2, sessions.Count);
        await office.AskAsync(HttpMethod.Delete, $"{Me}/sessions");
        await Waiting.UntilAsync(async () => await home.StatusAsync(Me) == HttpStatusCode.Forbidden);
        Assert.Equal(HttpStatusCode.OK, await office.StatusAsync(Me));
        Assert.Single((await office.AskAsync(HttpMethod.Get, $"{Me}/sessions"))["items"]!.AsArray());

        HostedServer Node(string name, string connectionString) =>
            new(
                new Dictionary<string, string>(Settings.Select(setting => KeyValuePair.Create(setting.Item1, setting.Item2)))
                {
                    ["GourmetGram__DataDirectory"] = Path.Combine(Folder, name),
                    ["Database__Provider"] = "PostgreSql",
                    ["Database__ConnectionString"] = connectionString,
                }
            );
    }

    [Fact]
    public async Task Nobody_ends_the_session_of_another_person()
    {
        await using var server = Host(Settings);
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var grace = await Person.InviteAsync(server.Address, "Grace", "Administrator");
        var session = (await ada.AskAsync(HttpMethod.Get, $"{Me}/sessions"))["items"]![0]!["id"]!.GetValue<Guid>();
        Assert.Equal(HttpStatusCode.NotFound, await grace.StatusAsync($"{Me}/sessions/{session}", HttpMethod.Delete));
        Assert.Equal(HttpStatusCode.OK, await ada.StatusAsync(Me));
    }

    [Fact]
    public async Task A_new_password_signs_all_other_browsers_out()
    {
        const string Other = "a longer sentence than before";
        await using var server = Host(Settings);
        var office = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var home = new Person(server.Address);
        await home.SignInAsync("Ada");

        var wrong = await office.PostAsync("account", "password", ("old", "not the password"), ("new", Other));
        Assert.Contains("your current password.", wrong.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await home.StatusAsync(Me));
        var changed = await office.PostAsync("account", "password", ("old", Person.Password), ("new", Other));
        Assert.Equal(HttpStatusCode.SeeOther, changed.Status);

        Assert.Equal(HttpStatusCode.OK, await office.StatusAsync(Me));
        await Waiting.UntilAsync(async () => await home.StatusAsync(Me) == HttpStatusCode.Forbidden);
        Assert.Contains("is wrong", (await home.SignInAsync("Ada")).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await home.SignInAsync("Ada", Other)).Status);
    }

    [Theory]
    [InlineData("Administrator1234567", "name is not a good password")]
    [InlineData("Corperfmonsy", "one of the most common ones")]
    [InlineData("abcabcabcabcabc", "repeats a few characters")]
    [InlineData("eleven char", "at least 12 characters")]
    public async Task A_password_that_is_guessed_first_is_refused(string password, string words)
    {
        await using var server = Host(Settings);
        var ada = await Person.InviteAsync(server.Address, "administrator1234567", "Annotator");
        var refused = await ada.PostAsync("account", "password", ("old", Person.Password), ("new", password));
        Assert.Contains(words, refused.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guesses_are_refused_alike_for_names_that_exist_and_names_that_do_not()
    {
        await using var server = Host(Settings);
        await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var words = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var name in new[] { "Ada", "Nobody" })
        {
            var stranger = new Person(server.Address);
            words[name] = [];
            for (var guess = 0; guess < 7; guess++)
                words[name].Add(ErrorOf((await stranger.SignInAsync(name, $"a wrong password {guess}")).Html));
        }

        Assert.Equal(words["Ada"], words["Nobody"]);
        Assert.All(words["Ada"][..5], error => Assert.StartsWith("The name or the password is wrong.", error, StringComparison.Ordinal));
        Assert.All(words["Ada"][5..], error => Assert.StartsWith("Too many attempts. Wait 15 minutes", error, StringComparison.Ordinal));

        // The right password does not help a stranger now.
        Assert.StartsWith(
            "Too many attempts.",
            ErrorOf((await new Person(server.Address).SignInAsync("Ada")).Html),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Somebody_who_guesses_cannot_lock_a_person_out_of_a_known_browser()
    {
        await using var server = Host(Settings);
        var known = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        await known.SignOutAsync();
        var stranger = new Person(server.Address);
        for (var guess = 0; guess < 6; guess++)
            await stranger.SignInAsync("Ada", "a wrong password");
        Assert.Equal(HttpStatusCode.SeeOther, (await known.SignInAsync("Ada")).Status);
        // A known browser may guess five times itself, no more.
        await known.SignOutAsync();
        for (var guess = 0; guess < 5; guess++)
            await known.SignInAsync("Ada", "a wrong password");
        Assert.StartsWith("Too many attempts.", ErrorOf((await known.SignInAsync("Ada")).Html), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guesses_at_the_same_time_count_too()
    {
        await using var server = Host(Settings);
        await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(guess => new Person(server.Address).SignInAsync("Ada", $"a wrong password {guess}"))
        );
        Assert.Equal(5, answers.Count(answer => answer.Html.Contains("The name or the password is wrong", StringComparison.Ordinal)));
        Assert.Equal(11, answers.Count(answer => answer.Html.Contains("Too many attempts", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Guesses_that_are_refused_leave_one_entry_that_says_so()
    {
        await using var server = Host(Settings);
        var admin = await Person.InviteAsync(server.Address, "Grace", "Administrator");
        var stranger = new Person(server.Address);
        for (var guess = 0; guess < 9; guess++)
            await stranger.SignInAsync("Grace", $"a wrong password {guess}");
        var entries = (await admin.AskAsync(HttpMethod.Get, "api/v1/audit?q=Failed"))["items"]!.AsArray();
        Assert.Equal(
            ["Failed to sign in too often", .. Enumerable.Repeat("Failed to sign in", 4)],
            entries.Select(entry => entry!["action"]!.GetValue<string>())
        );
        Assert.Equal(9, server.Output.Split("Failed sign-in from 127.0.0.1 as Grace").Length - 1);
    }

    private static async Task<HttpStatusCode> ReplayAsync(Uri server, string cookies)
    {
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = server };
        using var answer = await new AppClient(http).SendAsync(HttpMethod.Get, Me, content: null, ("Cookie", cookies));
        return answer.StatusCode;
    }

    private static string ErrorOf(string html)
    {
        const string start = "id=\"sign-in-error\">";
        var at = html.IndexOf(start, StringComparison.Ordinal);
        Assert.True(at >= 0, html);
        return html[(at + start.Length)..html.IndexOf('<', at + start.Length)].Trim();
    }
}
