namespace GourmetGram.WebUi.Access;

/// <summary>The result of an attempt to sign in.</summary>
/// <param name="Succeeded">Whether the person is signed in.</param>
/// <param name="Wait">How long to wait after too many attempts; null when what was typed was wrong.</param>
/// <param name="NeedsCode">Whether the password was right and the code of the person's app is needed too.</param>
public sealed record SignInOutcome(bool Succeeded, TimeSpan? Wait = null, bool NeedsCode = false);

/// <summary>A server with whose accounts people can sign in, at <c>sign-in/with/{id}</c>.</summary>
/// <param name="Id">Short name in addresses.</param>
/// <param name="Name">Name that people know.</param>
public sealed record SignInAuthority(string Id, string Name);

/// <summary>Signs people in. The host implements it.</summary>
public interface ISignIn
{
    /// <summary>The servers with whose accounts people can sign in.</summary>
    IReadOnlyList<SignInAuthority> Authorities { get; }

    /// <summary>
    /// Signs a person in with a password. Unknown names, disabled accounts and wrong passwords are told apart neither by the result nor by
    /// the time that it takes.
    /// </summary>
    Task<SignInOutcome> TryAsync(string name, string password, CancellationToken cancellationToken);

    /// <summary>Returns what a browser needs to sign a person in with a passkey.</summary>
    Task<PasskeyChallenge> BeginPasskeyAsync();

    /// <summary>Signs a person in with a passkey, which counts as two factors: the device, and a finger or a PIN.</summary>
    Task<SignInOutcome> TryPasskeyAsync(PasskeyAnswer answer, CancellationToken cancellationToken);

    /// <summary>Returns whether this browser has just given the right password of an account that needs a code.</summary>
    Task<bool> ExpectsCodeAsync();

    /// <summary>Completes the sign-in with the code of the person's app, or with a recovery code, which works once.</summary>
    /// <param name="code">The code.</param>
    /// <param name="isRemembered">Whether this browser is not asked for a code again for a while.</param>
    /// <param name="cancellationToken">Cancels the work when the request ends.</param>
    Task<SignInOutcome> TryCodeAsync(string code, bool isRemembered, CancellationToken cancellationToken);
}
