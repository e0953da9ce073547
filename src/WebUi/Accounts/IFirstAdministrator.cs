namespace GourmetGram.WebUi.Accounts;

/// <summary>Makes the first administrator of an installation, for whoever has the one-time token from the log. The host implements it.</summary>
public interface IFirstAdministrator
{
    /// <summary>Whether there is no administrator yet and this is the token.</summary>
    bool IsOpen(string token);

    /// <summary>Makes the account, gives it the role Admin and uses the token up.</summary>
    /// <param name="token">The token of the link.</param>
    /// <param name="name">Name to sign in with.</param>
    /// <param name="password">Password to sign in with.</param>
    /// <param name="ct">Ends with the request.</param>
    /// <returns>What was wrong, in sentences for the reader; empty when the account exists and can sign in.</returns>
    Task<IReadOnlyList<string>> CreateAsync(string token, string name, string password, CancellationToken ct);
}
