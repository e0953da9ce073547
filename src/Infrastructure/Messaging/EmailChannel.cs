using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Monitoring;
using Microsoft.Extensions.Options;
using MimeKit;

namespace GourmetGram.Infrastructure.Messaging;

/// <summary>Sends messages as e-mails to the team.</summary>
internal sealed class EmailChannel(IOptionsMonitor<AlertOptions> options, SmtpSender sender) : IMessageChannel
{
    public MessageChannel Channel => MessageChannel.Email;

    public bool IsConfigured => !string.IsNullOrEmpty(options.CurrentValue.EmailTo);

    public async Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        if (options.CurrentValue.EmailTo is not { Length: > 0 } to || !sender.IsConfigured)
            throw new MessageFailedException("Alerts:EmailTo, Alerts:EmailFrom or Alerts:SmtpHost is not set.", isFinal: true);
        using var mail = Compose(message, to);
        if (await sender.TrySendAsync(mail, cancellationToken) is var (reason, cause))
            throw new MessageFailedException(reason, cause: cause);
    }

    private static MimeMessage Compose(OutgoingMessage message, string to)
    {
        var subject = message.Payload.Split('\n', 2);
        var mail = new MimeMessage
        {
            Subject = subject[0],
            Date = message.CreatedAt,
            // The same in every attempt, so that mail programs show a repetition once.
            MessageId = $"{message.Id:N}@gourmetgram",
            Body = new TextPart("plain") { Text = subject[^1].TrimStart('\n') },
        };
        mail.To.AddRange(InternetAddressList.Parse(to));
        return mail;
    }
}
