using System.Net;
using System.Text.RegularExpressions;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Access;

/// <summary><c>gourmetgram users</c>, without a server and with one, and what its links do.</summary>
public abstract partial class UsersCommandTests : ServerTests
{
    private const string Password = "correct horse battery staple";

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
        var link = PathOf(Assert.Single((await RunAsync(settings, 0, "add", "ada", "--role", "Administrator")).Lines));
        await using var server = new HostedServer(settings);
        var address = await server.ListeningAsync();
        Assert.DoesNotContain("first-administrator", server.Output, StringComparison.Ordinal);

        var (one, two) = (Browser(address), Browser(address));
        var short1 = await UseAsync(one, link, "too short");
        Assert.Contains("at least 12 characters", short1.Html, StringComparison.Ordinal);
        // Two people with the same link: one wins, the other is told.
        var both = await Task.WhenAll(UseAsync(one, link, Password), UseAsync(two, link, Password + "!"));
        Assert.Single(both, use => use.Status == HttpStatusCode.SeeOther);
        var late = Assert.Single(both, use => use.Status != HttpStatusCode.SeeOther);
        Assert.Equal(HttpStatusCode.OK, late.Status);
        Assert.Contains("This link is not valid", late.Html, StringComparison.Ordinal);
        Assert.Contains("This link is not valid", (await OpenAsync(Browser(address), link)).Html, StringComparison.Ordinal);
        var ada = both[0].Status == HttpStatusCode.SeeOther ? one : two;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ada, "api/v1/users"));
        Assert.Equal(["ada\tAdministrator\tActive"], (await RunAsync(settings, 0, "list")).Lines);

        var grace = Browser(address);
        var invitation = PathOf(Assert.Single((await RunAsync(settings, 0, "add", "grace", "--role", "Annotator")).Lines));
        Assert.Equal(HttpStatusCode.SeeOther, (await UseAsync(grace, invitation, Password)).Status);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(grace, "api/v1/loops"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(grace, "api/v1/users"));

        await RunAsync(settings, 0, "disable", "grace");
        await Waiting.UntilAsync(async () =>
            await StatusAsync(grace, "api/v1/loops") is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        );
        var refused = await SignInAsync(grace, "grace", Password);
        Assert.Contains("The name or the password is wrong", refused.Html, StringComparison.Ordinal);

        await RunAsync(settings, 0, "enable", "grace");
        Assert.Equal(HttpStatusCode.SeeOther, (await SignInAsync(grace, "grace", Password)).Status);
        var reset = PathOf(Assert.Single((await RunAsync(settings, 0, "reset-password", "grace")).Lines));
        await Waiting.UntilAsync(async () =>
            await StatusAsync(grace, "api/v1/loops") is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        );
        Assert.Contains("The name or the password is wrong", (await SignInAsync(grace, "grace", Password)).Html, StringComparison.Ordinal);
        // A newer link replaces the one before.
        var newer = PathOf(Assert.Single((await RunAsync(settings, 0, "reset-password", "grace")).Lines));
        Assert.Contains("This link is not valid", (await OpenAsync(grace, reset)).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await UseAsync(grace, newer, Password)).Status);
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
        var uses = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => UseAsync(Browser(address), link, Password, $"Ada {i}")));
        Assert.Single(uses, use => use.Status == HttpStatusCode.SeeOther);
        Assert.All(uses.Where(use => use.Status != HttpStatusCode.SeeOther), use =>
        {
            Assert.Equal(HttpStatusCode.OK, use.Status);
            Assert.Contains("This link is not valid", use.Html, StringComparison.Ordinal);
        });
    }

    private static Task<CommandResult> RunAsync(Dictionary<string, string> settings, int exitCode, params string[] arguments) =>
        CommandProcess.ExpectAsync(exitCode, settings, ["users", .. arguments]);

    /// <summary>The link without the server's address: that of the command's own request, or none.</summary>
    private protected static string PathOf(string link) => link[link.IndexOf("set-password", StringComparison.Ordinal)..];

    private protected static AppClient Browser(Uri address) =>
        new(new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = address });

    private static async Task<HttpStatusCode> StatusAsync(AppClient browser, string path)
    {
        using var answer = await browser.SendAsync(HttpMethod.Get, path, content: null, ("Sec-Fetch-Site", "same-origin"));
        return answer.StatusCode;
    }

    private static Task<(HttpStatusCode Status, string Html)> SignInAsync(AppClient browser, string name, string password) =>
        PostAsync(browser, "sign-in", "sign-in", name, password);

    private protected static Task<(HttpStatusCode Status, string Html)> UseAsync(
        AppClient browser,
        string link,
        string password,
        string name = ""
    ) => PostAsync(browser, link, "account-link", name, password);

    private static async Task<(HttpStatusCode Status, string Html)> OpenAsync(AppClient browser, string path)
    {
        using var answer = await browser.SendAsync(HttpMethod.Get, path, content: null, ("Accept", "text/html"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    private static async Task<(HttpStatusCode Status, string Html)> PostAsync(
        AppClient browser,
        string path,
        string handler,
        string name,
        string password
    )
    {
        var page = await OpenAsync(browser, path);
        if (!TokenField().IsMatch(page.Html))
            return page;
        using var form = new FormUrlEncodedContent([
            new("_handler", handler),
            new("__RequestVerificationToken", TokenField().Match(page.Html).Groups[1].Value),
            new("Credentials.Name", name),
            new("Credentials.Password", password),
        ]);
        using var answer = await browser.SendAsync(HttpMethod.Post, path, form, ("Accept", "text/html"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex TokenField();
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
            UseAsync(Browser(here), first, "correct horse battery staple", "Ada"),
            UseAsync(Browser(other), second, "correct horse battery staple", "Grace")
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
            ["Database__ConnectionString"] = await PostgresServer.CreateDatabaseAsync(),
        };
}
