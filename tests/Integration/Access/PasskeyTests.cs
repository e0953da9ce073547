using System.Net;
using System.Text.RegularExpressions;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Access;

/// <summary>People add passkeys and sign in with them. How browsers do it is tested in <c>PasskeyPageTests</c>.</summary>
public sealed partial class PasskeyTests : ServerTests
{
    private const string Me = "api/v1/me";
    private const string Refused = "This passkey was not accepted.";

    private static readonly (string, string)[] Settings =
    [
        ("Jobs__Scheduled", "false"),
        ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
    ];

    private readonly SoftwareKey key = new();

    [Fact]
    public async Task A_passkey_is_added_with_the_password_signs_in_with_two_factors_and_is_removed()
    {
        await using var server = Host([.. Settings, ("SecondFactor__RequiredFor", "Everybody")]);
        var ada = await Person.InviteAsync(server.Address, "Ada", "Administrator");
        var wrong = await AddAsync(server, ada, password: "not the password");
        Assert.Contains("your current password", wrong.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await AddAsync(server, ada)).Status);
        Assert.Contains("work laptop", (await ada.OpenAsync("account")).Html, StringComparison.Ordinal);
        // The password alone is not enough for this role.
        Assert.Equal(HttpStatusCode.Forbidden, await ada.StatusAsync("api/v1/loops"));

        var home = new Person(server.Address);
        Assert.Equal(HttpStatusCode.SeeOther, (await SignInAsync(server, home)).Status);
        Assert.Equal("Ada", (await home.AskAsync(HttpMethod.Get, Me))["name"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.OK, await home.StatusAsync("api/v1/loops"));
        Assert.Contains("Ada signed in from 127.0.0.1", server.Output, StringComparison.Ordinal);
        var entries = (await home.AskAsync(HttpMethod.Get, "api/v1/audit"))["items"]!
            .AsArray()
            .Select(entry => $"{entry!["who"]}: {entry["action"]} {entry["subject"]}")
            .ToList();
        Assert.Contains("Ada: Added a passkey work laptop", entries);
        Assert.Equal(2, entries.Count(entry => entry.StartsWith("Ada: Signed in", StringComparison.Ordinal)));

        var shown = await home.OpenAsync("account");
        Assert.DoesNotContain(">Never<", shown.Html, StringComparison.Ordinal);
        await home.PostAsync("account", "act", ("no-passkey", PasskeyId().Match(shown.Html).Groups[1].Value));
        Assert.Contains(Refused, (await SignInAsync(server, new Person(server.Address))).Html, StringComparison.Ordinal);
        Assert.Contains("Failed sign-in from 127.0.0.1 as an unknown name", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_for_another_origin_without_verification_repeated_or_old_are_refused()
    {
        var clock = new ShiftedClock();
        await using var server = Host(clock, Settings);
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        await AddAsync(server, ada);
        var home = new Person(server.Address);
        var page = PasskeyPage.In((await home.OpenAsync("sign-in")).Html);
        Assert.Contains(Refused, await AnswerAsync("https://evil.example"), StringComparison.Ordinal);
        key.IsVerified = false;
        Assert.Contains(Refused, await AnswerAsync(OriginOf(server)), StringComparison.Ordinal);
        key.IsVerified = true;
        using (var other = new SoftwareKey())
        {
            other.Create(PasskeyPage.In((await ada.OpenAsync("account")).Html).Options, OriginOf(server));
            var forged = await PostAsync(home, other.Sign(page.Options, OriginOf(server)), page.State);
            Assert.Contains(Refused, forged.Html, StringComparison.Ordinal);
        }

        var right = key.Sign(page.Options, OriginOf(server));
        Assert.Equal(HttpStatusCode.SeeOther, (await PostAsync(home, right, page.State)).Status);
        // Somebody who has seen the answer repeats it. This key has no counter that would tell.
        var thief = new Person(server.Address);
        Assert.Contains(Refused, (await PostAsync(thief, right, page.State)).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, await thief.StatusAsync(Me));

        page = PasskeyPage.In((await thief.OpenAsync("sign-in")).Html);
        clock.Shift = TimeSpan.FromMinutes(61);
        Assert.Contains(Refused, await AnswerAsync(OriginOf(server)), StringComparison.Ordinal);
        // A challenge for creating a passkey is none for signing in.
        page = PasskeyPage.In((await ada.OpenAsync("account")).Html);
        page.Options["rpId"] = "127.0.0.1";
        Assert.Contains(Refused, await AnswerAsync(OriginOf(server)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await SignInAsync(server, thief)).Status);

        async Task<string> AnswerAsync(string origin) =>
            (await PostAsync(new Person(server.Address), key.Sign(page.Options, origin), page.State)).Html;
    }

    [Fact]
    public async Task A_passkey_is_added_only_to_the_account_that_it_was_created_for()
    {
        await using var server = Host(Settings);
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var eve = await Person.InviteAsync(server.Address, "Eve", "Annotator");
        var page = PasskeyPage.In((await eve.OpenAsync("account")).Html);
        var refused = await ada.PostAsync(
            "account",
            "passkey",
            ("password", Person.Password),
            ("credential", key.Create(page.Options, OriginOf(server))),
            ("state", page.State)
        );
        Assert.Contains("The passkey could not be added.", refused.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_account_and_a_new_password_link_end_passkeys()
    {
        await using var server = Host(Settings);
        var admin = await Person.InviteAsync(server.Address, "Ada", "Administrator");
        var grace = await Person.InviteAsync(server.Address, "Grace", "Annotator");
        await AddAsync(server, grace);
        await admin.AskAsync(HttpMethod.Post, "api/v1/users/Grace/disable");
        Assert.Contains(Refused, (await SignInAsync(server, new Person(server.Address))).Html, StringComparison.Ordinal);
        Assert.Contains("Failed sign-in from 127.0.0.1 as Grace", server.Output, StringComparison.Ordinal);
        await admin.AskAsync(HttpMethod.Post, "api/v1/users/Grace/enable");
        Assert.Equal(HttpStatusCode.SeeOther, (await SignInAsync(server, new Person(server.Address))).Status);
        await admin.AskAsync(HttpMethod.Post, "api/v1/users/Grace/reset-password");
        Assert.Contains(Refused, (await SignInAsync(server, new Person(server.Address))).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_answers_are_limited()
    {
        await using var server = Host(Settings);
        var stranger = new Person(server.Address);
        var page = PasskeyPage.In((await stranger.OpenAsync("sign-in")).Html);
        for (var guess = 0; guess < 5; guess++)
            Assert.Contains(Refused, (await PostAsync(stranger, "{}", page.State)).Html, StringComparison.Ordinal);
        Assert.Contains("Too many attempts.", (await PostAsync(stranger, "{}", page.State)).Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task The_same_answer_at_the_same_moment_signs_in_once(string engine)
    {
        await using var server = Host([.. Settings, .. await EngineAsync(engine)]);
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        await AddAsync(server, ada);
        var page = PasskeyPage.In((await ada.OpenAsync("sign-in")).Html);
        var answer = key.Sign(page.Options, OriginOf(server));
        var people = Enumerable.Range(0, 4).Select(_ => new Person(server.Address)).ToList();
        await Task.WhenAll(people.Select(person => PostAsync(person, answer, page.State)));
        var statuses = await Task.WhenAll(people.Select(person => person.StatusAsync(Me)));
        Assert.Single(statuses, HttpStatusCode.OK);
    }

    private async Task<(HttpStatusCode Status, string Html)> AddAsync(HostedServer server, Person person, string password = Person.Password)
    {
        var page = PasskeyPage.In((await person.OpenAsync("account")).Html);
        return await person.PostAsync(
            "account",
            "passkey",
            ("name", "work laptop"),
            ("password", password),
            ("credential", key.Create(page.Options, OriginOf(server))),
            ("state", page.State)
        );
    }

    private async Task<(HttpStatusCode Status, string Html)> SignInAsync(HostedServer server, Person person)
    {
        var page = PasskeyPage.In((await person.OpenAsync("sign-in")).Html);
        return await PostAsync(person, key.Sign(page.Options, OriginOf(server)), page.State);
    }

    private static Task<(HttpStatusCode Status, string Html)> PostAsync(Person person, string credential, string state) =>
        person.PostAsync("sign-in", "passkey", ("credential", credential), ("state", state));

    private static string OriginOf(HostedServer server) => server.Address.GetLeftPart(UriPartial.Authority);

    [GeneratedRegex("name=\"no-passkey\" value=\"([^\"]+)\"")]
    private static partial Regex PasskeyId();
}
