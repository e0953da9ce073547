using System.Security.Cryptography;
using System.Text;
using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.WebUi.Access;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>
/// Handles the one-time links with which people choose their password. Links of accounts are stored in the database. The link of the first
/// administrator exists only in memory: every start without an administrator logs a new one.
/// </summary>
internal sealed class AccountLinks(
    Accounts accounts,
    IServiceScopeFactory scopes,
    AuditScope audit,
    TimeProvider time,
    ILogger<AccountLinks> logger
) : IAccountLinks
{
    public static readonly TimeSpan InvitationLifetime = TimeSpan.FromDays(7);
    public static readonly TimeSpan ResetLifetime = TimeSpan.FromDays(1);

    private static readonly LinkUse IsOver = new(
        Name: null,
        ["This link was already used. Sign in, or ask an administrator for a new link."]
    );

    private volatile string? first;

    /// <summary>Creates the link for the first administrator if there is no administrator.</summary>
    /// <returns>Path and query of the link; null when there is an administrator.</returns>
    public async Task<string?> OpenFirstAsync()
    {
        if (await accounts.HasAdministratorAsync())
            return null;
        first = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return $"/first-administrator?token={first}";
    }

    public async Task<LinkedAccount?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (IsFirst(token))
            return await accounts.HasAdministratorAsync() ? null : new LinkedAccount(Name: null);
        await using var scope = scopes.CreateAsyncScope();
        return await AccountLinkTokens.FindAsync(UsersOf(scope), token, time.GetUtcNow()) is { } user
            ? new LinkedAccount(user.UserName)
            : null;
    }

    public async Task<LinkUse> UseAsync(string token, string? name, string password, CancellationToken cancellationToken)
    {
        try
        {
            return IsFirst(token) ? await UseFirstAsync(name ?? "", password, cancellationToken) : await SetPasswordAsync(token, password);
        }
        catch (ValidationException e)
        {
            return new LinkUse(Name: null, [.. e.Errors.Select(error => error.ErrorMessage)]);
        }
        catch (ConflictException e)
        {
            return new LinkUse(Name: null, [e.Message]);
        }
    }

    private async Task<LinkUse> UseFirstAsync(string name, string password, CancellationToken cancellationToken)
    {
        if (!await accounts.TryAddFirstAsync(name, password, cancellationToken))
            return IsOver;
        first = null;
        return new LinkUse(name, []);
    }

    private async Task<LinkUse> SetPasswordAsync(string token, string password)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = UsersOf(scope);
        if (await AccountLinkTokens.FindAsync(users, token, time.GetUtcNow()) is not { } user)
            return IsOver;
        // The account has no password, and the update fails if the row has changed since it was read. Of two simultaneous requests, the
        // second is therefore refused.
        using var action = audit.Begin(new AuditedAction(AuditArea.People, "Chose a password with a one-time link", user.UserName!));
        var result = await users.AddPasswordAsync(user, password);
        if (
            result.Errors.Any(error =>
                error.Code is nameof(IdentityErrorDescriber.ConcurrencyFailure) or nameof(IdentityErrorDescriber.UserAlreadyHasPassword)
            )
        )
            return IsOver;
        if (!result.Succeeded)
            return new LinkUse(Name: null, [.. result.Errors.Select(error => error.Description)]);
        await AccountLinkTokens.RevokeAsync(users, user);
        logger.LogInformation("{Name} chose a password with a one-time link", user.UserName);
        return new LinkUse(user.UserName, []);
    }

    private bool IsFirst(string token) =>
        first is { } expected && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(expected));

    private static UserManager<IdentityUser<Guid>> UsersOf(AsyncServiceScope scope) =>
        scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser<Guid>>>();
}
