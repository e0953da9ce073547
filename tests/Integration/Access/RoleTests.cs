using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Access;

/// <summary>What annotators, managers and administrators may do, and what stays of a person who has left.</summary>
public sealed class RoleTests : ServerTests
{
    [Fact]
    public async Task Each_role_may_do_what_it_is_for_and_a_new_role_takes_effect_within_seconds()
    {
        await using var server = StartServer();
        var people = new Dictionary<string, Person>(StringComparer.Ordinal);
        foreach (var role in new[] { "Annotator", "Manager", "Administrator" })
            people[role] = await Person.InviteAsync(server.Address, $"An {role}", role);
        (string Page, int Least)[] pages =
        [
            ("review", 0),
            ("loops", 0),
            ("account", 0),
            ("disputes", 1),
            ("label-errors", 1),
            ("annotators", 1),
            ("dataset-versions", 1),
            ("jobs", 2),
            ("people", 2),
            ("audit", 2),
        ];
        foreach (var (page, least) in pages)
        {
            foreach (var (person, rank) in people.Values.Zip([0, 1, 2]))
            {
                var status = (await person.OpenAsync(page)).Status;
                Assert.True(status == (rank >= least ? HttpStatusCode.OK : HttpStatusCode.Redirect), $"{page} for role {rank}: {status}");
            }
        }

        var change = new { votes = 2 };
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await people["Annotator"].StatusAsync("api/v1/loops/lowconfidence", HttpMethod.Patch, change)
        );
        Assert.Equal(HttpStatusCode.OK, await people["Manager"].StatusAsync("api/v1/loops/lowconfidence", HttpMethod.Patch, change));
        Assert.Equal(HttpStatusCode.Forbidden, await people["Manager"].StatusAsync("api/v1/jobs/housekeeping/run", HttpMethod.Post));
        Assert.Equal(HttpStatusCode.Forbidden, await people["Manager"].StatusAsync("api/v1/users"));

        var administrator = people["Administrator"];
        await administrator.AskAsync(HttpMethod.Put, "api/v1/users/An%20Annotator/role", new { role = "Manager" });
        await Waiting.UntilAsync(async () => (await people["Annotator"].OpenAsync("disputes")).Status == HttpStatusCode.OK);
        Assert.Equal(
            HttpStatusCode.Conflict,
            await administrator.StatusAsync("api/v1/users/An%20Administrator/role", HttpMethod.Put, new { role = "Manager" })
        );
        Assert.Equal(HttpStatusCode.Conflict, await administrator.StatusAsync("api/v1/users/An%20Administrator", HttpMethod.Delete));
    }

    [Fact]
    public async Task The_labels_of_a_deleted_account_stay_without_its_name()
    {
        await using var server = StartServer();
        var admin = AppClient.Administrator(new HttpClient { BaseAddress = server.Address });
        var ada = await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var photo = await ada.Client.UploadAsync();
        using (var flagged = await ada.Client.FlagAsync(photo.Id))
            Assert.True(flagged.IsSuccessStatusCode);
        await admin.RunJobAsync("select-candidates");
        var task = await ada.AskAsync(HttpMethod.Post, "api/v1/loops/userfeedback/tasks/next");
        await ada.AskAsync(HttpMethod.Post, $"api/v1/tasks/{task["id"]!.GetValue<Guid>()}/label", new { @class = "Bread" });

        // Before leaving, Ada takes everything along.
        using (
            var export = await ada.Client.SendAsync(HttpMethod.Get, "api/v1/me/export", content: null, ("Sec-Fetch-Site", "same-origin"))
        )
        {
            using var zip = new ZipArchive(await export.Content.ReadAsStreamAsync(Cancel), ZipArchiveMode.Read);
            Assert.Equal(
                ["account.json", "labels.json", "photos.json", $"{photo.Id}.jpg"],
                zip.Entries.Select(entry => entry.FullName)
                    .OrderBy(name => name.EndsWith("jpg", StringComparison.Ordinal))
                    .ThenBy(name => name)
            );
            var label = Assert.Single(JsonNode.Parse(zip.GetEntry("labels.json")!.Open())!.AsArray())!;
            Assert.Equal(("Bread", "userfeedback"), (label["class"]!.GetValue<string>(), label["loop"]!.GetValue<string>()));
            var account = JsonNode.Parse(zip.GetEntry("account.json")!.Open())!;
            Assert.Equal("Ada", account["name"]!.GetValue<string>());
            Assert.Single(account["sessions"]!.AsArray());
        }

        using (var deleted = await admin.SendAsync(HttpMethod.Delete, "api/v1/users/Ada"))
            Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        await Waiting.UntilAsync(async () => await ada.StatusAsync("api/v1/me") == HttpStatusCode.Forbidden);
        Assert.Contains("is wrong", (await ada.SignInAsync("Ada")).Html, StringComparison.Ordinal);
        var users = (await admin.Http.GetFromJsonAsync<JsonObject>("api/v1/users", Cancel))!["items"]!.AsArray();
        Assert.Empty(users);

        // The name is free again, and belongs to somebody else now.
        await Person.InviteAsync(server.Address, "Ada", "Annotator");
        var raters = await admin.Http.GetStringAsync("api/v1/monitoring/annotators", Cancel);
        Assert.Contains("former annotator 1", raters, StringComparison.Ordinal);
        Assert.DoesNotContain("\"Ada\"", raters, StringComparison.Ordinal);
    }

    private HostedServer StartServer() => Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
}
