using System.Globalization;
using System.Text.RegularExpressions;
using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.WebUi.Access;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.WebApi.Access;

/// <summary>
/// Manages the accounts in the database. Each change is one transaction, and only one change at a time runs across all nodes.
/// </summary>
internal sealed partial class Accounts(
    IServiceScopeFactory scopes,
    IExclusiveWork exclusive,
    AuditScope audit,
    TimeProvider time,
    ILogger<Accounts> logger
) : IAccounts
{
    /// <summary>Why a way to sign in is not removed.</summary>
    public const string OnlyWay = "This is your only way to sign in. Ask an administrator for a password link first.";

    private const string Work = "accounts";

    private const string NameRule =
        "A name can have up to 64 letters, digits, spaces and . _ @ + - '. It must start and end with a letter or digit.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Task<IReadOnlyList<AccountView>> ListAsync(CancellationToken cancellationToken) =>
        InScopeAsync<IReadOnlyList<AccountView>>(async scope =>
        {
            var users = await scope.Users.Users.OrderBy(user => user.NormalizedUserName).ToListAsync(cancellationToken);
            var roles = (
                await (
                    from link in scope.Context.UserRoles
                    join role in scope.Context.Roles on link.RoleId equals role.Id
                    select new { link.UserId, role.Name }
                ).ToListAsync(cancellationToken)
            ).ToLookup(row => row.UserId, row => row.Name!);
            var connected = (await scope.Context.UserLogins.Select(login => login.UserId).ToListAsync(cancellationToken)).ToHashSet();
            var seen = await scope
                .Context.Set<AccountSession>()
                .GroupBy(session => session.AccountId)
                .Select(group => new { group.Key, SeenAt = group.Max(session => session.SeenAt) })
                .ToDictionaryAsync(row => row.Key, row => row.SeenAt, cancellationToken);
            var names = await scope
                .Context.UserClaims.Where(claim => claim.ClaimType == DisplaySettings.NameClaim)
                .ToDictionaryAsync(claim => claim.UserId, claim => claim.ClaimValue, cancellationToken);
            return
            [
                .. users
                    .Where(user => !roles[user.Id].Contains(Roles.Former, StringComparer.Ordinal))
                    .Select(user =>
                        ViewOf(user, roles[user.Id], seen.TryGetValue(user.Id, out var at) ? at : null, connected.Contains(user.Id)) with
                        {
                            DisplayName = names.GetValueOrDefault(user.Id),
                        }
                    ),
            ];
        });

    public Task<AccountLinkView> AddAsync(string name, AccountRole role, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            "Invited a person",
            name,
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
            "Reset a password",
            name,
            async scope =>
            {
                var user = await FindAsync(scope, name);
                if (user.IsDisabled())
                    throw new ConflictException($"The account {user.UserName} is disabled. Enable it first.");
                Require(await scope.Users.RemovePasswordAsync(user));
                // A person without a phone asks for this link too.
                Require(await scope.Users.SetTwoFactorEnabledAsync(user, enabled: false));
                Require(await scope.Users.SetLockoutEndDateAsync(user, lockoutEnd: null));
                Require(await scope.Users.ResetAccessFailedCountAsync(user));
                await EndSessionsAsync(scope, user, cancellationToken);
                // An attacker may have added a passkey or connected an account.
                await RemoveOtherWaysAsync(scope, user, cancellationToken);
                logger.LogInformation("{By} reset the password of the account {Name}", by, user.UserName);
                return await InviteAsync(scope, user, AccountLinks.ResetLifetime);
            },
            cancellationToken
        );

    public Task<AccountView> DisableAsync(string name, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            "Disabled an account",
            name,
            async scope =>
            {
                var user = await FindAsync(scope, name);
                await RequireOtherAdministratorAsync(scope, user);
                Require(await scope.Users.SetLockoutEnabledAsync(user, enabled: true));
                Require(await scope.Users.SetLockoutEndDateAsync(user, AccountStates.Never));
                // The new stamp ends every cookie, and revoking the token ends the one-time link.
                Require(await scope.Users.UpdateSecurityStampAsync(user));
                await EndSessionsAsync(scope, user, cancellationToken);
                await AccountLinkTokens.RevokeAsync(scope.Users, user);
                logger.LogInformation("{By} disabled the account {Name}", by, user.UserName);
                return await ViewAsync(scope, user);
            },
            cancellationToken
        );

    public Task<AccountView> EnableAsync(string name, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            "Enabled an account",
            name,
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

    public Task<AccountView> ChangeRoleAsync(string name, AccountRole role, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            "Changed a role",
            $"{name}: {role}",
            async scope =>
            {
                var user = await FindAsync(scope, name);
                if (role != AccountRole.Administrator)
                    await RequireOtherAdministratorAsync(scope, user);
                await SetRoleAsync(scope, user, RoleOf(role));
                logger.LogInformation("{By} made {Name} {Role}", by, user.UserName, role);
                return await ViewAsync(scope, user);
            },
            cancellationToken
        );

    public Task<AccountView> DeleteAsync(string name, string by, CancellationToken cancellationToken) =>
        ChangeAsync(
            "Deleted an account",
            name,
            async scope =>
            {
                var user = await FindAsync(scope, name);
                await RequireOtherAdministratorAsync(scope, user);
                var gone = await ViewAsync(scope, user);
                await SetRoleAsync(scope, user, Roles.Former);
                if (user.PasswordHash is not null)
                    Require(await scope.Users.RemovePasswordAsync(user));
                Require(await scope.Users.SetLockoutEnabledAsync(user, enabled: true));
                Require(await scope.Users.SetLockoutEndDateAsync(user, AccountStates.Never));
                await AccountLinkTokens.RevokeAsync(scope.Users, user);
                Require(await scope.Users.SetUserNameAsync(user, await FormerNameAsync(scope, cancellationToken)));
                Require(await scope.Users.UpdateSecurityStampAsync(user));
                await EndSessionsAsync(scope, user, cancellationToken);
                Require(await scope.Users.RemoveClaimsAsync(user, await scope.Users.GetClaimsAsync(user)));
                await RemoveOtherWaysAsync(scope, user, cancellationToken);
                scope.Context.RemoveRange(
                    await scope.Context.Set<ApiKey>().Where(row => row.AccountId == user.Id).ToListAsync(cancellationToken)
                );
                await scope.Context.SaveChangesAsync(cancellationToken);
                logger.LogInformation("{By} deleted the account {Name}", by, name);
                return gone;
            },
            cancellationToken
        );

    /// <summary>Creates an account of a person who signs in with the account of another server.</summary>
    /// <exception cref="ValidationException">The name is not acceptable.</exception>
    /// <exception cref="ConflictException">An account with this name already exists, or one is connected.</exception>
    public Task<AccountView> AddConnectedAsync(
        Guid id,
        string name,
        AccountRole role,
        UserLoginInfo login,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            "Created an account by signing in",
            $"{name}: {role}, {login.ProviderDisplayName}",
            async scope =>
            {
                var user = await CreateAsync(scope, name, role, password: null, id);
                await ConnectAsync(scope, user, login);
                logger.LogInformation("{Authority} added the account {Name} as {Role}", login.ProviderDisplayName, name, role);
                return await ViewAsync(scope, user);
            },
            cancellationToken
        );

    /// <summary>Lets a person sign in with the account of another server.</summary>
    /// <exception cref="ConflictException">The account of the other server is connected already.</exception>
    public Task<AccountView> ConnectAsync(Guid id, UserLoginInfo login, CancellationToken cancellationToken) =>
        ChangeAsync(
            "Connected another account",
            login.ProviderDisplayName!,
            async scope =>
            {
                var user = await FindAsync(scope, id);
                await ConnectAsync(scope, user, login);
                logger.LogInformation("{Name} connected an account of {Authority}", user.UserName, login.ProviderDisplayName);
                return await ViewAsync(scope, user);
            },
            cancellationToken
        );

    /// <summary>Uses a one-time link to sign in with the account of another server instead of a password.</summary>
    /// <returns>False when the link was used, was replaced or has expired.</returns>
    /// <exception cref="ConflictException">The account of the other server is connected already.</exception>
    public Task<bool> ConnectByLinkAsync(string token, UserLoginInfo login, CancellationToken cancellationToken) =>
        ChangeAsync(
            "Connected another account with a one-time link",
            login.ProviderDisplayName!,
            async scope =>
            {
                if (await AccountLinkTokens.FindAsync(scope.Users, token, time.GetUtcNow()) is not { } user)
                    return false;
                await ConnectAsync(scope, user, login);
                await AccountLinkTokens.RevokeAsync(scope.Users, user);
                logger.LogInformation(
                    "{Name} connected an account of {Authority} with a one-time link",
                    user.UserName,
                    login.ProviderDisplayName
                );
                return true;
            },
            cancellationToken
        );

    /// <summary>Ends that a person can sign in with the account of another server.</summary>
    /// <exception cref="NotFoundException">The accounts are not connected.</exception>
    /// <exception cref="ConflictException">The person has no other way to sign in.</exception>
    public Task<AccountView> DisconnectAsync(Guid id, string issuer, string subject, CancellationToken cancellationToken) =>
        ChangeAsync(
            "Disconnected another account",
            issuer,
            async scope =>
            {
                var user = await FindAsync(scope, id);
                var logins = await scope.Users.GetLoginsAsync(user);
                if (!logins.Any(login => login.LoginProvider == issuer && login.ProviderKey == subject))
                    throw new NotFoundException("The connected account");
                if (user.PasswordHash is null && logins.Count == 1 && (await scope.Users.GetPasskeysAsync(user)).Count == 0)
                    throw new ConflictException(OnlyWay);
                Require(await scope.Users.RemoveLoginAsync(user, issuer, subject));
                logger.LogInformation("{Name} disconnected an account of {Issuer}", user.UserName, issuer);
                return await ViewAsync(scope, user);
            },
            cancellationToken
        );

    /// <summary>Gives an account the role that another server says, unless it has it.</summary>
    /// <exception cref="ConflictException">The account is the last administrator that can sign in.</exception>
    public async Task FollowRoleAsync(Guid id, AccountRole role, string authority, CancellationToken cancellationToken)
    {
        var (name, hasRole) = await InScopeAsync(async scope =>
        {
            var user = await FindAsync(scope, id);
            return (user.UserName!, await scope.Users.IsInRoleAsync(user, RoleOf(role)));
        });
        if (!hasRole)
            await ChangeRoleAsync(name, role, authority, cancellationToken);
    }

    /// <summary>Returns whether any account has the administrator role, even if the account is disabled.</summary>
    public Task<bool> HasAdministratorAsync() => InScopeAsync(HasAdministratorAsync);

    /// <summary>Creates the first administrator with a password, if there is no administrator yet.</summary>
    /// <returns>False when there already is an administrator.</returns>
    /// <exception cref="ValidationException">The name or the password is not acceptable.</exception>
    public Task<bool> TryAddFirstAsync(string name, string password, CancellationToken cancellationToken) =>
        ChangeAsync(
            "Created the first administrator",
            name,
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

    /// <exception cref="ConflictException">The account of the other server is connected already.</exception>
    private static async Task ConnectAsync(AccountScope scope, IdentityUser<Guid> user, UserLoginInfo login)
    {
        var result = await scope.Users.AddLoginAsync(user, login);
        if (result.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.LoginAlreadyAssociated)))
            throw new ConflictException("The account of the other server is connected already.");
        Require(result);
    }

    private static async Task<IdentityUser<Guid>> CreateAsync(
        AccountScope scope,
        string name,
        AccountRole role,
        string? password,
        Guid id = default
    )
    {
        if (!Name().IsMatch(name))
            throw Invalid("name", NameRule);
        if (await scope.Users.FindByNameAsync(name) is not null)
            throw new ConflictException($"The account {name} already exists.");
        var user = new IdentityUser<Guid>(name) { Id = id };
        Require(password is null ? await scope.Users.CreateAsync(user) : await scope.Users.CreateAsync(user, password));
        await SetRoleAsync(scope, user, RoleOf(role));
        return user;
    }

    /// <summary>Gives an account one role, which signed-in browsers read within seconds.</summary>
    private static async Task SetRoleAsync(AccountScope scope, IdentityUser<Guid> user, string role)
    {
        if (!await scope.Roles.RoleExistsAsync(role))
            Require(await scope.Roles.CreateAsync(new IdentityRole<Guid>(role)));
        Require(await scope.Users.RemoveFromRolesAsync(user, await scope.Users.GetRolesAsync(user)));
        Require(await scope.Users.AddToRoleAsync(user, role));
    }

    private static async Task EndSessionsAsync(AccountScope scope, IdentityUser<Guid> user, CancellationToken cancellationToken)
    {
        scope.Context.RemoveRange(
            await scope.Context.Set<AccountSession>().Where(row => row.AccountId == user.Id).ToListAsync(cancellationToken)
        );
        await scope.Context.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Removes every way to sign in but the password.</summary>
    private static async Task RemoveOtherWaysAsync(AccountScope scope, IdentityUser<Guid> user, CancellationToken cancellationToken)
    {
        scope.Context.RemoveRange(await scope.Context.UserLogins.Where(row => row.UserId == user.Id).ToListAsync(cancellationToken));
        scope.Context.RemoveRange(await scope.Context.UserPasskeys.Where(row => row.UserId == user.Id).ToListAsync(cancellationToken));
        await scope.Context.SaveChangesAsync(cancellationToken);
    }

    private static string RoleOf(AccountRole role) =>
        role switch
        {
            AccountRole.Administrator => Roles.Admin,
            AccountRole.Manager => Roles.Manager,
            _ => Roles.Annotator,
        };

    private static async Task<string> FormerNameAsync(AccountScope scope, CancellationToken cancellationToken)
    {
        const string prefix = "former annotator ";
        var start = scope.Users.NormalizeName(prefix);
        var used = await scope
            .Users.Users.Where(user => user.NormalizedUserName!.StartsWith(start))
            .Select(user => user.UserName!)
            .ToListAsync(cancellationToken);
        return prefix
            + (
                1
                + used.Select(name =>
                        int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                            ? number
                            : 0
                    )
                    .DefaultIfEmpty()
                    .Max()
            ).ToString(CultureInfo.InvariantCulture);
    }

    private static async Task RequireOtherAdministratorAsync(AccountScope scope, IdentityUser<Guid> user)
    {
        if (
            !(await scope.Users.GetUsersInRoleAsync(Roles.Admin)).Any(other =>
                other.Id != user.Id && other.PasswordHash is not null && !other.IsDisabled()
            ) && await scope.Users.IsInRoleAsync(user, Roles.Admin)
        )
            throw new ConflictException($"{user.UserName} is the last administrator who can sign in. Add another one first.");
    }

    private async Task<AccountLinkView> InviteAsync(AccountScope scope, IdentityUser<Guid> user, TimeSpan lifetime)
    {
        var expiresAt = time.GetUtcNow() + lifetime;
        var path = await AccountLinkTokens.IssueAsync(scope.Users, user, expiresAt);
        return new AccountLinkView(await ViewAsync(scope, user), scope.Addresses.Absolute(path), expiresAt);
    }

    private static async Task<AccountView> ViewAsync(AccountScope scope, IdentityUser<Guid> user) =>
        ViewOf(
            user,
            await scope.Users.GetRolesAsync(user),
            await scope.Context.Set<AccountSession>().Where(row => row.AccountId == user.Id).MaxAsync(row => (DateTimeOffset?)row.SeenAt),
            await scope.Context.UserLogins.AnyAsync(login => login.UserId == user.Id)
        );

    private static AccountView ViewOf(IdentityUser<Guid> user, IEnumerable<string> roles, DateTimeOffset? seenAt, bool isConnected)
    {
        var role =
            roles.Contains(Roles.Admin, StringComparer.Ordinal) ? AccountRole.Administrator
            : roles.Contains(Roles.Manager, StringComparer.Ordinal) ? AccountRole.Manager
            : roles.Contains(Roles.Annotator, StringComparer.Ordinal) ? AccountRole.Annotator
            : (AccountRole?)null;
        var state =
            user.IsDisabled() ? AccountState.Disabled
            : user.PasswordHash is null && !isConnected ? AccountState.Invited
            : AccountState.Active;
        return new AccountView(user.UserName!, role, state, seenAt, user.Id);
    }

    private static async Task<IdentityUser<Guid>> FindAsync(AccountScope scope, string name) =>
        await scope.Users.FindByNameAsync(name) ?? throw new NotFoundException($"Account {name}");

    private static async Task<IdentityUser<Guid>> FindAsync(AccountScope scope, Guid id) =>
        await scope.Users.FindByIdAsync(id.ToString()) ?? throw new NotFoundException("The account");

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

    private async Task<TResult> ChangeAsync<TResult>(
        string action,
        string subject,
        Func<AccountScope, Task<TResult>> change,
        CancellationToken cancellationToken
    ) =>
        await exclusive.RunAsync(
            Work,
            Patience,
            async token =>
            {
                using var audited = audit.Begin(new AuditedAction(AuditArea.People, action, subject));
                return await InScopeAsync(async scope =>
                {
                    await using var transaction = await scope.Context.Database.BeginTransactionAsync(token);
                    var result = await change(scope);
                    await transaction.CommitAsync(token);
                    return result;
                });
            },
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
                services.GetRequiredService<GourmetGramDbContext>()
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
        GourmetGramDbContext Context
    );
}
