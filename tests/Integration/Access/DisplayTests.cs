using System.Net;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Access;

/// <summary>How pages name a person with an account and look to the person.</summary>
public sealed class DisplayTests : ServerTests
{
    [Fact]
    public async Task A_person_chooses_a_name_a_time_zone_and_colours_and_the_server_writes_pages_in_them()
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var grace = await Person.InviteAsync(server.Address, "grace", "Administrator");
        var other = new Person(server.Address);
        await other.SignInAsync("grace");
        var (_, before) = await grace.OpenAsync("account");
        Assert.DoesNotContain("data-theme", before, StringComparison.Ordinal);
        Assert.Contains("<meta name=\"color-scheme\" content=\"light dark\"", before, StringComparison.Ordinal);
        Assert.Contains(" UTC</time>", before, StringComparison.Ordinal);

        var saved = await grace.PostAsync("account", "display", ("name", "Grace Hopper"), ("zone", "Asia/Kolkata"), ("theme", "Dark"));
        Assert.Equal(HttpStatusCode.SeeOther, saved.Status);
        var (_, page) = await grace.OpenAsync("account");
        Assert.Contains("data-theme=\"dark\"", page, StringComparison.Ordinal);
        Assert.Contains("data-zone=\"Asia/Kolkata\"", page, StringComparison.Ordinal);
        Assert.Contains("<meta name=\"color-scheme\" content=\"dark\"", page, StringComparison.Ordinal);
        Assert.Contains("UTC&#x2B;5:30</time>", page, StringComparison.Ordinal);
        Assert.Contains("<span>Grace Hopper</span>", page, StringComparison.Ordinal);
        // The new cookie has the place of the old one: nobody is signed in twice.
        Assert.Equal(2, (await grace.AskAsync(HttpMethod.Get, "api/v1/me/sessions"))["items"]!.AsArray().Count);
        Assert.Contains("Grace Hopper", (await grace.OpenAsync("people")).Html, StringComparison.Ordinal);
        Assert.Equal("Grace Hopper", (await grace.AskAsync(HttpMethod.Get, "api/v1/me"))["name"]!.GetValue<string>());
        var entry = (await grace.AskAsync(HttpMethod.Get, "api/v1/audit?q=display"))["items"]!.AsArray();
        Assert.Equal("grace", Assert.Single(entry)!["who"]!.GetValue<string>());
        // Visitors see what they saw.
        var (_, visitor) = await new Person(server.Address).OpenAsync("");
        Assert.DoesNotContain("data-theme", visitor, StringComparison.Ordinal);
        Assert.DoesNotContain("data-zone", visitor, StringComparison.Ordinal);

        var back = await grace.PostAsync("account", "display", ("name", ""), ("zone", ""), ("theme", "System"));
        Assert.Equal(HttpStatusCode.SeeOther, back.Status);
        Assert.Equal(
            """{"name":null,"timeZone":null,"theme":"System"}""",
            (await grace.AskAsync(HttpMethod.Get, "api/v1/me/display")).ToJsonString()
        );
        Assert.DoesNotContain("data-zone", (await grace.OpenAsync("account")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_takes_another_person_s_name_or_a_time_zone_that_does_not_exist()
    {
        await using var server = Host(
            ("Jobs__Scheduled", "false"),
            ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
            ("Pages__TimeZone", "Europe/Stockholm")
        );
        var grace = await Person.InviteAsync(server.Address, "grace", "Manager");
        var ada = await Person.InviteAsync(server.Address, "ada", "Annotator");
        await grace.AskAsync(HttpMethod.Put, "api/v1/me/display", new { name = "Grace Hopper" });
        foreach (var name in new[] { "Grace", "grace hopper" })
            Assert.Equal(HttpStatusCode.Conflict, await ada.StatusAsync("api/v1/me/display", HttpMethod.Put, new { name }));
        foreach (var wrong in new object[] { new { name = "<b>" }, new { timeZone = "Mars/Olympus" }, new { theme = "Pink" } })
            Assert.Equal(HttpStatusCode.BadRequest, await ada.StatusAsync("api/v1/me/display", HttpMethod.Put, wrong));
        Assert.Contains("data-zone=\"Europe/Stockholm\"", (await ada.OpenAsync("account")).Html, StringComparison.Ordinal);

        // A deleted account leaves its name to others.
        using (var http = new HttpClient { BaseAddress = server.Address })
        using (await AppClient.Administrator(http).SendAsync(HttpMethod.Delete, "api/v1/users/grace"))
        {
            var free = await ada.AskAsync(HttpMethod.Put, "api/v1/me/display", new { name = "Grace Hopper" });
            Assert.Equal("Grace Hopper", free["name"]!.GetValue<string>());
        }
    }
}
