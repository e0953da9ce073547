using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace GourmetGram.Tests.Integration.Access;

/// <summary>The audit log: each change has one entry, which says who made it, from where, and what changed.</summary>
public sealed class AuditTests : ServerTests
{
    /// <summary>Photos, feedback and labels say themselves who made them; the rest changes nothing.</summary>
    private static readonly HashSet<string> Unaudited =
    [
        "POST predictions/",
        "POST predictions/batch",
        "PUT predictions/{id:guid}/flag",
        "DELETE predictions/{id:guid}/flag",
        "PUT predictions/{id:guid}/correction",
        "DELETE predictions/{id:guid}/correction",
        "POST predictions/{id:guid}/media-link",
        "POST loops/{name}/tasks/next",
        "POST tasks/{id:guid}/label",
        "POST tasks/{id:guid}/skip",
        "POST tasks/{id:guid}/release",
        "DELETE tasks/{id:guid}/labels/{key}",
        "DELETE labels/{id:guid}",
        "POST label-studio/webhook",
        "POST monitoring/alerts/test",
    ];

    /// <summary>Change something once there are labels.</summary>
    private static readonly HashSet<string> WithRows =
    [
        "POST loops/{name}/backfill",
        "DELETE loops/{name}/pending",
        "POST tasks/{id:guid}/adjudication",
        "POST monitoring/label-errors/{taskId:guid}/keep",
        "POST monitoring/label-errors/{taskId:guid}/change",
        "POST monitoring/label-errors/{taskId:guid}/ask-again",
        "POST datasets/",
        "PUT known-answers/{id:guid}",
        "DELETE known-answers/{id:guid}",
    ];

    /// <summary>Their own tests send them and look at the audit log.</summary>
    private static readonly HashSet<string> Elsewhere =
    [
        "POST held-back/release",
        "POST held-back/discard",
        "POST monitoring/draws",
        "POST models/",
        "POST models/{version}/promote",
        "POST models/rollback",
        "POST models/{version}/shadow",
        "DELETE models/shadow",
    ];

    /// <summary>Need much before they change anything. Their commands are audited: see the architecture tests.</summary>
    private static readonly HashSet<string> Unseen =
    [
        "POST label-studio/provision",
        "POST monitoring/alerts/messages/{id:guid}/resend",
        "POST monitoring/alerts/{rule}/acknowledge",
        "POST models/{version}/trials",
        "POST training-runs/",
        "POST training-runs/{id:guid}/cancel",
        "POST jobs/{name}/runs/{id:guid}/cancel",
    ];

    [Fact]
    public async Task Each_route_that_changes_something_adds_one_entry()
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var admin = await Person.InviteAsync(server.Address, "Grace", "Administrator");
        var other = new Person(server.Address);
        await other.SignInAsync("Grace");
        var third = new Person(server.Address);
        await third.SignInAsync("Grace");
        var photo = await admin.Client.UploadAsync();
        var walk = new Walk(admin);

        await walk.SendAsync("POST", "users/", "users", "Invited a person", "Ada", new { name = "Ada", role = "Annotator" });
        await walk.SendAsync("PUT", "users/{name}/role", "users/Ada/role", "Changed a role", "Ada: Manager", new { role = "Manager" });
        await walk.SendAsync("POST", "users/{name}/reset-password", "users/Ada/reset-password", "Reset a password", "Ada");
        await walk.SendAsync("POST", "users/{name}/disable", "users/Ada/disable", "Disabled an account", "Ada");
        await walk.SendAsync("POST", "users/{name}/enable", "users/Ada/enable", "Enabled an account", "Ada");
        await walk.SendAsync("DELETE", "users/{name}", "users/Ada", "Deleted an account", "Ada");
        var key = new { label = "kiosk", scopes = new[] { "predictions:write" } };
        await walk.SendAsync("POST", "me/keys", "me/keys", "Created an API key", "kiosk (PredictionsWrite)", key);
        var keyId = (await admin.AskAsync(HttpMethod.Get, "api/v1/me/keys"))["items"]![0]!["id"]!.GetValue<string>();
        await walk.SendAsync("DELETE", "me/keys/{id:guid}", $"me/keys/{keyId}", "Revoked an API key", keyId);
        var sessions = (await admin.AskAsync(HttpMethod.Get, "api/v1/me/sessions"))["items"]!.AsArray();
        // The newest session but the own one, whose browser was seen last.
        var session = sessions.Select(item => item!["id"]!.GetValue<string>()).Order(StringComparer.Ordinal).Last();
        await walk.SendAsync("DELETE", "me/sessions/{id:guid}", $"me/sessions/{session}", "Signed out", session);
        await walk.SendAsync("DELETE", "me/sessions", "me/sessions", "Signed out everywhere else", null);
        var look = new { name = "Grace Hopper", theme = "Dark" };
        var shown = await walk.SendAsync("PUT", "me/display", "me/display", "Changed own name and display", "Grace Hopper", look);
        Assert.Equal("""{"display name":[null,"Grace Hopper"],"theme":["System","Dark"]}""", Text(shown, "changes"));
        await walk.SendAsync("POST", "media-keys/rotate", "media-keys/rotate", "Rotated the keys that sign links to photos", "");
        var mediaKey = (await admin.AskAsync(HttpMethod.Get, "api/v1/media-keys"))["items"]![0]!["id"]!.GetValue<string>();
        await walk.SendAsync(
            "POST",
            "media-keys/{id}/revoke",
            $"media-keys/{mediaKey}/revoke",
            "Revoked a key that signs links to photos",
            mediaKey
        );
        var changed = await walk.SendAsync(
            "PATCH",
            "loops/{name}",
            "loops/lowconfidence",
            "Changed a loop",
            "lowconfidence",
            new { votes = 2 }
        );
        Assert.Contains("\"FeedbackLoop.Votes\":[1,2]", Text(changed, "changes"), StringComparison.Ordinal);
        await walk.SendAsync(
            "PATCH",
            "jobs/{name}",
            "jobs/housekeeping",
            "Changed the schedule of a job",
            "housekeeping",
            new { paused = true }
        );
        await walk.SendAsync("POST", "jobs/{name}/run", "jobs/store-images/run", "Ran a job", "store-images");
        await walk.SendAsync("PUT", "pipeline/rules", "pipeline/rules", "Changed the rules of the pipeline", "", new { newLabels = 80 });
        await walk.SendAsync("POST", "pipeline/runs", "pipeline/runs", "Started the pipeline", "");
        await walk.SendAsync("POST", "pipeline/stop", "pipeline/stop", "Stopped the pipeline", "");
        await walk.SendAsync(
            "PUT",
            "datasets/exclusions/{id:guid}",
            $"datasets/exclusions/{photo.Id}",
            "Excluded a photo",
            $"{photo.Id}",
            new { note = "a menu" }
        );
        await walk.SendAsync(
            "DELETE",
            "datasets/exclusions/{id:guid}",
            $"datasets/exclusions/{photo.Id}",
            "Included a photo again",
            $"{photo.Id}"
        );
        await walk.SendAsync(
            "PUT",
            "models/{version}/note",
            "models/2/note",
            "Changed the note of a model",
            "2",
            new { note = "the first" }
        );
        var one = await walk.SendAsync("DELETE", "predictions/{id:guid}", $"predictions/{photo.Id}", "Deleted a photo", $"{photo.Id}");
        // A job may have made a task of a photo meanwhile.
        Assert.StartsWith("""{"photos":1,"files in the store":1""", Text(one, "changes"), StringComparison.Ordinal);
        for (var i = 0; i < 2; i++)
            await admin.Client.UploadAsync();
        var all = await walk.SendAsync("DELETE", "predictions/", "predictions?all=true", "Deleted all own photos", subject: null);
        Assert.StartsWith("""{"photos":2,"files in the store":2""", Text(all, "changes"), StringComparison.Ordinal);

        Assert.Equal(
            Mutating(),
            walk.Routes.Concat(Unaudited).Concat(WithRows).Concat(Elsewhere).Concat(Unseen).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Each_route_that_changes_labels_and_datasets_adds_one_entry()
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var grace = await Person.InviteAsync(server.Address, "Grace", "Administrator");
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var bea = await Person.InviteAsync(server.Address, "Bea", "Annotator");
        using var http = new HttpClient { BaseAddress = server.Address };
        var program = AppClient.Administrator(http);
        var photo = await program.UploadAsync();
        using (await program.FlagAsync(photo.Id))
            await program.RunJobAsync("select-candidates");
        // No loop has looked at this one.
        await program.UploadAsync();
        var walk = new Walk(grace);

        using (
            var changed = await program.SendAsync(
                HttpMethod.Patch,
                "api/v1/loops/lowconfidence",
                JsonContent.Create(new { settings = new { threshold = 1 } })
            )
        )
            Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync(Cancel));
        const string loop = "lowconfidence";
        await walk.SendAsync("POST", "loops/{name}/backfill", $"loops/{loop}/backfill", "Selected earlier photos for a loop", loop);
        await walk.SendAsync("DELETE", "loops/{name}/pending", $"loops/{loop}/pending", "Deleted the waiting tasks of a loop", loop);

        var task = await ada.AskAsync(HttpMethod.Post, "api/v1/loops/userfeedback/tasks/next", new { });
        var id = Text(task, "id")!;
        string[] classes = [.. task["classes"]!.AsArray().Select(name => name!.GetValue<string>())];
        await ada.AskAsync(HttpMethod.Post, $"api/v1/tasks/{id}/label", new { @class = classes[0] });
        const string errors = "monitoring/label-errors/{taskId:guid}";
        await walk.SendAsync("POST", $"{errors}/keep", $"monitoring/label-errors/{id}/keep", "Kept a label", id);
        var other = new { @class = classes[1] };
        await walk.SendAsync("POST", $"{errors}/change", $"monitoring/label-errors/{id}/change", "Changed a label", id, other);
        var again = $"monitoring/label-errors/{id}/ask-again";
        await walk.SendAsync("POST", $"{errors}/ask-again", again, "Asked another person for a label", id);
        await bea.AskAsync(HttpMethod.Post, $"api/v1/tasks/{id}/label", new { @class = classes[2] });
        const string decide = "tasks/{id:guid}/adjudication";
        await walk.SendAsync("POST", decide, $"tasks/{id}/adjudication", "Decided a second opinion", id, new { @class = classes[0] });

        var known = $"known-answers/{photo.Id}";
        await walk.SendAsync("PUT", "known-answers/{id:guid}", known, "Marked a photo as a known answer", $"{photo.Id}");
        await walk.SendAsync("DELETE", "known-answers/{id:guid}", known, "Took a photo out of the known answers", $"{photo.Id}");
        await walk.SendAsync("POST", "datasets/", "datasets", "Built a dataset version", "");
        Assert.Equal(WithRows.Order(StringComparer.Ordinal), walk.Routes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_fails_or_changes_nothing_adds_no_entry_and_sign_ins_do()
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var admin = await Person.InviteAsync(server.Address, "Grace", "Administrator");
        var count = (await EntriesAsync("")).Count;
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await admin.StatusAsync("api/v1/loops/lowconfidence", HttpMethod.Patch, new { votes = -1 })
        );
        Assert.Equal(HttpStatusCode.NotFound, await admin.StatusAsync("api/v1/users/nobody/disable", HttpMethod.Post));
        Assert.Equal(HttpStatusCode.OK, await admin.StatusAsync("api/v1/loops/lowconfidence", HttpMethod.Patch, new { votes = 1 }));
        Assert.Equal(count, (await EntriesAsync("")).Count);

        var stranger = new Person(server.Address);
        await stranger.SignInAsync("Grace", "a wrong password");
        await stranger.SignInAsync("my secret sentence", "typed into the wrong field");
        var failures = await EntriesAsync("?area=SignIn&q=Failed");
        Assert.Equal(["Unknown name", "Grace"], failures.Select(entry => Text(entry, "subject")));
        Assert.All(failures, entry => Assert.Equal("127.0.0.1", Text(entry, "address")));
        // The address of visitors is stored nowhere else.
        var photo = await stranger.Client.UploadAsync();
        using (var erased = await stranger.Client.EraseAsync(photo.Id))
            Assert.True(erased.IsSuccessStatusCode);
        Assert.Null(Assert.Single(await EntriesAsync("?area=Photos"))["address"]);
        Assert.Equal(3, (await EntriesAsync("?area=SignIn")).Count);
        Assert.All(await EntriesAsync("?who=Grace"), entry => Assert.Equal("Grace", Text(entry, "who")));
        Assert.Empty(await EntriesAsync("?to=2020-01-01"));

        using var csv = await admin.Client.SendAsync(HttpMethod.Get, "api/v1/audit", content: null, ("Accept", "text/csv"));
        var lines = (await csv.Content.ReadAsStringAsync(Cancel)).Split("\r\n");
        Assert.StartsWith("id,at,who,actor,area,action,subject,", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => line.Contains("secret sentence", StringComparison.Ordinal));
        var page = await admin.AskAsync(HttpMethod.Get, "api/v1/audit?limit=2");
        var next = await admin.AskAsync(HttpMethod.Get, $"api/v1/audit?limit=2&cursor={page["next"]!.GetValue<string>()}");
        Assert.Empty(Ids(page).Intersect(Ids(next)));

        async Task<List<JsonObject>> EntriesAsync(string query) =>
            [.. (await admin.AskAsync(HttpMethod.Get, $"api/v1/audit{query}"))["items"]!.AsArray().Select(item => item!.AsObject())];
    }

    [Fact]
    public async Task Old_entries_are_deleted()
    {
        var clock = new ShiftedClock();
        await using var server = new HostedServer(
            new Dictionary<string, string>
            {
                ["GourmetGram__DataDirectory"] = Path.Combine(Folder, "data"),
                ["GourmetGram__BootstrapAdminKey"] = AppFixture.AdminKey,
                ["Jobs__Scheduled"] = "false",
                ["Audit__KeepDays"] = "30",
            },
            clock
        );
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = server.Address });
        using (
            var added = await admin.SendAsync(HttpMethod.Post, "api/v1/users", JsonContent.Create(new { name = "Ada", role = "Manager" }))
        )
            Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        clock.Shift = TimeSpan.FromDays(31);
        var run = await admin.RunJobAsync("housekeeping");
        Assert.Equal(1, run["counts"]!["auditEntries"]!.GetValue<long>());
        var left = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/audit", Cancel))!["items"]!.AsArray();
        Assert.Equal("Ran a job", Text(Assert.Single(left)!.AsObject(), "action"));
    }

    /// <summary>Sends requests as one person, each of which has to add one entry.</summary>
    private sealed class Walk(Person person)
    {
        /// <summary>The routes of the requests so far.</summary>
        public List<string> Routes { get; } = [];

        /// <param name="method">The request's method.</param>
        /// <param name="route">Pattern of the route.</param>
        /// <param name="path">The request's path.</param>
        /// <param name="action">The action that the entry names.</param>
        /// <param name="subject">What the entry is about; null for anything.</param>
        /// <param name="body">The request's body; null for none.</param>
        public async Task<JsonObject> SendAsync(
            string method,
            string route,
            string path,
            string action,
            string? subject,
            object? body = null
        )
        {
            var before = await NewestAsync();
            var status = await person.StatusAsync($"api/v1/{path}", new HttpMethod(method), body);
            Assert.True((int)status < 300, $"{method} {path}: {status}");
            var added = (await NewestAsync()).TakeWhile(entry => Id(entry) != Id(before[0])).ToList();
            var one = Assert.Single(added);
            Assert.Equal(("Grace", "Api", action), (Text(one, "who"), Text(one, "channel"), Text(one, "action")));
            Assert.NotNull(one["requestId"]);
            Assert.Equal("127.0.0.1", Text(one, "address"));
            if (subject is not null)
                Assert.Equal(subject, Text(one, "subject"));
            Routes.Add($"{method} {route}");
            return one;
        }

        private async Task<List<JsonObject>> NewestAsync() =>
            [.. (await person.AskAsync(HttpMethod.Get, "api/v1/audit?limit=20"))["items"]!.AsArray().Select(item => item!.AsObject())];
    }

    private static IEnumerable<string> Mutating() =>
        RouteTests
            .Routes()
            .Select(route =>
                (Route: route.RoutePattern.RawText!.TrimStart('/'), route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods)
            )
            .Where(route => route.Route.StartsWith("api/v1/", StringComparison.Ordinal))
            .SelectMany(route =>
                (route.HttpMethods ?? [])
                    .Where(method => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
                    .Select(method => $"{method} {route.Route["api/v1/".Length..]}")
            )
            .Order(StringComparer.Ordinal);

    private static string Id(JsonObject entry) => Text(entry, "id")!;

    private static string? Text(JsonObject entry, string name) => entry[name]?.GetValue<string>();

    private static IEnumerable<string> Ids(JsonObject page) => page["items"]!.AsArray().Select(item => Id(item!.AsObject()));
}
