using System.Net.Sockets;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Monitoring;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace GourmetGram.Infrastructure.Messaging;

/// <summary>Sends messages as e-mails through the team's mail server. A password is sent only over TLS.</summary>
internal sealed class EmailChannel(IOptionsMonitor<AlertOptions> options) : IMessageChannel
{
    private const int ImplicitTlsPort = 465;
    private const int TimeoutMilliseconds = 30_000;

    public MessageChannel Channel => MessageChannel.Email;

    public bool IsConfigured => !string.IsNullOrEmpty(options.CurrentValue.EmailTo);

    public async Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        if (settings is not { EmailTo: { Length: > 0 } to, EmailFrom: { Length: > 0 } from, SmtpHost: { Length: > 0 } host })
            throw new MessageFailedException("Alerts:EmailTo, Alerts:EmailFrom or Alerts:SmtpHost is not set.", isFinal: true);
        using var mail = Compose(message, from, to);
        using var client = new SmtpClient { Timeout = TimeoutMilliseconds };
        var security =
            settings.SmtpPort == ImplicitTlsPort ? SecureSocketOptions.SslOnConnect
            : settings.SmtpUser is { Length: > 0 } ? SecureSocketOptions.StartTls
            : SecureSocketOptions.StartTlsWhenAvailable;
        try
        {
            await client.ConnectAsync(host, settings.SmtpPort, security, cancellationToken);
            if (settings.SmtpUser is { Length: > 0 } user)
                await client.AuthenticateAsync(user, settings.SmtpPassword ?? "", cancellationToken);
            await client.SendAsync(mail, cancellationToken);
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception e)
            when (e
                    is SocketException
                        or IOException
                        or ProtocolException
                        or CommandException
                        or AuthenticationException
                        or System.Security.Authentication.AuthenticationException
                        or SslHandshakeException
                        or NotSupportedException
                        or TimeoutException
            )
        {
            throw new MessageFailedException($"The mail server {host}:{settings.SmtpPort} failed: {e.Message}", cause: e);
        }
    }

    private static MimeMessage Compose(OutgoingMessage message, string from, string to)
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
        mail.From.Add(MailboxAddress.Parse(from));
        mail.To.AddRange(InternetAddressList.Parse(to));
        return mail;
    }
}
