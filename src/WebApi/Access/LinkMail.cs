using System.Net.Mail;
using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.WebUi.Access;

namespace GourmetGram.WebApi.Access;

/// <summary>
/// Sends links immediately, because a message that waits in the database would store the link, of which only the hash is stored. If sending
/// fails, the administrator gets the link, so nothing is lost.
/// </summary>
internal sealed class LinkMail(IMailer mailer, ILogger<LinkMail> logger) : ILinkMail
{
    public bool IsConfigured => mailer.IsConfigured;

    public async Task<AccountLinkView> CreateAsync(string? address, string by, Func<Task<AccountLinkView>> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        if (address is null)
            return await create();
        Require(address);
        return await SendAsync(await create(), address, by);
    }

    private void Require(string address)
    {
        if (!MailAddress.TryCreate(address, out var parsed) || parsed.Address != address)
            throw new ValidationException([
                new ValidationFailure("email", $"'{address}' is not an e-mail address. Use one such as grace@example.org."),
            ]);
        if (!mailer.IsConfigured)
            throw new ConflictException("E-mails cannot be sent: set Alerts:SmtpHost and Alerts:EmailFrom, or send the link yourself.");
    }

    private async Task<AccountLinkView> SendAsync(AccountLinkView link, string address, string by)
    {
        var name = link.Account.Name;
        if (link.Link is not { } target || target.StartsWith('/'))
            return link with { MailFault = "The server does not know its own address: set GourmetGram:PublicUrl." };
        try
        {
            // The link is committed, so it is sent even if the administrator has left.
            await mailer.SendAsync(
                new Mail(
                    address,
                    "Choose your password for GourmetGram",
                    $"""
                    {by} sends you this link to GourmetGram. With it, you choose the password of your account {name}:

                    {target}

                    The link works once, until {link.ExpiresAt.ToUtcText()}. If you did not expect this message, you can ignore it.
                    """
                ),
                CancellationToken.None
            );
            logger.LogInformation("The link for {Name} was sent by e-mail", name);
            return link with { Link = null, SentTo = address };
        }
        catch (MailFailedException e)
        {
            logger.LogWarning("The link for {Name} could not be sent by e-mail: {Reason}", name, e.Message);
            return link with { MailFault = e.Message };
        }
    }
}
