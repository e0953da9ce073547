using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.WebUi.Access;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

internal sealed class OwnDisplay(
    IHttpContextAccessor accessor,
    Accounts accounts,
    UserManager<IdentityUser<Guid>> users,
    ProvenSignIn proven,
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
        if (accessor.HttpContext!.User.SessionId() is not null && await users.FindByIdAsync(Id.ToString()) is { } user)
            await proven.SignInAgainAsync(user);
    }
}
