namespace GourmetGram.WebUi.Access;

/// <summary>An account that a one-time link opens.</summary>
/// <param name="Name">Sign-in name of the account; null when the link creates the first administrator's account, whose name the reader
/// chooses.</param>
public sealed record LinkedAccount(string? Name);

/// <summary>The result of using a link.</summary>
/// <param name="Name">Sign-in name of the account; null when the account was not opened.</param>
/// <param name="Errors">The errors, in sentences for the reader; empty when there are none.</param>
public sealed record LinkUse(string? Name, IReadOnlyList<string> Errors);

/// <summary>One-time links with which people choose their password. The host implements it.</summary>
public interface IAccountLinks
{
    /// <returns>The account that a link opens; null when the link was used, was replaced, has expired or never existed.</returns>
    Task<LinkedAccount?> FindAsync(string token, CancellationToken cancellationToken);

    /// <summary>Sets the password and marks the link as used. Of several concurrent attempts, one succeeds.</summary>
    /// <param name="token">The token of the link.</param>
    /// <param name="name">The sign-in name, where the reader chooses it.</param>
    /// <param name="password">The new password.</param>
    /// <param name="cancellationToken">Cancels the work when the request ends.</param>
    Task<LinkUse> UseAsync(string token, string? name, string password, CancellationToken cancellationToken);
}
