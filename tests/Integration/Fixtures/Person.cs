using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>A browser without scripts that keeps cookies and follows no redirects, and what a person does in it about accounts.</summary>
internal sealed partial class Person
{
    public const string Password = "correct horse battery staple";

    private readonly CookieContainer cookies = new();

    public Person(Uri server)
    {
        Client = new AppClient(
            new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = server }
        );
    }

    public AppClient Client { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Creates an account with the administrator's key, and signs in by its link.</summary>
    public static async Task<Person> InviteAsync(Uri server, string name, string role)
    {
        var link = await InvitationAsync(server, name, role);
        var person = new Person(server);
        Assert.Equal(HttpStatusCode.SeeOther, (await person.UseLinkAsync(link, Password)).Status);
        return person;
    }

    /// <summary>Creates an account with the administrator's key.</summary>
    /// <returns>The link that opens it, without the server's address.</returns>
    public static async Task<string> InvitationAsync(Uri server, string name, string role)
    {
        using var http = new HttpClient { BaseAddress = server };
        using var added = await AppClient
            .Administrator(http)
            .SendAsync(HttpMethod.Post, "api/v1/users", JsonContent.Create(new { name, role }));
        Assert.True(added.IsSuccessStatusCode, await added.Content.ReadAsStringAsync(Cancel));
        return PathOf((await added.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["link"]!.GetValue<string>());
    }

    /// <summary>A link without the server's address: that of the command's own request, or none.</summary>
    public static string PathOf(string link) => link[link.IndexOf("set-password", StringComparison.Ordinal)..];

    /// <summary>The cookies as a thief would copy them.</summary>
    public string CopyCookies() => cookies.GetCookieHeader(Client.Http.BaseAddress!);

    public async Task<HttpStatusCode> StatusAsync(string path, HttpMethod? method = null, object? body = null)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var answer = await Client.SendAsync(method ?? HttpMethod.Get, path, content, ("Sec-Fetch-Site", "same-origin"));
        return answer.StatusCode;
    }

    /// <summary>Sends a request to the API and expects it to succeed.</summary>
    public async Task<JsonObject> AskAsync(HttpMethod method, string path, object? body = null)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var answer = await Client.SendAsync(method, path, content, ("Sec-Fetch-Site", "same-origin"));
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancel)}");
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
    }

    public Task<(HttpStatusCode Status, string Html)> SignInAsync(string name, string password = Password) =>
        PostAsync("sign-in", "sign-in", ("Credentials.Name", name), ("Credentials.Password", password));

    public Task<(HttpStatusCode Status, string Html)> SignOutAsync() => PostAsync("account", "sign-out", "sign-in");

    public Task<(HttpStatusCode Status, string Html)> UseLinkAsync(string link, string password, string name = "") =>
        PostAsync(link, "account-link", ("Credentials.Name", name), ("Credentials.Password", password));

    public async Task<(HttpStatusCode Status, string Html)> OpenAsync(string path)
    {
        using var answer = await Client.SendAsync(HttpMethod.Get, path, content: null, ("Accept", "text/html"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>Opens a page and follows where it leads, also to other servers.</summary>
    /// <param name="address">The page, or a whole address.</param>
    /// <param name="stopAt">Path of an address that is not opened any more.</param>
    public async Task<Arrival> FollowAsync(string address, string? stopAt = null)
    {
        var next = new Uri(Client.Http.BaseAddress!, WebUtility.HtmlDecode(address));
        var through = new List<Uri>();
        while (stopAt is null || next.AbsolutePath != stopAt)
        {
            Assert.True(through.Count < 10, string.Join('\n', through));
            using var request = new HttpRequestMessage(HttpMethod.Get, next);
            request.Headers.Accept.ParseAdd("text/html");
            using var answer = await Client.Http.SendAsync(request, Cancel);
            if (answer.Headers.Location is not { } location)
                return new Arrival(next, await answer.Content.ReadAsStringAsync(Cancel), through);
            through.Add(next);
            next = new Uri(next, location);
        }

        return new Arrival(next, "", through);
    }

    /// <summary>Opens a page and submits a form of it.</summary>
    /// <param name="page">The page.</param>
    /// <param name="handler">Name of the form.</param>
    /// <param name="fields">The fields that the person fills in.</param>
    /// <returns>The page itself when it has no form.</returns>
    public Task<(HttpStatusCode Status, string Html)> PostAsync(string page, string handler, params (string Name, string Value)[] fields) =>
        PostAsync(page, handler, page, fields);

    private async Task<(HttpStatusCode Status, string Html)> PostAsync(
        string page,
        string handler,
        string address,
        params (string Name, string Value)[] fields
    )
    {
        var shown = await OpenAsync(page);
        if (!TokenField().IsMatch(shown.Html))
            return shown;
        using var form = new FormUrlEncodedContent([
            new("_handler", handler),
            new("__RequestVerificationToken", TokenField().Match(shown.Html).Groups[1].Value),
            .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)),
        ]);
        using var answer = await Client.SendAsync(HttpMethod.Post, address, form, ("Accept", "text/html"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex TokenField();
}

/// <summary>Where a browser is after it has followed all redirects.</summary>
/// <param name="At">The address.</param>
/// <param name="Html">The page; empty where the browser was stopped.</param>
/// <param name="Through">The addresses that led on, in order.</param>
internal sealed record Arrival(Uri At, string Html, IReadOnlyList<Uri> Through);
