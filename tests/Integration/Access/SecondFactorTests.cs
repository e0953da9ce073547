using System.Net;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Access;

/// <summary>A person signs in with a password and the code of an app.</summary>
public sealed class SecondFactorTests : ServerTests
{
    private const string Me = "api/v1/me";

    [Fact]
    public async Task The_password_alone_is_not_enough_and_no_code_works_twice()
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var begun = await ada.PostAsync("account", "act", ("app", "add"));
        var secret = AppCode.SecretIn(begun.Html);
        Assert.NotEmpty(secret);
        var wrong = await ada.PostAsync("account", "app", ("code", "000000"));
        Assert.Contains("This code is wrong", wrong.Html, StringComparison.Ordinal);
        // Until a code was checked, signing in needs none.
        Assert.Equal(HttpStatusCode.SeeOther, (await new Person(server.Address).SignInAsync("Ada")).Status);

        var first = CodeOf(secret, steps: 0);
        var added = await ada.PostAsync("account", "app", ("code", first));
        var recovery = AppCode.SecretIn(added.Html).Split(' ');
        Assert.Equal(10, recovery.Length);
        // Somebody at the open browser cannot replace the app.
        Assert.Contains("Remove it first", (await ada.PostAsync("account", "act", ("app", "add"))).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await ada.StatusAsync(Me));

        var home = new Person(server.Address);
        Assert.Equal(HttpStatusCode.SeeOther, (await home.SignInAsync("Ada")).Status);
        Assert.NotEqual(HttpStatusCode.OK, await home.StatusAsync(Me));
        Assert.Contains(
            "wrong or was used",
            (await home.PostAsync("sign-in-code", "sign-in-code", ("code", first))).Html,
            StringComparison.Ordinal
        );
        var code = CodeOf(secret, steps: 1);
        Assert.Equal(HttpStatusCode.SeeOther, (await home.PostAsync("sign-in-code", "sign-in-code", ("code", code))).Status);
        Assert.Equal(HttpStatusCode.OK, await home.StatusAsync(Me));

        foreach (var (text, status) in new[] { (recovery[0], HttpStatusCode.OK), (recovery[0], HttpStatusCode.Forbidden) })
        {
            var other = new Person(server.Address);
            await other.SignInAsync("Ada");
            await other.PostAsync("sign-in-code", "sign-in-code", ("code", text));
            Assert.Equal(status, await other.StatusAsync(Me));
        }

        Assert.Contains(
            "your current password",
            (await home.PostAsync("account", "no-app", ("password", "wrong"))).Html,
            StringComparison.Ordinal
        );
        Assert.Equal(HttpStatusCode.SeeOther, (await home.PostAsync("account", "no-app", ("password", Person.Password))).Status);
        Assert.Equal(HttpStatusCode.OK, await home.StatusAsync(Me));
        var again = new Person(server.Address);
        await again.SignInAsync("Ada");
        Assert.Equal(HttpStatusCode.OK, await again.StatusAsync(Me));
    }

    [Fact]
    public async Task Nobody_comes_in_by_the_second_step_alone_or_guesses_codes_without_end()
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var begun = await ada.PostAsync("account", "act", ("app", "add"));
        var secret = AppCode.SecretIn(begun.Html);
        await ada.PostAsync("account", "app", ("code", CodeOf(secret, steps: 0)));

        var stranger = new Person(server.Address);
        Assert.Equal(HttpStatusCode.SeeOther, (await stranger.OpenAsync("sign-in-code")).Status);
        await stranger.SignInAsync("Ada");
        var answers = new List<string>();
        for (var guess = 0; guess < 7; guess++)
            answers.Add((await stranger.PostAsync("sign-in-code", "sign-in-code", ("code", $"{guess:000000}"))).Html);
        Assert.Contains("Too many attempts", answers[^1], StringComparison.Ordinal);
        var right = await stranger.PostAsync("sign-in-code", "sign-in-code", ("code", CodeOf(secret, steps: 1)));
        Assert.Contains("Too many attempts", right.Html, StringComparison.Ordinal);
        Assert.NotEqual(HttpStatusCode.OK, await stranger.StatusAsync(Me));
    }

    [Fact]
    public async Task Who_has_to_have_a_second_factor_adds_it_before_anything_else()
    {
        await using var server = Host(
            ("Jobs__Scheduled", "false"),
            ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
            ("SecondFactor__RequiredFor", "Managers")
        );
        var annotator = await Person.InviteAsync(server.Address, "Grace", "Annotator");
        Assert.Equal(HttpStatusCode.OK, (await annotator.OpenAsync("review")).Status);
        var manager = await Person.InviteAsync(server.Address, "Ada", "Manager");
        Assert.Equal(HttpStatusCode.Redirect, (await manager.OpenAsync("loops")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, await manager.StatusAsync("api/v1/loops"));
        var page = await manager.OpenAsync("account");
        Assert.Contains("Your role needs a second factor", page.Html, StringComparison.Ordinal);

        var begun = await manager.PostAsync("account", "act", ("app", "add"));
        await manager.PostAsync("account", "app", ("code", CodeOf(AppCode.SecretIn(begun.Html), steps: 0)));
        Assert.Equal(HttpStatusCode.OK, (await manager.OpenAsync("loops")).Status);
        Assert.Equal(HttpStatusCode.OK, await manager.StatusAsync("api/v1/loops"));
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task The_same_code_at_the_same_moment_signs_in_once(string engine)
    {
        await using var server = Host([
            ("Jobs__Scheduled", "false"),
            ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
            .. await EngineAsync(engine),
        ]);
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var (secret, _) = await AddAppAsync(ada);
        var people = new[] { new Person(server.Address), new Person(server.Address) };
        foreach (var person in people)
            await person.SignInAsync("Ada");
        var code = CodeOf(secret, steps: 1);
        await Task.WhenAll(people.Select(person => person.PostAsync("sign-in-code", "sign-in-code", ("code", code))));
        var statuses = await Task.WhenAll(people.Select(person => person.StatusAsync(Me)));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Forbidden], statuses.Order());
    }

    [Fact]
    public async Task A_browser_that_is_remembered_needs_no_code_for_some_days()
    {
        var clock = new ShiftedClock();
        await using var server = Host(
            clock,
            ("Jobs__Scheduled", "false"),
            ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
            ("Sessions__IdleDays", "365"),
            ("Sessions__LifetimeDays", "365"),
            ("SecondFactor__RememberDays", "3")
        );
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var eve = await Person.InviteAsync(server.Address, "Eve", "Annotator");
        // The clock of codes cannot be moved, so recovery codes replace them.
        var codes = new Queue<string>((await AddAppAsync(ada)).Recovery);
        await AddAppAsync(eve);
        var home = new Person(server.Address);
        await home.SignInAsync("Ada");
        Assert.Contains("in this browser for 3 days", (await home.OpenAsync("sign-in-code")).Html, StringComparison.Ordinal);
        await GiveCodeAsync(home);
        Assert.True(await NeedsNoCodeAsync(home, "Ada"));
        Assert.False(await NeedsNoCodeAsync(home, "Eve"));
        Assert.False(await NeedsNoCodeAsync(new Person(server.Address), "Ada"));

        // Signing out everywhere else ends it, in this browser and in others.
        Assert.True(await NeedsNoCodeAsync(home, "Ada"));
        await ada.PostAsync("account", "act", ("end", "others"));
        Assert.Equal(HttpStatusCode.OK, await ada.StatusAsync(Me));
        Assert.False(await NeedsNoCodeAsync(home, "Ada"));

        clock.Shift = TimeSpan.FromMinutes(20);
        await GiveCodeAsync(home);
        Assert.True(await NeedsNoCodeAsync(home, "Ada"));
        clock.Shift += TimeSpan.FromDays(3);
        Assert.False(await NeedsNoCodeAsync(home, "Ada"));

        // Another second factor ends it too.
        clock.Shift += TimeSpan.FromMinutes(20);
        await GiveCodeAsync(home);
        Assert.True(await NeedsNoCodeAsync(home, "Ada"));
        await ada.PostAsync("account", "no-app", ("password", Person.Password));
        await AddAppAsync(ada, steps: 1);
        Assert.False(await NeedsNoCodeAsync(home, "Ada"));

        async Task GiveCodeAsync(Person person)
        {
            await person.SignInAsync("Ada");
            var given = await person.PostAsync("sign-in-code", "sign-in-code", ("code", codes.Dequeue()), ("remember", "true"));
            Assert.Equal(HttpStatusCode.SeeOther, given.Status);
            Assert.Equal(HttpStatusCode.OK, await person.StatusAsync(Me));
        }

        static async Task<bool> NeedsNoCodeAsync(Person person, string name)
        {
            await person.SignOutAsync();
            await person.SignInAsync(name);
            return await person.StatusAsync(Me) == HttpStatusCode.OK;
        }
    }

    [Fact]
    public async Task Where_the_settings_say_so_no_browser_is_remembered()
    {
        await using var server = Host(
            ("Jobs__Scheduled", "false"),
            ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
            ("SecondFactor__RememberDays", "0")
        );
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var (secret, _) = await AddAppAsync(ada);
        var home = new Person(server.Address);
        await home.SignInAsync("Ada");
        Assert.DoesNotContain("Don", (await home.OpenAsync("sign-in-code")).Html, StringComparison.Ordinal);
        await home.PostAsync("sign-in-code", "sign-in-code", ("code", CodeOf(secret, steps: 1)), ("remember", "true"));
        await home.SignOutAsync();
        await home.SignInAsync("Ada");
        Assert.Equal(HttpStatusCode.Forbidden, await home.StatusAsync(Me));
    }

    private static async Task<(string Secret, string[] Recovery)> AddAppAsync(Person person, int steps = 0)
    {
        var secret = AppCode.SecretIn((await person.PostAsync("account", "act", ("app", "add"))).Html);
        var added = await person.PostAsync("account", "app", ("code", CodeOf(secret, steps)));
        Assert.Contains("Recovery codes", added.Html, StringComparison.Ordinal);
        return (secret, AppCode.SecretIn(added.Html).Split(' '));
    }

    /// <summary>The code that an app shows some steps from now.</summary>
    private static string CodeOf(string secret, int steps) => AppCode.Of(secret, TimeProvider.System.GetUtcNow() + (steps * AppCode.Step));
}
