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
    AuditScope audit
) : IOwnAccount
{
    public Guid? Id =>
        accessor.HttpContext!.User.ToCaller().Actor is { Kind: ActorKind.Account } actor && Guid.TryParse(actor.Id, out var id) ? id : null;

    public Guid? SessionId => accessor.HttpContext!.User.SessionId();

    public async Task<IReadOnlyList<string>> ChangePasswordAsync(string current, string replacement, CancellationToken cancellationToken)
    {
        if (Id is not { } id || await manager.UserManager.FindByIdAsync(id.ToString()) is not { } user)
            return ["Sign in with your account."];
        // Somebody at an open browser must not guess the password without end.
        if ((await mediator.Send(new BeginSignIn.Command(user.UserName!, null, null), cancellationToken)).Wait is not null)
            return ["Too many attempts. Wait a quarter of an hour and try again."];
        IdentityResult result;
        using (audit.Begin(new AuditedAction(AuditArea.People, "Changed the own password")))
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
}
