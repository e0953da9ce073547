using System.Security.Cryptography;
using System.Text;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.WebUi.Access;
using MediatR;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

internal sealed class OwnAccount(
    IHttpContextAccessor accessor,
    IMediator mediator,
    SignInManager<IdentityUser<Guid>> manager,
    AppCodes codes,
    ProvenSignIn proven,
    Passkeys passkeys,
    Accounts accounts,
    Authorities authorities,
    AuthoritySignIn authoritySignIn,
    GourmetGramDbContext context,
    AuditScope audit
) : IOwnAccount
{
    /// <summary>Longest name of a passkey in characters.</summary>
    private const int LongestName = 60;

    private const string WrongPassword = "That isn’t your current password.";

    public Guid? Id => accessor.HttpContext!.User.AccountId();

    public Guid? SessionId => accessor.HttpContext!.User.SessionId();

    public async Task<bool> HasPasswordAsync() => await FindAsync() is { PasswordHash: not null };

    public async Task<IReadOnlyList<ConnectedAccount>> ListConnectedAsync() =>
        await FindAsync() is { } user
            ?
            [
                .. (await manager.UserManager.GetLoginsAsync(user))
                    .Select(login => new ConnectedAccount(IdOf(login), login.ProviderDisplayName ?? login.LoginProvider))
                    .OrderBy(account => account.Name, StringComparer.OrdinalIgnoreCase),
            ]
            : [];

    public async Task<string?> BeginConnectionAsync(string authority, string password, CancellationToken cancellationToken)
    {
        var user = await RequireAsync();
        if (authorities.Find(authority) is null || SessionId is not { } session)
            throw new NotFoundException("The other server");
        // A stranger at a browser that was left signed in must not connect an account of his or her own.
        return await HasProvedAsync(user, password, cancellationToken)
            ? $"sign-in/with/{authority}?ticket={Uri.EscapeDataString(authoritySignIn.TicketFor(user.Id, session))}"
            : null;
    }

    public async Task DisconnectAsync(string id, CancellationToken cancellationToken)
    {
        var user = await RequireAsync();
        var login = (await manager.UserManager.GetLoginsAsync(user)).FirstOrDefault(login => IdOf(login) == id)
            ?? throw new NotFoundException("The connected account");
        await accounts.DisconnectAsync(user.Id, login.LoginProvider, login.ProviderKey, cancellationToken);
        await proven.SignInAgainAsync(await RereadAsync(user));
    }

    public async Task<IReadOnlyList<PasskeyView>> ListPasskeysAsync()
    {
        var views = new List<PasskeyView>();
        if (await FindAsync() is not { } user)
            return views;
        foreach (var passkey in (await manager.UserManager.GetPasskeysAsync(user)).OrderBy(passkey => passkey.CreatedAt))
            views.Add(
                new PasskeyView(
                    Passkeys.IdOf(passkey),
                    passkey.Name ?? "Passkey",
                    passkey.CreatedAt,
                    await passkeys.UsedAtAsync(user, passkey)
                )
            );
        return views;
    }

    public async Task<PasskeyChallenge> BeginPasskeyAsync() => await passkeys.MakeCreationAsync(await RequireAsync());

    public async Task<bool> AddPasskeyAsync(string name, string proof, PasskeyAnswer answer, CancellationToken cancellationToken)
    {
        var user = await RequireAsync();
        // A stranger at a browser that was left signed in must not add a passkey of his or her own.
        if (!await HasProvedAsync(user, proof, cancellationToken))
            return false;
        var given = name.Trim();
        if (given.Length == 0)
            given = BrowserName.Of(accessor.HttpContext!.Request.Headers.UserAgent.ToString());
        if (given.Length > LongestName)
            given = given[..LongestName];
        using (audit.Begin(new AuditedAction(AuditArea.People, "Added a passkey", given)))
        {
            if (!await passkeys.AddAsync(user, given, answer))
                throw new ConflictException("The passkey could not be added. Try again.");
        }

        return true;
    }

    public async Task RemovePasskeyAsync(string id)
    {
        var user = await RequireAsync();
        var own = await manager.UserManager.GetPasskeysAsync(user);
        var passkey = own.FirstOrDefault(passkey => Passkeys.IdOf(passkey) == id) ?? throw new NotFoundException("The passkey");
        if (user.PasswordHash is null && own.Count == 1 && (await manager.UserManager.GetLoginsAsync(user)).Count == 0)
            throw new ConflictException(Accounts.OnlyWay);
        using (audit.Begin(new AuditedAction(AuditArea.People, "Removed a passkey", passkey.Name ?? "")))
            await passkeys.RemoveAsync(user, passkey);
    }

    public async Task<bool> HasAppAsync() => await FindAsync() is { TwoFactorEnabled: true };

    public async Task<(string Secret, string Address)> BeginAppAsync()
    {
        var user = await RequireAsync();
        // A stranger at a browser that was left signed in must not replace the app.
        if (user.TwoFactorEnabled)
            throw new ConflictException("You have a code app. Remove it first.");
        // A new secret each time, so that one that was shown before is useless.
        await manager.UserManager.ResetAuthenticatorKeyAsync(user);
        var secret = (await manager.UserManager.GetAuthenticatorKeyAsync(user))!;
        await proven.SignInAgainAsync(user);
        return (secret, $"otpauth://totp/GourmetGram:{Uri.EscapeDataString(user.UserName!)}?secret={secret}&issuer=GourmetGram");
    }

    public async Task<IReadOnlyList<string>?> AddAppAsync(string code)
    {
        var user = await RequireAsync();
        if (user.TwoFactorEnabled || !await codes.IsRightAsync(user, code))
            return null;
        using (audit.Begin(new AuditedAction(AuditArea.People, "Added a second factor")))
            await manager.UserManager.SetTwoFactorEnabledAsync(user, enabled: true);
        var recovery = await manager.UserManager.GenerateNewTwoFactorRecoveryCodesAsync(user, AppCodes.RecoveryCodes);
        await proven.SignInAgainAsync(user);
        return [.. recovery ?? []];
    }

    public async Task<bool> RemoveAppAsync(string proof, CancellationToken cancellationToken)
    {
        var user = await RequireAsync();
        if (!await HasProvedAsync(user, proof, cancellationToken))
            return false;
        using (audit.Begin(new AuditedAction(AuditArea.People, "Removed the second factor")))
            await manager.UserManager.SetTwoFactorEnabledAsync(user, enabled: false);
        await proven.SignInAgainAsync(user);
        return true;
    }

    public async Task<int> EndOtherSessionsAsync(CancellationToken cancellationToken)
    {
        var user = await RequireAsync();
        var command = new EndSessions.Command(user.Id, SessionId);
        if (!user.TwoFactorEnabled)
            return (await mediator.Send(command, cancellationToken)).Ended;
        int ended;
        using (audit.Begin(((IAudited)command).Audited))
        {
            ended = (await mediator.Send(command, cancellationToken)).Ended;
            await manager.UserManager.UpdateSecurityStampAsync(user);
        }

        await proven.SignInAgainAsync(user);
        return ended;
    }

    public async Task<IReadOnlyList<string>> ChangePasswordAsync(string current, string replacement, CancellationToken cancellationToken)
    {
        var user = await RequireAsync();
        var id = user.Id;
        // A stranger at a browser that was left signed in must not guess the password without limit.
        if ((await mediator.Send(new BeginSignIn.Command(user.UserName!, null, null), cancellationToken)).Wait is not null)
            return ["Too many attempts. Wait a quarter of an hour and try again."];
        IdentityResult result;
        using (audit.Begin(new AuditedAction(AuditArea.People, "Changed their password")))
            result = await manager.UserManager.ChangePasswordAsync(user, current, replacement);
        if (!result.Succeeded)
        {
            return
            [
                .. result.Errors.Select(error =>
                    error.Code == nameof(IdentityErrorDescriber.PasswordMismatch) ? WrongPassword : error.Description
                ),
            ];
        }

        await mediator.Send(new CompleteSignIn.Command(user.UserName!, null, null), cancellationToken);
        // The new stamp ends all cookies, so this browser gets a new one with a new session.
        await mediator.Send(new EndSessions.Command(id), cancellationToken);
        await manager.SignInWithClaimsAsync(user, isPersistent: false, RequiredSecondFactor.ProofOf(accessor.HttpContext!.User));
        return [];
    }

    /// <summary>
    /// Returns whether the person knows the password; without a password, whether the text is a code of the person's app, if there is one.
    /// </summary>
    private async Task<bool> HasProvedAsync(IdentityUser<Guid> user, string proof, CancellationToken cancellationToken)
    {
        if (user is { PasswordHash: null, TwoFactorEnabled: false })
            return true;
        if ((await mediator.Send(new BeginSignIn.Command(user.UserName!, null, null), cancellationToken)).Wait is not null)
            return false;
        var isRight = user.PasswordHash is not null
            ? await manager.UserManager.CheckPasswordAsync(user, proof)
            : await codes.IsRightAsync(user, proof) || await codes.RedeemAsync(user, proof);
        if (isRight)
            await mediator.Send(new CompleteSignIn.Command(user.UserName!, null, null), cancellationToken);
        return isRight;
    }

    /// <summary>Identifies a connected account in forms.</summary>
    private static string IdOf(UserLoginInfo login) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{login.LoginProvider}\n{login.ProviderKey}")));

    private async Task<IdentityUser<Guid>?> FindAsync() => Id is { } id ? await manager.UserManager.FindByIdAsync(id.ToString()) : null;

    private async Task<IdentityUser<Guid>> RequireAsync() =>
        await FindAsync() ?? throw new IdentityNeededException("Sign in with your account.");

    /// <summary>Reads an account again that was changed in another scope.</summary>
    private async Task<IdentityUser<Guid>> RereadAsync(IdentityUser<Guid> user)
    {
        await context.Entry(user).ReloadAsync();
        return user;
    }
}
