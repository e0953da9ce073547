using System.Net;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.Access;

/// <summary>Links for choosing a password that are sent by e-mail.</summary>
public sealed class LinkMailTests : ServerTests
{
    [Fact]
    public async Task A_link_is_sent_and_shown_to_nobody_else_unless_sending_fails()
    {
        using var mail = new MailServer();
        await using var server = Server(mail.Port);
        var grace = await Person.InviteAsync(server.Address, "Grace", "Administrator");

        var added = await grace.AskAsync(
            HttpMethod.Post,
            "api/v1/users",
            new
            {
                name = "Ada",
                role = "Annotator",
                email = "ada@example.org",
            }
        );
        Assert.Equal("ada@example.org", added["sentTo"]!.GetValue<string>());
        Assert.Null(added["link"]);
        Assert.Equal(["ada@example.org"], mail.Receivers);
        Assert.Contains("Grace sends you this link", mail.Mails[0], StringComparison.Ordinal);
        var ada = new Person(server.Address);
        Assert.Equal(HttpStatusCode.SeeOther, (await ada.UseLinkAsync(LinkIn(mail.Mails[0]), Person.Password)).Status);

        var reset = await grace.AskAsync(HttpMethod.Post, "api/v1/users/Ada/reset-password", new { email = "ada@example.org" });
        Assert.Null(reset["link"]);
        Assert.Equal(2, mail.Mails.Count);

        // By page.
        var (_, page) = await grace.PostAsync("people", "invite", ("name", "Bea"), ("role", "Annotator"), ("email", "bea@example.org"));
        Assert.Contains("The link was sent to bea@example.org.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("set-password?token", page, StringComparison.Ordinal);
        Assert.DoesNotContain("set-password?token", (await grace.OpenAsync("audit")).Html, StringComparison.Ordinal);

        // A wrong address creates nothing, and a mail server that fails loses nothing.
        var wrong = new
        {
            name = "Cleo",
            role = "Annotator",
            email = "cleo@example.org\r\nBcc: x@example.org",
        };
        Assert.Equal(HttpStatusCode.BadRequest, await grace.StatusAsync("api/v1/users", HttpMethod.Post, wrong));
        mail.Dispose();
        var (_, failed) = await grace.PostAsync("people", "invite", ("name", "Cleo"), ("role", "Manager"), ("email", "cleo@example.org"));
        Assert.Contains("The link could not be sent by e-mail.", failed, StringComparison.Ordinal);
        Assert.Contains("set-password?token", failed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_mail_server_links_are_shown_and_no_page_asks_for_an_address()
    {
        await using var server = Host(("Jobs__Scheduled", "false"), ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey));
        var grace = await Person.InviteAsync(server.Address, "Grace", "Administrator");
        Assert.DoesNotContain("name=\"email\"", (await grace.OpenAsync("people")).Html, StringComparison.Ordinal);
        var wanted = new
        {
            name = "Ada",
            role = "Annotator",
            email = "ada@example.org",
        };
        Assert.Equal(HttpStatusCode.Conflict, await grace.StatusAsync("api/v1/users", HttpMethod.Post, wanted));
        var users = await grace.AskAsync(HttpMethod.Get, "api/v1/users");
        Assert.Equal("Grace", Assert.Single(users["items"]!.AsArray())!["name"]!.GetValue<string>());
    }

    private HostedServer Server(int port) =>
        Host(
            ("Jobs__Scheduled", "false"),
            ("GourmetGram__BootstrapAdminKey", AppFixture.AdminKey),
            ("Alerts__SmtpHost", "127.0.0.1"),
            ("Alerts__SmtpPort", $"{port}"),
            ("Alerts__EmailFrom", "gourmetgram@example.org")
        );

    /// <summary>The path of the link in a mail, whose long lines are broken with =.</summary>
    private static string LinkIn(string mail)
    {
        var text = mail.Replace("=\r\n", "", StringComparison.Ordinal)
            .Replace("=\n", "", StringComparison.Ordinal)
            .Replace("=3D", "=", StringComparison.Ordinal);
        var start = text.IndexOf("set-password?token=", StringComparison.Ordinal);
        return text[start..text.IndexOfAny(['\r', '\n'], start)];
    }
}
