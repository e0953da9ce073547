using System.Net.Sockets;
using GourmetGram.Application.Monitoring;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace GourmetGram.Infrastructure.Messaging;

/// <summary>Sends e-mails through the team's mail server. A password is sent only over TLS.</summary>
internal sealed class SmtpSender(IOptionsMonitor<AlertOptions> options)
{
    private const int ImplicitTlsPort = 465;
    private const int TimeoutMilliseconds = 30_000;

    /// <summary>Whether the settings name a mail server and a sender.</summary>
    public bool IsConfigured => options.CurrentValue is { SmtpHost.Length: > 0, EmailFrom.Length: > 0 };

    /// <summary>Sends an e-mail from the sender of the settings.</summary>
    /// <returns>Null when the mail server accepted the e-mail; else why it did not, in a sentence without secrets, and the cause.</returns>
    public async Task<(string Reason, Exception? Cause)?> TrySendAsync(MimeMessage mail, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mail);
        var settings = options.CurrentValue;
        if (settings is not { EmailFrom: { Length: > 0 } from, SmtpHost: { Length: > 0 } host })
            return ("Alerts:EmailFrom or Alerts:SmtpHost is not set.", null);
        mail.From.Add(MailboxAddress.Parse(from));
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
            return null;
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
            return ($"The mail server {host}:{settings.SmtpPort} failed: {e.Message}", e);
        }
    }
}
