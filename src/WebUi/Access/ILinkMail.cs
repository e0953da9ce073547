using GourmetGram.Application.Common;

namespace GourmetGram.WebUi.Access;

/// <summary>Sends one-time links by e-mail. The host implements it.</summary>
public interface ILinkMail
{
    /// <summary>Whether the settings name a mail server and a sender.</summary>
    bool IsConfigured { get; }

    /// <summary>Creates a link, and sends it if there is an address.</summary>
    /// <param name="address">The receiver; null to return the link without sending it.</param>
    /// <param name="by">The person who creates the link.</param>
    /// <param name="create">Creates and commits the link. It is called after the address was checked.</param>
    /// <returns>
    /// Without the link when the mail server accepted the e-mail; else with the link, and with the reason if sending failed.
    /// </returns>
    /// <exception cref="FluentValidation.ValidationException">The text is not an e-mail address.</exception>
    /// <exception cref="ConflictException">No mail server is configured.</exception>
    Task<AccountLinkView> CreateAsync(string? address, string by, Func<Task<AccountLinkView>> create);
}
