namespace GourmetGram.WebUi.Access;

/// <summary>The account of the person who sent the request. The host implements it.</summary>
public interface IOwnAccount
{
    /// <summary>Id of the account; null for keys and visitors.</summary>
    Guid? Id { get; }

    /// <summary>The session of this browser; null without one.</summary>
    Guid? SessionId { get; }

    /// <summary>Whether signing in needs the code of an app too.</summary>
    Task<bool> HasAppAsync();

    /// <summary>Creates the secret with which an app makes codes. It counts once a code of the app was checked.</summary>
    /// <returns>The secret in Base32, and its address for apps on the same device.</returns>
    Task<(string Secret, string Address)> BeginAppAsync();

    /// <summary>Checks a code of the app. If it is right, signing in needs a code from now on.</summary>
    /// <returns>Recovery codes, each of which replaces a code once; null when the code is wrong.</returns>
    Task<IReadOnlyList<string>?> AddAppAsync(string code);

    /// <summary>Signing in needs no code any more.</summary>
    /// <returns>False when the password is wrong.</returns>
    Task<bool> RemoveAppAsync(string password, CancellationToken cancellationToken);

    /// <summary>Changes the password and signs all other browsers out.</summary>
    /// <returns>What is wrong, in sentences for the person; empty when the password is changed.</returns>
    Task<IReadOnlyList<string>> ChangePasswordAsync(string current, string replacement, CancellationToken cancellationToken);
}
