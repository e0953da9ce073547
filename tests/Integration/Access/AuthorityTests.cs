using System.Net;
using System.Text.RegularExpressions;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Access;

/// <summary>People sign in with the account of another server, by OpenID Connect.</summary>
public sealed partial class AuthorityTests : ServerTests, IAsyncLifetime
{
    private const string Me = "api/v1/me";
    private const string With = "sign-in/with/harbour";

    private static readonly (string, string)[] Common =
    [
        ("Jobs__Scheduled", "false"),
        ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
    ];

    private AuthorityServer authority = null!;

    public async ValueTask InitializeAsync() => authority = await AuthorityServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await authority.DisposeAsync();
        Dispose();
    }

    [Fact]
    public async Task An_invited_person_signs_in_with_another_account_instead_of_a_password_and_again_later()
    {
        var secret = Path.Combine(Folder, "secret");
        await File.WriteAllTextAsync(secret, AuthorityServer.ClientSecret + "\n", Cancel);
        await using var server = Host([.. Common, .. authority.Settings(("ClientSecretFile", secret))]);
        var link = await Person.InvitationAsync(server.Address, "Grace Hopper", "Annotator");
        var grace = new Person(server.Address);
        var page = await grace.OpenAsync(link);
        var button = Button().Match(page.Html).Groups[1].Value;
        Assert.StartsWith($"{With}?token=", button, StringComparison.Ordinal);
        var arrived = await grace.FollowAsync(button);
        Assert.Equal(server.Address, arrived.At);
        Assert.Equal("Grace Hopper", (await grace.AskAsync(HttpMethod.Get, Me))["name"]!.GetValue<string>());
        Assert.Single((await grace.AskAsync(HttpMethod.Get, $"{Me}/sessions"))["items"]!.AsArray());
        Assert.Contains("Grace Hopper signed in from 127.0.0.1", server.Output, StringComparison.Ordinal);

        // The link works once.
        authority.Subject = "somebody else";
        var late = await new Person(server.Address).FollowAsync(button);
        Assert.Contains("This link was already used or has expired.", late.Html, StringComparison.Ordinal);
        Assert.Contains("not valid", (await new Person(server.Address).OpenAsync(link)).Html, StringComparison.Ordinal);

        authority.Subject = "8f2c";
        var home = new Person(server.Address);
        Assert.Equal("/review", (await home.FollowAsync($"{With}?returnUrl=%2Freview")).At.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, await home.StatusAsync(Me));
        // No address outside of this site can follow.
        Assert.Equal(server.Address, (await home.FollowAsync($"{With}?returnUrl=%2F%2Fevil.example")).At);

        var admin = await Person.InviteAsync(server.Address, "Ada", "Administrator");
        var users = (await admin.AskAsync(HttpMethod.Get, "api/v1/users"))["items"]!.AsArray();
        Assert.Equal("Active", users.Single(user => user!["name"]!.GetValue<string>() == "Grace Hopper")!["state"]!.GetValue<string>());
        var entries = await EntriesAsync(admin, "Grace Hopper");
        Assert.Equal(3, entries.Count(entry => entry == "Signed in (Page)"));
        Assert.Single(entries, "Connected another account with a one-time link (Page)");
    }

    [Fact]
    public async Task A_person_is_not_found_by_the_name_and_is_told_what_to_do()
    {
        await using var server = Host([.. Common, .. authority.Settings()]);
        var admin = await Person.InviteAsync(server.Address, "grace", "Administrator");
        var stranger = new Person(server.Address);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var refused = await stranger.FollowAsync(With);
            Assert.Contains("No account here is connected with your account at Harbour Catering.", refused.Html, StringComparison.Ordinal);
        }

        // Otherwise, one person could fill the audit log.
        Assert.Contains("Too many attempts", (await stranger.FollowAsync(With)).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, await stranger.StatusAsync(Me));
        Assert.Equal(6, server.Output.Split("Failed sign-in from 127.0.0.1 as an unknown name").Length - 1);
        Assert.Equal(5, (await admin.AskAsync(HttpMethod.Get, "api/v1/audit?q=Failed"))["items"]!.AsArray().Count);
        // The other person is not kept out by that.
        Assert.Equal(HttpStatusCode.SeeOther, (await new Person(server.Address).SignInAsync("grace")).Status);
    }

    [Fact]
    public async Task Where_the_settings_say_so_people_with_a_role_get_an_account_and_the_role_follows()
    {
        await using var server = Host([
            .. Common,
            .. authority.Settings(
                ("RoleClaim", "groups"),
                ("AdministratorValues", "it, owners"),
                ("ManagerValues", "kitchen-leads"),
                ("AnnotatorValues", "kitchen"),
                ("CreatesAccounts", "true")
            ),
        ]);
        var person = new Person(server.Address);
        authority.Groups = ["drivers"];
        Assert.Contains("gives you no role here", (await person.FollowAsync(With)).Html, StringComparison.Ordinal);

        authority.Groups = ["drivers", "kitchen"];
        await person.FollowAsync(With);
        Assert.Equal(["grace", "Annotator"], await RoleAsync(person));
        authority.Groups = ["kitchen", "kitchen-leads"];
        await person.FollowAsync(With);
        Assert.Equal(["grace", "Manager"], await RoleAsync(person));
        authority.Groups = ["owners"];
        await person.FollowAsync(With);
        Assert.Equal(["grace", "Admin"], await RoleAsync(person));

        // The last administrator with a password stays one, whatever another server says.
        var ada = await Person.InviteAsync(server.Address, "Ada", "Administrator");
        await ConnectAsync(ada, "ada");
        authority.Groups = ["kitchen"];
        await ada.FollowAsync(With);
        Assert.Equal(["Ada", "Admin"], await RoleAsync(ada));
        Assert.Contains("makes Ada Annotator, but the role was not changed", server.Output, StringComparison.Ordinal);

        authority.Subject = "8f2c";
        authority.Groups = [];
        Assert.Contains("gives you no role here", (await new Person(server.Address).FollowAsync(With)).Html, StringComparison.Ordinal);
        // The name of an existing account gives no access to it.
        (authority.Subject, authority.Name, authority.Groups) = ("another", "GRACE", ["kitchen"]);
        Assert.Contains("is taken or not allowed", (await new Person(server.Address).FollowAsync(With)).Html, StringComparison.Ordinal);
        Assert.Contains("Created an account by signing in (Page)", await EntriesAsync(ada, "grace"));
        Assert.Contains("Changed a role (Page)", await EntriesAsync(ada, "grace"));
    }

    [Fact]
    public async Task A_signed_in_person_connects_an_account_with_the_password_and_disconnects_it()
    {
        await using var server = Host([.. Common, .. authority.Settings()]);
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var refused = await ada.PostAsync("account", "connect", ("authority", "harbour"), ("password", "wrong"));
        Assert.Contains("your current password", refused.Html, StringComparison.Ordinal);
        var begun = await ada.PostAsync("account", "connect", ("authority", "harbour"), ("password", Person.Password));
        var address = Button().Match(begun.Html).Groups[1].Value;
        Assert.StartsWith($"{With}?ticket=", address, StringComparison.Ordinal);

        // Another person who opens this address connects nothing.
        var eve = await Person.InviteAsync(server.Address, "Eve", "Annotator");
        Assert.Contains("changed accounts in the meantime", (await eve.FollowAsync(address)).Html, StringComparison.Ordinal);
        Assert.Contains("connected=harbour", (await ada.FollowAsync(address)).At.Query, StringComparison.Ordinal);
        var home = new Person(server.Address);
        await home.FollowAsync(With);
        Assert.Equal("Ada", (await home.AskAsync(HttpMethod.Get, Me))["name"]!.GetValue<string>());

        // The account of the other server opens one account here.
        begun = await eve.PostAsync("account", "connect", ("authority", "harbour"), ("password", Person.Password));
        var second = await eve.FollowAsync(Button().Match(begun.Html).Groups[1].Value);
        Assert.Contains("already connected with an account here", second.Html, StringComparison.Ordinal);

        var shown = await ada.OpenAsync("account");
        await ada.PostAsync("account", "act", ("disconnect", Disconnect().Match(shown.Html).Groups[1].Value));
        Assert.Equal(HttpStatusCode.OK, await ada.StatusAsync(Me));
        Assert.Contains(
            "No account here is connected",
            (await new Person(server.Address).FollowAsync(With)).Html,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_person_without_a_password_keeps_the_only_way_to_sign_in_and_a_disabled_account_has_none()
    {
        await using var server = Host([.. Common, .. authority.Settings()]);
        var admin = await Person.InviteAsync(server.Address, "Ada", "Administrator");
        var link = await Person.InvitationAsync(server.Address, "Grace", "Annotator");
        var grace = new Person(server.Address);
        await grace.FollowAsync(Button().Match((await grace.OpenAsync(link)).Html).Groups[1].Value);
        var shown = await grace.OpenAsync("account");
        Assert.Contains("You have no password.", shown.Html, StringComparison.Ordinal);
        var kept = await grace.PostAsync("account", "act", ("disconnect", Disconnect().Match(shown.Html).Groups[1].Value));
        Assert.Contains("your only way to sign in", kept.Html, StringComparison.Ordinal);

        await admin.AskAsync(HttpMethod.Post, "api/v1/users/Grace/disable");
        var refused = await new Person(server.Address).FollowAsync(With);
        Assert.Contains("Your account is disabled.", refused.Html, StringComparison.Ordinal);
        Assert.Contains("Failed sign-in from 127.0.0.1 as Grace", server.Output, StringComparison.Ordinal);
        await admin.AskAsync(HttpMethod.Post, "api/v1/users/Grace/enable");
        Assert.Equal(server.Address, (await new Person(server.Address).FollowAsync(With)).At);
        // A new link ends all other ways.
        await admin.AskAsync(HttpMethod.Post, "api/v1/users/Grace/reset-password");
        Assert.Contains(
            "No account here is connected",
            (await new Person(server.Address).FollowAsync(With)).Html,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Answers_that_are_repeated_forged_or_of_somebody_else_are_refused()
    {
        await using var server = Host([.. Common, .. authority.Settings()]);
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        await ConnectAsync(ada, "8f2c");
        var victim = new Person(server.Address);
        var arrived = await victim.FollowAsync(With);
        var answer = arrived.Through.Single(at => at.AbsolutePath.EndsWith("/sign-in/from/harbour", StringComparison.Ordinal));
        await victim.SignOutAsync();

        // The same address again, in the same browser and in another one.
        foreach (var person in new[] { victim, new Person(server.Address) })
        {
            var refused = await person.FollowAsync(answer.ToString());
            Assert.Contains("took too long or was used already", refused.Html, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.Forbidden, await person.StatusAsync(Me));
        }

        // A state that this server did not make.
        var forged = await victim.FollowAsync(answer.ToString().Replace("state=", "state=A", StringComparison.Ordinal));
        Assert.Contains("took too long or was used already", forged.Html, StringComparison.Ordinal);

        // A code that the provider gave for another request, whose secret only the other browser knows (PKCE).
        var attacker = new Person(server.Address);
        var code = CodeOf(await attacker.FollowAsync(With, stopAt: "/sign-in/from/harbour"));
        var own = await victim.FollowAsync(With, stopAt: "/sign-in/from/harbour");
        var injected = await victim.FollowAsync(own.At.ToString().Replace(CodeOf(own), code, StringComparison.Ordinal));
        Assert.Contains("Signing in with Harbour Catering failed", injected.Html, StringComparison.Ordinal);

        // A token for another nonce.
        var begun = await victim.FollowAsync(With, stopAt: "/connect/authorize");
        var exchanged = await victim.FollowAsync(Nonce().Replace(begun.At.ToString(), "nonce=another"));
        Assert.Contains("Signing in with Harbour Catering failed", exchanged.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, await victim.StatusAsync(Me));

        authority.Denies = true;
        Assert.Contains("sign you in. Try again", (await victim.FollowAsync(With)).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_that_is_away_keeps_nobody_else_out()
    {
        var address = authority.Address;
        await authority.DisposeAsync();
        await using var server = Host([.. Common, .. AuthorityServer.SettingsFor(address)]);
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        Assert.Contains("Sign in with Harbour Catering", (await ada.OpenAsync("sign-in")).Html, StringComparison.Ordinal);
        var refused = await new Person(server.Address).FollowAsync(With);
        Assert.Contains("Harbour Catering doesn", refused.Html, StringComparison.Ordinal);
        Assert.Contains("answer at the moment", refused.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await new Person(server.Address).SignInAsync("Ada")).Status);

        // It comes back, and goes away again while a person is there.
        authority = await AuthorityServer.StartAsync(address.ToString());
        await ConnectAsync(ada, "8f2c");
        var home = new Person(server.Address);
        var answer = await home.FollowAsync(With, stopAt: "/sign-in/from/harbour");
        await authority.DisposeAsync();
        Assert.Contains("answer at the moment", (await home.FollowAsync(answer.At.ToString())).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_unless_the_authority_has_done_it()
    {
        var clock = new ShiftedClock();
        await using var server = Host(clock, [.. Common, .. authority.Settings(), ("SecondFactor__RequiredFor", "Everybody")]);
        var link = await Person.InvitationAsync(server.Address, "Grace", "Annotator");
        var grace = new Person(server.Address);
        await grace.FollowAsync(Button().Match((await grace.OpenAsync(link)).Html).Groups[1].Value);
        Assert.Equal(HttpStatusCode.Forbidden, await grace.StatusAsync("api/v1/loops"));
        authority.HasSecondFactor = true;
        await grace.FollowAsync(With);
        Assert.Equal(HttpStatusCode.OK, await grace.StatusAsync("api/v1/loops"));
        // The account is read again meanwhile, which knows nothing of the authority's second factor.
        clock.Shift = TimeSpan.FromMinutes(1);
        Assert.Equal(HttpStatusCode.OK, await grace.StatusAsync("api/v1/loops"));

        // A change of the account opens another session, which keeps what the first one has proved.
        await grace.AskAsync(HttpMethod.Put, "api/v1/me/display", new { theme = "Dark" });
        Assert.Equal(HttpStatusCode.OK, await grace.StatusAsync("api/v1/loops"));

        // A code app of this server's own, for a person without a password.
        var begun = await grace.PostAsync("account", "act", ("app", "add"));
        var secret = AppCode.SecretIn(begun.Html);
        await grace.PostAsync("account", "app", ("code", AppCode.Of(secret, TimeProvider.System.GetUtcNow())));
        var home = new Person(server.Address);
        Assert.Equal(server.Address, (await home.FollowAsync(With)).At);
        authority.HasSecondFactor = false;
        home = new Person(server.Address);
        Assert.Equal("/sign-in-code", (await home.FollowAsync($"{With}?returnUrl=%2Freview")).At.AbsolutePath);
        Assert.Equal(HttpStatusCode.Forbidden, await home.StatusAsync(Me));
        var next = AppCode.Of(secret, TimeProvider.System.GetUtcNow() + AppCode.Step);
        Assert.Equal(HttpStatusCode.SeeOther, (await home.PostAsync("sign-in-code", "sign-in-code", ("code", next))).Status);
        Assert.Equal(HttpStatusCode.OK, await home.StatusAsync(Me));
    }

    [Fact]
    public async Task An_authority_that_is_trusted_with_the_second_factor_is_enough()
    {
        await using var server = Host([
            .. Common,
            .. authority.Settings(("TrustsSecondFactor", "true")),
            ("SecondFactor__RequiredFor", "Everybody"),
        ]);
        var link = await Person.InvitationAsync(server.Address, "Grace", "Annotator");
        var grace = new Person(server.Address);
        await grace.FollowAsync(Button().Match((await grace.OpenAsync(link)).Html).Groups[1].Value);
        Assert.Equal(HttpStatusCode.OK, await grace.StatusAsync("api/v1/loops"));
    }

    [Fact]
    public async Task The_authority_sends_people_back_to_the_public_address()
    {
        await using var server = Host([
            .. Common,
            .. authority.Settings(),
            ("GourmetGram__PublicUrl", "https://food.example.org/gourmetgram"),
        ]);
        var begun = await new Person(server.Address).FollowAsync($"gourmetgram/{With}", stopAt: "/connect/authorize");
        Assert.Contains(
            $"redirect_uri={Uri.EscapeDataString("https://food.example.org/gourmetgram/sign-in/from/harbour")}",
            begun.At.Query,
            StringComparison.Ordinal
        );
    }

    private static async Task<string[]> RoleAsync(Person person)
    {
        var me = await person.AskAsync(HttpMethod.Get, Me);
        return [me["name"]!.GetValue<string>(), me["roles"]!.AsArray().Single()!.GetValue<string>()];
    }

    private async Task ConnectAsync(Person person, string subject)
    {
        authority.Subject = subject;
        var begun = await person.PostAsync("account", "connect", ("authority", "harbour"), ("password", Person.Password));
        var connected = await person.FollowAsync(Button().Match(begun.Html).Groups[1].Value);
        Assert.Contains("connected=harbour", connected.At.Query, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> EntriesAsync(Person admin, string name) =>
        [
            .. (await admin.AskAsync(HttpMethod.Get, "api/v1/audit?limit=100"))["items"]!
                .AsArray()
                .Where(entry => entry!["who"]!.GetValue<string>() == name)
                .Select(entry => $"{entry!["action"]!.GetValue<string>()} ({entry["channel"]!.GetValue<string>()})"),
        ];

    private static string CodeOf(Arrival arrival) => Code().Match(arrival.At.Query).Groups[1].Value;

    [GeneratedRegex("href=\"(sign-in/with/[^\"]+)\"")]
    private static partial Regex Button();

    [GeneratedRegex("name=\"disconnect\" value=\"([^\"]+)\"")]
    private static partial Regex Disconnect();

    [GeneratedRegex("[?&]code=([^&]+)")]
    private static partial Regex Code();

    [GeneratedRegex("nonce=[^&]+")]
    private static partial Regex Nonce();
}
