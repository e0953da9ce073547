namespace GourmetGram.WebUi.Access;

/// <summary>The account of the person who sent the request. The host implements it.</summary>
public interface IOwnAccount
{
    /// <summary>Id of the account; null for keys and visitors.</summary>
    Guid? Id { get; }

    /// <summary>The session of this browser; null without one.</summary>
    Guid? SessionId { get; }

    /// <summary>Changes the password and signs all other browsers out.</summary>
    /// <returns>What is wrong, in sentences for the person; empty when the password is changed.</returns>
    Task<IReadOnlyList<string>> ChangePasswordAsync(string current, string replacement, CancellationToken cancellationToken);
}
