namespace GourmetGram.Application.Access;

/// <summary>An e-mail to one person.</summary>
/// <param name="To">The receiver's address.</param>
/// <param name="Subject">The subject.</param>
/// <param name="Text">The plain text.</param>
public sealed record Mail(string To, string Subject, string Text);

/// <summary>An e-mail could not be sent.</summary>
/// <param name="message">The reason in a sentence, without secrets.</param>
/// <param name="cause">The cause.</param>
public sealed class MailFailedException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Sends e-mails to people through the mail server of the installation.</summary>
public interface IMailer
{
    /// <summary>Whether the settings name a mail server and a sender.</summary>
    bool IsConfigured { get; }

    /// <summary>Makes one attempt to send an e-mail. When the method returns, the mail server has accepted it.</summary>
    /// <exception cref="MailFailedException">The mail server cannot be reached or did not accept the e-mail.</exception>
    Task SendAsync(Mail mail, CancellationToken cancellationToken);
}
