using GourmetGram.Application.Access;
using MimeKit;

namespace GourmetGram.Infrastructure.Messaging;

/// <summary>Sends e-mails to single people through the mail server of the alerts.</summary>
internal sealed class Mailer(SmtpSender sender, TimeProvider time) : IMailer
{
    public bool IsConfigured => sender.IsConfigured;

    public async Task SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mail);
        var now = time.GetUtcNow();
        using var message = new MimeMessage
        {
            Subject = mail.Subject,
            Date = now,
            MessageId = $"{Guid.CreateVersion7(now):N}@gourmetgram",
            Body = new TextPart("plain") { Text = mail.Text },
        };
        message.To.Add(new MailboxAddress(name: "", mail.To));
        if (await sender.TrySendAsync(message, cancellationToken) is var (reason, cause))
            throw new MailFailedException(reason, cause);
    }
}
