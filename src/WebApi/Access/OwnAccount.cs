using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.WebUi.Access;
using MediatR;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

internal sealed class OwnAccount(
    IHttpContextAccessor accessor,
    IMediator mediator,
    SignInManager<IdentityUser<Guid>> manager,
    AppCodes codes,
    AuditScope audit
) : IOwnAccount
{
    public Guid? Id => accessor.HttpContext!.User.AccountId();

    public Guid? SessionId => accessor.HttpContext!.User.SessionId();

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
        await RefreshAsync(user);
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
        await RefreshAsync(user);
        return [.. recovery ?? []];
    }

    public async Task<bool> RemoveAppAsync(string password, CancellationToken cancellationToken)
    {
        var user = await RequireAsync();
        if (
            (await mediator.Send(new BeginSignIn.Command(user.UserName!, null, null), cancellationToken)).Wait is not null
            || !await manager.UserManager.CheckPasswordAsync(user, password)
        )
            return false;
        await mediator.Send(new CompleteSignIn.Command(user.UserName!, null, null), cancellationToken);
        using (audit.Begin(new AuditedAction(AuditArea.People, "Removed the second factor")))
            await manager.UserManager.SetTwoFactorEnabledAsync(user, enabled: false);
        await RefreshAsync(user);
        return true;
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
                    error.Code == nameof(IdentityErrorDescriber.PasswordMismatch) ? "That isn’t your current password." : error.Description
                ),
            ];
        }

        await mediator.Send(new CompleteSignIn.Command(user.UserName!, null, null), cancellationToken);
        // The new stamp ends all cookies, so this browser gets a new one with a new session.
        await mediator.Send(new EndSessions.Command(id), cancellationToken);
        await manager.SignInAsync(user, isPersistent: false);
        return [];
    }

    private async Task<IdentityUser<Guid>?> FindAsync() => Id is { } id ? await manager.UserManager.FindByIdAsync(id.ToString()) : null;

    private async Task<IdentityUser<Guid>> RequireAsync() =>
        await FindAsync() ?? throw new IdentityNeededException("Sign in with your account.");

    /// <summary>A change gives the account a new stamp, with which this browser's cookie would end.</summary>
    private async Task RefreshAsync(IdentityUser<Guid> user)
    {
        var session = SessionId;
        await manager.SignInAsync(user, isPersistent: false);
        if (session is { } old)
            await mediator.Send(new EndSession.Command(old, user.Id));
    }
}
