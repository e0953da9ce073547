using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.WebUi.Access;
using MediatR;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

internal sealed class OwnDisplay(
    IHttpContextAccessor accessor,
    Accounts accounts,
    SignInManager<IdentityUser<Guid>> manager,
    IMediator mediator,
    AuditScope audit
) : IOwnDisplay
{
    private Guid Id =>
        accessor.HttpContext!.User.AccountId()
        ?? throw new IdentityNeededException("Names and display settings belong to people. Sign in with your account.");

    public Task<DisplaySettings> FindAsync(CancellationToken cancellationToken) => accounts.FindDisplayAsync(Id, cancellationToken);

    public async Task SaveAsync(DisplaySettings settings, CancellationToken cancellationToken)
    {
        // The new cookie opens a session, which is part of the same action for the audit log.
        using var action = audit.Begin(new AuditedAction(AuditArea.People, "Changed own name and display", settings.Name ?? ""));
        if (!await accounts.SaveDisplayAsync(Id, settings, cancellationToken))
            return;
        var former = accessor.HttpContext!.User.SessionId();
        if (former is null || await manager.UserManager.FindByIdAsync(Id.ToString()) is not { } user)
            return;
        await manager.RefreshSignInAsync(user);
        await mediator.Send(new EndSession.Command(former.Value, user.Id), cancellationToken);
    }
}
