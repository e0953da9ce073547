using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GourmetGram.Tests.LabelStudio;
using Xunit.v3;

namespace GourmetGram.Tests.Integration.LabelStudio;

/// <summary>
/// Tests of this class run where <c>LABEL_STUDIO_TEST_URL</c> and <c>LABEL_STUDIO_TEST_TOKEN</c> name a Label Studio that reaches the
/// tests' S3 server.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OnARealLabelStudioAttribute : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [KeyValuePair.Create("Needs", "real-label-studio")];
}

/// <summary>
/// The Label Studio that the environment names. Tests have it one after the other, and each leaves it without projects; one that has
/// projects when the tests begin is left alone.
/// </summary>
internal sealed partial class RealLabelStudio : ILabelStudioServer
{
    private const string Password = "only-for-Tests-1";

    /// <summary>Projects have titles that the product chooses, so two tests would see each other's.</summary>
    private static readonly SemaphoreSlim Turn = new(1);

    /// <summary>Sessions of the people by their e-mail addresses.</summary>
    private static readonly Dictionary<string, string> Sessions = new(StringComparer.Ordinal);

    private readonly HttpClient browsers = new(new WithLength());

    private RealLabelStudio(Uri address, string apiKey)
    {
        (Address, ApiKey) = (address, apiKey);
        Admin = new HttpClient(new AdminHandler(this)) { BaseAddress = address };
    }

    public Uri Address { get; }

    public string ApiKey { get; }

    public HttpClient Admin { get; }

    public IReadOnlyList<ProjectState> AllProjects =>
        [
            .. Pages("api/projects?include=id,title,label_config&page_size=100")
                .SelectMany(page => page["results"]!.AsArray())
                .Select(project => new ProjectState(Id(project), Text(project, "title"), Text(project, "label_config")))
                .OrderBy(project => project.Id),
        ];

    public IReadOnlyList<StorageState> SourceStorages => Storages("api/storages/s3");

    public IReadOnlyList<StorageState> TargetStorages => Storages("api/storages/export/s3");

    public IReadOnlyList<TaskState> AllTasks =>
        [
            .. AllProjects
                .SelectMany(project =>
                    Pages($"api/tasks?project={project.Id}&fields=all&resolve_uri=false&page_size=500")
                        .SelectMany(page => page["tasks"]!.AsArray())
                        .Select(task => new TaskState(
                            Id(task),
                            project.Id,
                            task!["data"]!.ToJsonString(),
                            (string?)task["storage_filename"],
                            (bool)task["is_labeled"]!
                        ))
                )
                .OrderBy(task => task.Id),
        ];

    public IReadOnlyList<WebhookState> AllWebhooks =>
        [
            .. AllProjects
                .SelectMany(project => Read($"api/webhooks?project={project.Id}")!.AsArray())
                .Select(webhook => new WebhookState(
                    Id(webhook),
                    (int?)webhook!["project"],
                    Text(webhook, "url"),
                    (bool)webhook["is_active"]!,
                    [.. webhook["actions"]!.AsArray().Select(action => (string)action!)],
                    webhook["headers"]!
                        .AsObject()
                        .ToDictionary(header => header.Key, header => (string)header.Value!, StringComparer.Ordinal)
                ))
                .OrderBy(webhook => webhook.Id),
        ];

    public static async Task<RealLabelStudio> TakeAsync()
    {
        var server = new RealLabelStudio(new Uri(Of("LABEL_STUDIO_TEST_URL")), Of("LABEL_STUDIO_TEST_TOKEN"));
        await Turn.WaitAsync(TestContext.Current.CancellationToken);
        if (server.AllProjects is { Count: > 0 } found)
        {
            server.GiveBack();
            throw new InvalidOperationException(
                $"The Label Studio at {server.Address} has {found.Count} projects ({found[0].Title}, …). Tests remove all projects: "
                    + "give them a Label Studio of their own, or remove what an aborted run left there."
            );
        }

        return server;
    }

    public LabelStudioPerson NewPerson(string firstName, string lastName, string email) =>
        new(Address, browsers, email, () => SessionAsync(firstName, lastName, email));

    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (var project in AllProjects)
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"api/projects/{project.Id}");
                using var gone = await Admin.DeleteAsync(new Uri(path, UriKind.Relative), CancellationToken.None);
            }
        }
        finally
        {
            GiveBack();
        }
    }

    private void GiveBack()
    {
        Admin.Dispose();
        browsers.Dispose();
        Turn.Release();
    }

    private IReadOnlyList<StorageState> Storages(string kind) =>
        [
            .. AllProjects
                .SelectMany(project =>
                    Read($"{kind}?project={project.Id}")!
                        .AsArray()
                        .Select(storage => new StorageState
                        {
                            Id = Id(storage),
                            Project = project.Id,
                            Title = Text(storage, "title"),
                            Bucket = Text(storage, "bucket"),
                            Prefix = Text(storage, "prefix"),
                            Status = Text(storage, "status"),
                            LastSyncCount = (int?)storage!["last_sync_count"],
                            Traceback = (string?)storage["traceback"],
                        })
                )
                .OrderBy(storage => storage.Id),
        ];

    /// <summary>Registers somebody, or logs in who is known from an earlier run.</summary>
    private async Task<string> SessionAsync(string firstName, string lastName, string email)
    {
        if (!Sessions.TryGetValue(email, out var session))
        {
            var invitation = (await Admin.GetFromJsonAsync<JsonObject>("api/invite", TestContext.Current.CancellationToken))!;
            session = await PostFormAsync(Text(invitation, "invite_url"), email)
                ?? await PostFormAsync("/user/login/", email)
                ?? throw new InvalidOperationException($"{email} cannot log in.");
            Sessions[email] = session;
        }

        using var who = await AskAsync(HttpMethod.Get, "api/current-user/whoami", session);
        var id = Id(await who.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken));
        var names = JsonContent.Create(new { first_name = firstName, last_name = lastName });
        using var named = await AskAsync(HttpMethod.Patch, string.Create(CultureInfo.InvariantCulture, $"api/users/{id}"), session, names);
        return session;
    }

    /// <returns>The session; null when the form was refused.</returns>
    private async Task<string?> PostFormAsync(string path, string email)
    {
        using var page = await browsers.GetAsync(new Uri(Address, path), TestContext.Current.CancellationToken);
        page.EnsureSuccessStatusCode();
        var token = Csrf().Match(await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Groups["token"].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path));
        request.Content = new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                ["csrfmiddlewaretoken"] = token,
                ["email"] = email,
                ["password"] = Password,
                ["allow_newsletters"] = "false",
            }
        );
        request.Headers.Add("Cookie", $"csrftoken={CookieIn(page, "csrftoken")}");
        request.Headers.Referrer = request.RequestUri;
        using var answer = await browsers.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode == HttpStatusCode.Found ? CookieIn(answer, "sessionid") : null;
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string session, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path)) { Content = content };
        request.Headers.Add("Cookie", $"sessionid={session}");
        var answer = await browsers.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.EnsureSuccessStatusCode();
    }

    private IEnumerable<JsonNode> Pages(string path)
    {
        for (var page = 1; Read($"{path}&page={page}") is { } answer; page++)
            yield return answer;
    }

    /// <returns>Null when there is no such thing, or no such page.</returns>
    private JsonNode? Read(string path)
    {
        // What a test looks at are properties.
        return Task.Run(async () =>
            {
                using var answer = await Admin.GetAsync(new Uri(path, UriKind.Relative));
                return answer.StatusCode == HttpStatusCode.NotFound
                    ? null
                    : JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
            })
            .GetAwaiter()
            .GetResult();
    }

    private static int Id(JsonNode? node) => (int)node!["id"]!;

    private static string Text(JsonNode? node, string name) => (string?)node![name] ?? "";

    private static string CookieIn(HttpResponseMessage answer, string name) =>
        answer
            .Headers.GetValues("Set-Cookie")
            .Select(cookie => cookie.Trim().Split(';')[0])
            .First(cookie => cookie.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    private static string Of(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"{variable} is not set.");

    [GeneratedRegex("name=\"csrfmiddlewaretoken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Csrf();

    /// <summary>Puts a token on each request; a personal access token is exchanged each time.</summary>
    private sealed class AdminHandler(RealLabelStudio server) : DelegatingHandler(new WithLength())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Token", server.ApiKey);
            if (server.ApiKey.Contains('.', StringComparison.Ordinal))
            {
                using var refresh = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "api/token/refresh"));
                refresh.Content = JsonContent.Create(new { refresh = server.ApiKey });
                using var fresh = await base.SendAsync(refresh, cancellationToken);
                var access = (await fresh.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!["access"]!;
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (string)access!);
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
