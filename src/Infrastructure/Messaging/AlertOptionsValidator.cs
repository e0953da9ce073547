using GourmetGram.Application.Monitoring;
using GourmetGram.Infrastructure.Hosting;
using Microsoft.Extensions.Options;
using MimeKit;

namespace GourmetGram.Infrastructure.Messaging;

/// <summary>Checks what attributes cannot check. Secrets are never shown.</summary>
internal sealed class AlertOptionsValidator : IValidateOptions<AlertOptions>
{
    public ValidateOptionsResult Validate(string? name, AlertOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = WebhookFaults(options).Concat(MailFaults(options)).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> WebhookFaults(AlertOptions options)
    {
        if (!string.IsNullOrEmpty(options.WebhookUrl) && !IsAddress(options.WebhookUrl))
            yield return "Alerts:WebhookUrl must be an address such as https://hooks.example.org/food, without fragment and user. Found: "
                + $"'{Redaction.WithoutUser(options.WebhookUrl)}'.";
        if (!string.IsNullOrEmpty(options.WebhookUrl) && string.IsNullOrEmpty(options.WebhookSecret))
            yield return "Alerts:WebhookSecret is empty, but Alerts:WebhookUrl is set. Set it to whsec_ and the Base64 text of 24 to 64 "
                + "random bytes, or set Alerts:WebhookSecretFile to a file.";
        if (!string.IsNullOrEmpty(options.WebhookSecret) && WebhookSignature.FindKey(options.WebhookSecret) is null)
            yield return "Alerts:WebhookSecret must be whsec_ and the Base64 text of 24 to 64 random bytes. "
                + "The value is a secret, so it is not shown.";
    }

    private static IEnumerable<string> MailFaults(AlertOptions options)
    {
        if (string.IsNullOrEmpty(options.SmtpUser) != string.IsNullOrEmpty(options.SmtpPassword))
            yield return "Alerts:SmtpUser and Alerts:SmtpPassword belong together. Set both or neither.";
        if (!string.IsNullOrEmpty(options.EmailFrom) && (!MailboxAddress.TryParse(options.EmailFrom, out var sender) || !IsMailbox(sender)))
            yield return $"Alerts:EmailFrom must be an e-mail address such as gourmetgram@example.org. Found: '{options.EmailFrom}'.";
        if (string.IsNullOrEmpty(options.EmailTo))
            yield break;
        if (!InternetAddressList.TryParse(options.EmailTo, out var receivers) || receivers.Count == 0 || !receivers.All(IsMailbox))
            yield return "Alerts:EmailTo must be e-mail addresses such as team@example.org, separated by commas. Found: "
                + $"'{options.EmailTo}'.";
        if (string.IsNullOrEmpty(options.EmailFrom))
            yield return "Alerts:EmailFrom is empty, but Alerts:EmailTo is set. Set it to the address that alerts come from.";
        if (string.IsNullOrEmpty(options.SmtpHost))
            yield return "Alerts:SmtpHost is empty, but Alerts:EmailTo is set. Set it to the host name of the mail server.";
    }

    private static bool IsMailbox(InternetAddress address) =>
        address is MailboxAddress mailbox && mailbox.Address.IndexOf('@', StringComparison.Ordinal) > 0;

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https"
        && address is { Fragment: "", UserInfo: "" };
}
