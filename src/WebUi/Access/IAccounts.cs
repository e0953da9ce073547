using System.Text.Json.Serialization;
using GourmetGram.Application.Common;

namespace GourmetGram.WebUi.Access;

/// <summary>What an account may do.</summary>
public enum AccountRole
{
    /// <summary>Label photos and see loops and datasets.</summary>
    Annotator = 0,

    /// <summary>Also manage loops, datasets, labels and monitoring.</summary>
    Manager,

    /// <summary>Everything, also models, jobs and accounts.</summary>
    Administrator,
}

/// <summary>State of an account.</summary>
public enum AccountState
{
    /// <summary>It can sign in.</summary>
    Active = 0,

    /// <summary>It has no way to sign in until its one-time link is used.</summary>
    Invited,

    /// <summary>It cannot sign in.</summary>
    Disabled,
}

/// <summary>An account.</summary>
/// <param name="Name">Name to sign in with.</param>
/// <param name="Role">Role of the account; null if it has none.</param>
/// <param name="State">State of the account.</param>
/// <param name="SeenAt">When the person was last seen in one of the sessions that are stored, UTC; null for never.</param>
/// <param name="Id">Id of the account.</param>
public sealed record AccountView(string Name, AccountRole? Role, AccountState State, DateTimeOffset? SeenAt = null, Guid? Id = null)
{
    /// <summary>The name that the person has chosen for pages; null for the sign-in name. Only lists have it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DisplayName { get; init; }
}

/// <summary>A one-time link with which a person chooses a password.</summary>
/// <param name="Account">The account.</param>
/// <param name="Link">
/// The link; a path where the public address is not known. Null when it was sent by e-mail, so that only the receiver can use it.
/// </param>
/// <param name="ExpiresAt">When the link expires, UTC.</param>
public sealed record AccountLinkView(AccountView Account, string? Link, DateTimeOffset ExpiresAt)
{
    /// <summary>The address that the link was sent to; null when it was not sent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SentTo { get; init; }

    /// <summary>Why the link could not be sent by e-mail; null when it was sent, or when no e-mail was wanted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MailFault { get; init; }
}

/// <summary>Manages the accounts of people. Changes take effect on every node within seconds, even for people who are signed in.</summary>
public interface IAccounts
{
    /// <summary>Returns all accounts, by name.</summary>
    Task<IReadOnlyList<AccountView>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Creates an account without a password. Its link works for a week.</summary>
    /// <exception cref="FluentValidation.ValidationException">The name is not acceptable.</exception>
    /// <exception cref="ConflictException">An account with this name already exists.</exception>
    Task<AccountLinkView> AddAsync(string name, AccountRole role, string by, CancellationToken cancellationToken);

    /// <summary>
    /// Removes every way to sign in, and ends all sessions. The link to choose a new password works for a day.
    /// </summary>
    /// <exception cref="NotFoundException">There is no account with this name.</exception>
    /// <exception cref="ConflictException">The account is disabled.</exception>
    Task<AccountLinkView> ResetPasswordAsync(string name, string by, CancellationToken cancellationToken);

    /// <summary>Prevents an account from signing in, and ends its sessions.</summary>
    /// <exception cref="NotFoundException">There is no account with this name.</exception>
    /// <exception cref="ConflictException">The account is the last administrator that can sign in.</exception>
    Task<AccountView> DisableAsync(string name, string by, CancellationToken cancellationToken);

    /// <summary>Lets an account sign in again, with its earlier password if it had one.</summary>
    /// <exception cref="NotFoundException">There is no account with this name.</exception>
    Task<AccountView> EnableAsync(string name, string by, CancellationToken cancellationToken);

    /// <summary>Changes what an account may do. People who are signed in notice within seconds.</summary>
    /// <exception cref="NotFoundException">There is no account with this name.</exception>
    /// <exception cref="ConflictException">The account is the last administrator that can sign in.</exception>
    Task<AccountView> ChangeRoleAsync(string name, AccountRole role, string by, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes an account: its name, ways to sign in, sessions and keys. Its labels stay, and histories name them "former annotator" with a
    /// number.
    /// </summary>
    /// <exception cref="NotFoundException">There is no account with this name.</exception>
    /// <exception cref="ConflictException">The account is the last administrator that can sign in.</exception>
    Task<AccountView> DeleteAsync(string name, string by, CancellationToken cancellationToken);
}
