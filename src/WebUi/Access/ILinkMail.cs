using GourmetGram.Application.Common;

namespace GourmetGram.WebUi.Access;

/// <summary>Sends one-time links by e-mail. The host implements it.</summary>
public interface ILinkMail
{
    /// <summary>Whether the settings name a mail server and a sender.</summary>
    bool IsConfigured { get; }

    /// <summary>Checks an address before the link is created.</summary>
    /// <exception cref="FluentValidation.ValidationException">The text is not an e-mail address.</exception>
    /// <exception cref="ConflictException">No mail server is configured.</exception>
    void Require(string address);

    /// <summary>Sends a link that was created and committed before.</summary>
    /// <param name="link">The link.</param>
    /// <param name="address">The receiver.</param>
    /// <param name="by">The person who created it.</param>
    /// <returns>Without the link when the mail server accepted the e-mail; else with the link and the reason.</returns>
    Task<AccountLinkView> SendAsync(AccountLinkView link, string address, string by);
}
