namespace GourmetGram.WebUi.Access;

/// <summary>An account of another server with which the person can sign in.</summary>
/// <param name="Id">Identifies it among the person's own.</param>
/// <param name="Name">Name of the other server.</param>
public sealed record ConnectedAccount(string Id, string Name);

/// <summary>The account of the person who sent the request. The host implements it.</summary>
public interface IOwnAccount
{
    /// <summary>Id of the account; null for keys and visitors.</summary>
    Guid? Id { get; }

    /// <summary>The session of this browser; null without one.</summary>
    Guid? SessionId { get; }

    /// <summary>Whether the person can sign in with a password.</summary>
    Task<bool> HasPasswordAsync();

    /// <summary>Returns the accounts of other servers with which the person can sign in, by name of the server.</summary>
    Task<IReadOnlyList<ConnectedAccount>> ListConnectedAsync();

    /// <summary>Begins to connect an account of another server.</summary>
    /// <param name="authority">Id of the other server.</param>
    /// <param name="password">The person's password, if the person has one.</param>
    /// <param name="cancellationToken">Cancels the work when the request ends.</param>
    /// <returns>
    /// Address that leads to the other server, relative to the site, valid for a quarter of an hour; null when the password is wrong.
    /// </returns>
    Task<string?> BeginConnectionAsync(string authority, string password, CancellationToken cancellationToken);

    /// <summary>The person can no longer sign in with an account of another server.</summary>
    /// <exception cref="Application.Common.NotFoundException">The account is not connected.</exception>
    /// <exception cref="Application.Common.ConflictException">The person has no other way to sign in.</exception>
    Task DisconnectAsync(string id, CancellationToken cancellationToken);

    /// <summary>Returns the person's passkeys, oldest first.</summary>
    Task<IReadOnlyList<PasskeyView>> ListPasskeysAsync();

    /// <summary>Returns what a browser needs to create a passkey.</summary>
    Task<PasskeyChallenge> BeginPasskeyAsync();

    /// <summary>Adds the passkey that the browser has created.</summary>
    /// <param name="name">Name for the person to recognise it; empty for that of the browser.</param>
    /// <param name="proof">See <see cref="RemoveAppAsync"/>; anything for a person with neither.</param>
    /// <param name="answer">The browser's answer.</param>
    /// <param name="cancellationToken">Cancels the work when the request ends.</param>
    /// <returns>False when the proof is wrong.</returns>
    /// <exception cref="Application.Common.ConflictException">The answer is not acceptable.</exception>
    Task<bool> AddPasskeyAsync(string name, string proof, PasskeyAnswer answer, CancellationToken cancellationToken);

    /// <summary>Removes a passkey, which can then no longer be used to sign in.</summary>
    /// <exception cref="Application.Common.NotFoundException">The person has no such passkey.</exception>
    /// <exception cref="Application.Common.ConflictException">The person has no other way to sign in.</exception>
    Task RemovePasskeyAsync(string id);

    /// <summary>Whether signing in needs the code of an app too.</summary>
    Task<bool> HasAppAsync();

    /// <summary>Creates the secret with which an app makes codes. It counts once a code of the app was checked.</summary>
    /// <returns>The secret in Base32, and its address for apps on the same device.</returns>
    Task<(string Secret, string Address)> BeginAppAsync();

    /// <summary>Checks a code of the app. If it is right, signing in needs a code from now on.</summary>
    /// <returns>Recovery codes, each of which replaces a code once; null when the code is wrong.</returns>
    Task<IReadOnlyList<string>?> AddAppAsync(string code);

    /// <summary>Signing in needs no code any more.</summary>
    /// <param name="proof">The password; without a password, a code of the app or a recovery code.</param>
    /// <param name="cancellationToken">Cancels the work when the request ends.</param>
    /// <returns>False when the proof is wrong.</returns>
    Task<bool> RemoveAppAsync(string proof, CancellationToken cancellationToken);

    /// <summary>
    /// Signs all other browsers out. Browsers that were not asked for a code are asked again, also this one.
    /// </summary>
    /// <returns>Number of browsers that were signed out.</returns>
    Task<int> EndOtherSessionsAsync(CancellationToken cancellationToken);

    /// <summary>Changes the password and signs all other browsers out.</summary>
    /// <returns>What is wrong, in sentences for the person; empty when the password is changed.</returns>
    Task<IReadOnlyList<string>> ChangePasswordAsync(string current, string replacement, CancellationToken cancellationToken);
}
