namespace GourmetGram.WebUi.Access;

/// <summary>The result of an attempt to sign in.</summary>
/// <param name="Succeeded">Whether the person is signed in.</param>
/// <param name="Wait">How long to wait after too many attempts; null when the name or the password was wrong.</param>
public sealed record SignInOutcome(bool Succeeded, TimeSpan? Wait = null);

/// <summary>Signs people in. The host implements it.</summary>
public interface ISignIn
{
    /// <summary>
    /// Signs a person in with a password. Unknown names, disabled accounts and wrong passwords are told apart neither by the result nor by
    /// the time that it takes.
    /// </summary>
    Task<SignInOutcome> TryAsync(string name, string password, CancellationToken cancellationToken);
}
