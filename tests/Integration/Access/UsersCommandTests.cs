using System.Net;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Access;

/// <summary><c>gourmetgram users</c>, without a server and with one, and what its links do.</summary>
public abstract class UsersCommandTests : ServerTests
{
    private const string Password = Person.Password;

    /// <summary>Settings of the database.</summary>
    protected abstract Task<Dictionary<string, string>> DatabaseAsync();

    private async Task<Dictionary<string, string>> SettingsAsync() =>
        new(await DatabaseAsync(), StringComparer.Ordinal)
        {
            ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"),
            ["Jobs__Scheduled"] = "false",
        };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Accounts_are_added_listed_disabled_and_enabled(bool withServer)
    {
        var settings = await SettingsAsync();
        await using var server = withServer ? new HostedServer(settings) : null;
        if (server is not null)
            await server.ListeningAsync();

        Assert.Empty((await RunAsync(settings, 0, "list")).Lines);
        var added = await RunAsync(settings, 0, "add", "Ada Löv", "--role", "Administrator");
        Assert.Contains("set-password?token=", Assert.Single(added.Lines), StringComparison.Ordinal);
        Assert.Contains("Send this link to Ada Löv. It works once, until ", added.Errors, StringComparison.Ordinal);
        await RunAsync(settings, 0, "add", "grace", "--role", "Annotator");
        Assert.Equal(["Ada Löv\tAdministrator\tInvited", "grace\tAnnotator\tInvited"], (await RunAsync(settings, 0, "list")).Lines);
        Assert.Contains(
            "The account Grace already exists",
            (await RunAsync(settings, 1, "add", "Grace", "--role", "Annotator")).Errors,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "A name can have up to 64",
            (await RunAsync(settings, 1, "add", "a/b", "--role", "Annotator")).Errors,
            StringComparison.Ordinal
        );
        await RunAsync(settings, 2, "add", "linus", "--role", "Boss");

        Assert.Equal(["grace\tAnnotator\tDisabled"], (await RunAsync(settings, 0, "disable", "GRACE")).Lines);
        Assert.Contains(
            "disabled. Enable it first",
            (await RunAsync(settings, 1, "reset-password", "grace")).Errors,
            StringComparison.Ordinal
        );
        Assert.Equal(["grace\tAnnotator\tInvited"], (await RunAsync(settings, 0, "enable", "grace")).Lines);
        Assert.Contains(
            "Account nobody was not found",
            (await RunAsync(settings, 1, "disable", "nobody")).Errors,
            StringComparison.Ordinal
        );
        Assert.Contains("last administrator", (await RunAsync(settings, 1, "disable", "Ada Löv")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_opens_its_account_once_and_a_disabled_account_is_out_wherever_it_is_signed_in()
    {
        var settings = await SettingsAsync();
        // Made before the server runs: the link is no secret of one process.
        var link = Person.PathOf(Assert.Single((await RunAsync(settings, 0, "add", "ada", "--role", "Administrator")).Lines));
        await using var server = new HostedServer(settings);
        var address = await server.ListeningAsync();
        Assert.DoesNotContain("first-administrator", server.Output, StringComparison.Ordinal);

        var (one, two) = (new Person(address), new Person(address));
        var short1 = await one.UseLinkAsync(link, "too short");
        Assert.Contains("at least 12 characters", short1.Html, StringComparison.Ordinal);
        // Two people with the same link: one wins, the other is told.
        var both = await Task.WhenAll(one.UseLinkAsync(link, Password), two.UseLinkAsync(link, Password + "!"));
        Assert.Single(both, use => use.Status == HttpStatusCode.SeeOther);
        var late = Assert.Single(both, use => use.Status != HttpStatusCode.SeeOther);
        Assert.Equal(HttpStatusCode.OK, late.Status);
        Assert.Contains("This link is not valid", late.Html, StringComparison.Ordinal);
        Assert.Contains("This link is not valid", (await new Person(address).OpenAsync(link)).Html, StringComparison.Ordinal);
        var ada = both[0].Status == HttpStatusCode.SeeOther ? one : two;
        Assert.Equal(HttpStatusCode.OK, await ada.StatusAsync("api/v1/users"));
        Assert.Equal(["ada\tAdministrator\tActive"], (await RunAsync(settings, 0, "list")).Lines);

        var grace = new Person(address);
        var invitation = Person.PathOf(Assert.Single((await RunAsync(settings, 0, "add", "grace", "--role", "Annotator")).Lines));
        Assert.Equal(HttpStatusCode.SeeOther, (await grace.UseLinkAsync(invitation, Password)).Status);
        Assert.Equal(HttpStatusCode.OK, await grace.StatusAsync("api/v1/loops"));
        Assert.Equal(HttpStatusCode.Forbidden, await grace.StatusAsync("api/v1/users"));

        await RunAsync(settings, 0, "disable", "grace");
        await Waiting.UntilAsync(async () =>
            await grace.StatusAsync("api/v1/loops") is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        );
        var refused = await grace.SignInAsync("grace", Password);
        Assert.Contains("The name or the password is wrong", refused.Html, StringComparison.Ordinal);

        await RunAsync(settings, 0, "enable", "grace");
        Assert.Equal(HttpStatusCode.SeeOther, (await grace.SignInAsync("grace", Password)).Status);
        var reset = Person.PathOf(Assert.Single((await RunAsync(settings, 0, "reset-password", "grace")).Lines));
        await Waiting.UntilAsync(async () =>
            await grace.StatusAsync("api/v1/loops") is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        );
        Assert.Contains("The name or the password is wrong", (await grace.SignInAsync("grace", Password)).Html, StringComparison.Ordinal);
        // A newer link replaces the one before.
        var newer = Person.PathOf(Assert.Single((await RunAsync(settings, 0, "reset-password", "grace")).Lines));
        Assert.Contains("This link is not valid", (await grace.OpenAsync(reset)).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await grace.UseLinkAsync(newer, Password)).Status);
        Assert.Contains("last administrator", (await RunAsync(settings, 1, "disable", "ada")).Errors, StringComparison.Ordinal);

        foreach (var words in new[] { "disabled the account grace", "reset the password of the account grace", "grace chose a password" })
            Assert.Contains(words, server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(newer.Split('=')[1], server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_who_use_the_link_for_the_first_administrator_at_once_one_becomes_it_and_the_other_is_told()
    {
        await using var server = new HostedServer(await SettingsAsync());
        var address = await server.ListeningAsync();
        var link = await server.FirstAdministratorLinkAsync();
        var uses = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => new Person(address).UseLinkAsync(link, Password, $"Ada {i}")));
        Assert.Single(uses, use => use.Status == HttpStatusCode.SeeOther);
        Assert.All(uses.Where(use => use.Status != HttpStatusCode.SeeOther), use =>
        {
            Assert.Equal(HttpStatusCode.OK, use.Status);
            Assert.Contains("This link is not valid", use.Html, StringComparison.Ordinal);
        });
    }

    private static Task<CommandResult> RunAsync(Dictionary<string, string> settings, int exitCode, params string[] arguments) =>
        CommandRun.ExpectAsync(exitCode, settings, ["users", .. arguments]);
}

public sealed class UsersCommandOnSqlite : UsersCommandTests
{
    protected override Task<Dictionary<string, string>> DatabaseAsync() =>
        Task.FromResult(new Dictionary<string, string>(StringComparer.Ordinal));
}

public sealed class UsersCommandOnPostgreSql : UsersCommandTests
{
    [Fact]
    public async Task Of_two_nodes_with_a_link_each_one_makes_the_first_administrator()
    {
        var settings = await DatabaseAsync();
        await using var one = Host([.. settings.Select(setting => (setting.Key, setting.Value)), ("Jobs__Scheduled", "false")]);
        var there = new Dictionary<string, string>(settings, StringComparer.Ordinal)
        {
            ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "other"),
        };
        await using var two = new HostedServer(there);
        var (here, other) = (await one.ListeningAsync(), await two.ListeningAsync());
        var (first, second) = (await one.FirstAdministratorLinkAsync(), await two.FirstAdministratorLinkAsync());
        var uses = await Task.WhenAll(
            new Person(here).UseLinkAsync(first, "correct horse battery staple", "Ada"),
            new Person(other).UseLinkAsync(second, "correct horse battery staple", "Grace")
        );
        Assert.Single(uses, use => use.Status == HttpStatusCode.SeeOther);
        Assert.Single(uses, use =>
            use.Status == HttpStatusCode.OK && use.Html.Contains("This link is not valid", StringComparison.Ordinal)
        );
    }

    protected override async Task<Dictionary<string, string>> DatabaseAsync() =>
        new(StringComparer.Ordinal)
        {
            ["Database__Provider"] = "PostgreSql",
            ["Database__ConnectionString"] = await MigratedDatabase.TakeAsync(),
        };
}
