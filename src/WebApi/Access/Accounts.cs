using System.Text.RegularExpressions;
using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Infrastructure.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.WebApi.Access;

/// <summary>
/// Manages the accounts in the database. Each change is one transaction, and only one change at a time runs across all nodes.
/// </summary>
internal sealed partial class Accounts(IServiceScopeFactory scopes, IExclusiveWork exclusive, TimeProvider time, ILogger<Accounts> logger)
    : IAccounts
{
    private const string Work = "accounts";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Task<IReadOnlyList<AccountView>> ListAsync(CancellationToken cancellationToken) =>
        InScopeAsync<IReadOnlyList<AccountView>>(async scope =>
        {
            var views = new List<AccountView>();
            foreach (var user in await scope.Users.Users.OrderBy(user => user.NormalizedUserName).ToListAsync(cancellationToken))
                views.Add(await ViewAsync(scope, user));
            return views;
        });

    public Task<AccountLinkView> AddAsync(string name, AccountRole role, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            async scope =>
            {
                var user = await CreateAsync(scope, name, role, password: null);
                logger.LogInformation("{By} added the account {Name} as {Role}", by, name, role);
                return await InviteAsync(scope, user, AccountLinks.InvitationLifetime);
            },
            cancellationToken
        );

    public Task<AccountLinkView> ResetPasswordAsync(string name, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            async scope =>
            {
                var user = await FindAsync(scope, name);
                if (user.IsDisabled())
                    throw new ConflictException($"The account {user.UserName} is disabled. Enable it first.");
                Require(await scope.Users.RemovePasswordAsync(user));
                Require(await scope.Users.SetLockoutEndDateAsync(user, lockoutEnd: null));
                Require(await scope.Users.ResetAccessFailedCountAsync(user));
                logger.LogInformation("{By} reset the password of the account {Name}", by, user.UserName);
                return await InviteAsync(scope, user, AccountLinks.ResetLifetime);
            },
            cancellationToken
        );

    public Task<AccountView> DisableAsync(string name, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            async scope =>
            {
                var user = await FindAsync(scope, name);
                if (
                    !(await scope.Users.GetUsersInRoleAsync(Roles.Admin)).Any(other =>
                        other.Id != user.Id && other.PasswordHash is not null && !other.IsDisabled()
                    ) && await scope.Users.IsInRoleAsync(user, Roles.Admin)
                )
                {
                    throw new ConflictException($"{user.UserName} is the last administrator who can sign in. Add another one first.");
                }

                Require(await scope.Users.SetLockoutEnabledAsync(user, enabled: true));
                Require(await scope.Users.SetLockoutEndDateAsync(user, AccountStates.Never));
                // The new stamp ends every session, and revoking the token ends the one-time link.
                Require(await scope.Users.UpdateSecurityStampAsync(user));
                await AccountLinkTokens.RevokeAsync(scope.Users, user);
                logger.LogInformation("{By} disabled the account {Name}", by, user.UserName);
                return await ViewAsync(scope, user);
            },
            cancellationToken
        );

    public Task<AccountView> EnableAsync(string name, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            async scope =>
            {
                var user = await FindAsync(scope, name);
                Require(await scope.Users.SetLockoutEndDateAsync(user, lockoutEnd: null));
                Require(await scope.Users.ResetAccessFailedCountAsync(user));
                logger.LogInformation("{By} enabled the account {Name}", by, user.UserName);
                return await ViewAsync(scope, user);
            },
            cancellationToken
        );

    /// <summary>Returns whether any account has the administrator role, even if the account is disabled.</summary>
    public Task<bool> HasAdministratorAsync() => InScopeAsync(HasAdministratorAsync);

    /// <summary>Creates the first administrator with a password, if there is no administrator yet.</summary>
    /// <returns>False when there already is an administrator.</returns>
    /// <exception cref="ValidationException">The name or the password is not acceptable.</exception>
    public Task<bool> TryAddFirstAsync(string name, string password, CancellationToken cancellationToken) =>
        ChangeAsync(
            async scope =>
            {
                if (await HasAdministratorAsync(scope))
                    return false;
                await CreateAsync(scope, name, AccountRole.Administrator, password);
                logger.LogInformation("{Name} is the first administrator", name);
                return true;
            },
            cancellationToken
        );

    private static async Task<bool> HasAdministratorAsync(AccountScope scope) =>
        (await scope.Users.GetUsersInRoleAsync(Roles.Admin)).Count > 0;

    private static async Task<IdentityUser<Guid>> CreateAsync(AccountScope scope, string name, AccountRole role, string? password)
    {
        if (!Name().IsMatch(name))
            throw Invalid(
                "name",
                "A name can have up to 64 letters, digits, spaces and . _ @ + - '. It must start and end with a letter or digit."
            );
        if (await scope.Users.FindByNameAsync(name) is not null)
            throw new ConflictException($"The account {name} already exists.");
        foreach (var known in new[] { Roles.Annotator, Roles.Admin })
        {
            if (!await scope.Roles.RoleExistsAsync(known))
                Require(await scope.Roles.CreateAsync(new IdentityRole<Guid>(known)));
        }

        var user = new IdentityUser<Guid>(name);
        Require(password is null ? await scope.Users.CreateAsync(user) : await scope.Users.CreateAsync(user, password));
        Require(await scope.Users.AddToRoleAsync(user, role == AccountRole.Administrator ? Roles.Admin : Roles.Annotator));
        return user;
    }

    private async Task<AccountLinkView> InviteAsync(AccountScope scope, IdentityUser<Guid> user, TimeSpan lifetime)
    {
        var expiresAt = time.GetUtcNow() + lifetime;
        var path = await AccountLinkTokens.IssueAsync(scope.Users, user, expiresAt);
        return new AccountLinkView(await ViewAsync(scope, user), scope.Addresses.Absolute(path), expiresAt);
    }

    private static async Task<AccountView> ViewAsync(AccountScope scope, IdentityUser<Guid> user)
    {
        var roles = await scope.Users.GetRolesAsync(user);
        var role =
            roles.Contains(Roles.Admin) ? AccountRole.Administrator
            : roles.Contains(Roles.Annotator) ? AccountRole.Annotator
            : (AccountRole?)null;
        var state =
            user.IsDisabled() ? AccountState.Disabled
            : user.PasswordHash is null ? AccountState.Invited
            : AccountState.Active;
        return new AccountView(user.UserName!, role, state);
    }

    private static async Task<IdentityUser<Guid>> FindAsync(AccountScope scope, string name) =>
        await scope.Users.FindByNameAsync(name) ?? throw new NotFoundException($"Account {name}");

    /// <exception cref="ValidationException">Identity refused the change. The exception has Identity's messages.</exception>
    private static void Require(IdentityResult result)
    {
        if (!result.Succeeded)
            throw new ValidationException(
                result.Errors.Select(error => new ValidationFailure(
                    error.Code.StartsWith("Password", StringComparison.Ordinal) ? "password" : "name",
                    error.Description
                ))
            );
    }

    private static ValidationException Invalid(string member, string message) => new([new ValidationFailure(member, message)]);

    private Task<TResult> ChangeAsync<TResult>(Func<AccountScope, Task<TResult>> change, CancellationToken cancellationToken) =>
        exclusive.RunAsync(
            Work,
            Patience,
            token =>
                InScopeAsync(async scope =>
                {
                    await using var transaction = await scope.Database.BeginTransactionAsync(token);
                    var result = await change(scope);
                    await transaction.CommitAsync(token);
                    return result;
                }),
            cancellationToken
        );

    private async Task<TResult> InScopeAsync<TResult>(Func<AccountScope, Task<TResult>> work)
    {
        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        return await work(
            new AccountScope(
                services.GetRequiredService<UserManager<IdentityUser<Guid>>>(),
                services.GetRequiredService<RoleManager<IdentityRole<Guid>>>(),
                services.GetRequiredService<ILinks>(),
                services.GetRequiredService<GourmetGramDbContext>().Database
            )
        );
    }

    [GeneratedRegex(
        @"^[\p{L}\p{N}]([\p{L}\p{M}\p{N} ._@+'-]{0,62}[\p{L}\p{M}\p{N}])?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Name();

    /// <summary>The services that a change uses.</summary>
    private sealed record AccountScope(
        UserManager<IdentityUser<Guid>> Users,
        RoleManager<IdentityRole<Guid>> Roles,
        ILinks Addresses,
        Microsoft.EntityFrameworkCore.Infrastructure.DatabaseFacade Database
    );
}
