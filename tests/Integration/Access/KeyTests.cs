using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using GourmetGram.Domain.Access;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Web;
using GourmetGram.WebApi.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace GourmetGram.Tests.Integration.Access;

/// <summary>API keys of people: what they may do, and when they end.</summary>
public sealed class KeyTests : ServerTests
{
    private static readonly (string, string)[] Settings =
    [
        ("Jobs__Scheduled", "false"),
        ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
    ];

    [Fact]
    public async Task A_key_does_what_its_scopes_allow_and_never_more_than_its_owner_may()
    {
        await using var server = Host(Settings);
        var ada = await Person.InviteAsync(server.Address, "Ada", "Administrator");
        var grace = await Person.InviteAsync(server.Address, "Grace", "Annotator");
        using var kiosk = await CreateAsync(ada, "kiosk", "predictions:write");
        using var reader = await CreateAsync(ada, "reader", "datasets:read", "monitoring:read");
        using var labeller = await CreateAsync(grace, "labels", "all");

        var photo = await new AppClient(kiosk).UploadAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(kiosk, $"api/v1/predictions/{photo.Id}"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(kiosk, "api/v1/loops"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(kiosk, "api/v1/users"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(kiosk, "api/v1/me"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(reader, "api/v1/loops"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(reader, "api/v1/datasets"));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await StatusAsync(reader, "api/v1/loops/lowconfidence", HttpMethod.Patch, new { votes = 2 })
        );
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(reader, "api/v1/audit"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(labeller, "api/v1/loops"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(labeller, "api/v1/users"));

        using var refused = await new AppClient(kiosk).SendAsync(HttpMethod.Get, "api/v1/loops");
        Assert.Contains("needs the scope monitoring:read", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        // A key creates no keys: who finds one must not be able to keep it alive.
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            await StatusAsync(labeller, "api/v1/me/keys", HttpMethod.Post, new { label = "more", scopes = new[] { "all" } })
        );
    }

    [Fact]
    public async Task A_key_ends_with_the_next_request_when_it_is_revoked_or_its_owner_goes()
    {
        await using var server = Host(Settings);
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = server.Address });
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        using var first = await CreateAsync(ada, "first", "all");
        using var second = await CreateAsync(ada, "second", "all");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(first, "api/v1/me"));

        var keys = (await ada.AskAsync(HttpMethod.Get, "api/v1/me/keys"))["items"]!.AsArray();
        var revoked = keys.Single(key => key!["label"]!.GetValue<string>() == "first")!;
        Assert.NotNull(revoked["usedAt"]);
        await ada.AskAsync(HttpMethod.Delete, $"api/v1/me/keys/{revoked["id"]!.GetValue<Guid>()}");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(first, "api/v1/me"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(second, "api/v1/me"));

        using (var disabled = await admin.SendAsync(HttpMethod.Post, "api/v1/users/Ada/disable"))
            Assert.Equal(HttpStatusCode.OK, disabled.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(second, "api/v1/me"));
        using (var enabled = await admin.SendAsync(HttpMethod.Post, "api/v1/users/Ada/enable"))
            Assert.Equal(HttpStatusCode.OK, enabled.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(second, "api/v1/me"));
        using (var deleted = await admin.SendAsync(HttpMethod.Delete, "api/v1/users/Ada"))
            Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(second, "api/v1/me"));
    }

    [Fact]
    public async Task A_key_expires()
    {
        var clock = new ShiftedClock();
        await using var server = new HostedServer(
            new Dictionary<string, string>(Settings.Select(setting => KeyValuePair.Create(setting.Item1, setting.Item2)))
            {
                ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"),
            },
            clock
        );
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        using var key = await CreateAsync(ada, "short", "all");
        clock.Shift = TimeSpan.FromDays(89);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(key, "api/v1/me"));
        clock.Shift = TimeSpan.FromDays(91);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(key, "api/v1/me"));
    }

    [Fact]
    public void Every_route_that_needs_no_administrator_has_a_scope_of_its_own()
    {
        var forgotten = RouteTests
            .Routes()
            .Where(route => route.RoutePattern.RawText?.TrimStart('/').StartsWith("api/v1/", StringComparison.Ordinal) == true)
            .Where(route => route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(HttpMethods.Get) == true)
            .Where(route => route.Metadata.GetOrderedMetadata<IAuthorizeData>().All(data => data.Policy != "Admin"))
            .Where(route => KeyScopes.RequiredFor(route.RoutePattern.RawText!, reads: true) == ApiScope.All)
            .Select(route => route.RoutePattern.RawText);
        Assert.Empty(forgotten);
    }

    private static async Task<HttpClient> CreateAsync(Person person, string label, params string[] scopes)
    {
        var created = await person.AskAsync(HttpMethod.Post, "api/v1/me/keys", new { label, scopes });
        var key = created["key"]!.GetValue<string>();
        Assert.StartsWith("gg_", key, StringComparison.Ordinal);
        var http = new HttpClient { BaseAddress = person.Client.Http.BaseAddress };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path, HttpMethod? method = null, object? body = null)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var answer = await new AppClient(http).SendAsync(method ?? HttpMethod.Get, path, content);
        return answer.StatusCode;
    }
}
