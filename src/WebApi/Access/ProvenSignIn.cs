using System.Security.Claims;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>What follows when a person has proved who they are, in whatever way: the second factor, the session, the log.</summary>
internal sealed class ProvenSignIn(
    IMediator mediator,
    IHttpContextAccessor accessor,
    SignInManager<IdentityUser<Guid>> manager,
    RememberedBrowser remembered,
    ICallerAddress callerAddress,
    ILogger<ProvenSignIn> logger
)
{
    private HttpContext Http => accessor.HttpContext!;

    /// <summary>Signs a person in, or asks for the code of the person's app.</summary>
    /// <param name="user">The account.</param>
    /// <param name="hasSecondFactor">Whether the proof contains a second factor.</param>
    /// <returns>False when the code is needed. A cookie remembers the proof for a few minutes.</returns>
    public async Task<bool> ContinueAsync(IdentityUser<Guid> user, bool hasSecondFactor)
    {
        if (user.TwoFactorEnabled && !hasSecondFactor && !remembered.Knows(user))
        {
            await AskForCodeAsync(user);
            return false;
        }

        await SignInAsync(user, hasSecondFactor);
        return true;
    }

    /// <summary>Signs a person in.</summary>
    /// <param name="user">The account.</param>
    /// <param name="hasSecondFactor">Whether a second factor was proved that the account itself does not know of.</param>
    public async Task SignInAsync(IdentityUser<Guid> user, bool hasSecondFactor = false)
    {
        Claim[] claims = hasSecondFactor ? [RequiredSecondFactor.SessionClaim] : [];
        await manager.SignInWithClaimsAsync(user, isPersistent: false, claims);
        logger.LogInformation("{Name} signed in from {Address}", user.UserName, callerAddress.Current);
    }

    /// <summary>
    /// Gives this browser another session after a change of the account, with whose new stamp the old cookie would end. The new session
    /// keeps what the old one has proved.
    /// </summary>
    public async Task SignInAgainAsync(IdentityUser<Guid> user)
    {
        var caller = Http.User;
        await manager.SignInWithClaimsAsync(user, isPersistent: false, RequiredSecondFactor.ProofOf(caller));
        if (caller.SessionId() is { } old)
            await mediator.Send(new EndSession.Command(old, user.Id));
    }

    /// <summary>
    /// Writes a line that tools such as fail2ban read, with the whole address. The name as it was typed may be a password.
    /// </summary>
    /// <param name="user">The account; null for an unknown name.</param>
    public void LogFailure(IdentityUser<Guid>? user)
    {
        var address = Http.Connection.RemoteIpAddress;
        var plain = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        logger.LogWarning("Failed sign-in from {Address} as {Name}", plain, user?.UserName ?? "an unknown name");
    }

    private Task AskForCodeAsync(IdentityUser<Guid> user) =>
        Http.SignInAsync(
            IdentityConstants.TwoFactorUserIdScheme,
            new ClaimsPrincipal(
                new ClaimsIdentity([new Claim(ClaimTypes.Name, user.Id.ToString())], IdentityConstants.TwoFactorUserIdScheme)
            )
        );
}
