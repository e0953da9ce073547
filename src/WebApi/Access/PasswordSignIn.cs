using GourmetGram.Application.Access;
using GourmetGram.WebApi.Hosting;
using GourmetGram.WebUi.Access;
using MediatR;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>Signs people in with a password, and counts attempts by name, address and known browser.</summary>
internal sealed class PasswordSignIn(
    IMediator mediator,
    IHttpContextAccessor accessor,
    SignInManager<IdentityUser<Guid>> manager,
    KnownBrowser browser,
    ILogger<PasswordSignIn> logger
) : ISignIn
{
    private HttpContext Http => accessor.HttpContext!;

    public async Task<SignInOutcome> TryAsync(string name, string password, CancellationToken cancellationToken)
    {
        if (name.Length > BeginSignIn.NameLength)
            return new SignInOutcome(Succeeded: false);
        var address = Http.Connection.RemoteIpAddress is { } remote ? CallerAddress.NetworkOf(remote) : null;
        var user = await manager.UserManager.FindByNameAsync(name);
        var device = user is not null ? browser.Find(user.Id) : null;
        var attempt = await mediator.Send(new BeginSignIn.Command(name, address, device), cancellationToken);
        if (attempt.Wait is { } wait)
        {
            await RefuseAsync(user, address, isThrottled: true, cancellationToken);
            return new SignInOutcome(Succeeded: false, wait);
        }

        if (user is null || user.PasswordHash is null || user.IsDisabled())
        {
            // As much work as for a wrong password of an account.
            manager.UserManager.PasswordHasher.VerifyHashedPassword(new IdentityUser<Guid>(), DecoyHash.Of(manager.UserManager), password);
        }
        else if (await manager.UserManager.CheckPasswordAsync(user, password))
        {
            await mediator.Send(new CompleteSignIn.Command(name, address, device), cancellationToken);
            await manager.SignInAsync(user, isPersistent: false);
            logger.LogInformation("{Name} signed in from {Address}", user.UserName, address);
            return new SignInOutcome(Succeeded: true);
        }

        await RefuseAsync(user, address, isThrottled: false, cancellationToken);
        return new SignInOutcome(Succeeded: false);
    }

    private async Task RefuseAsync(IdentityUser<Guid>? user, string? address, bool isThrottled, CancellationToken cancellationToken)
    {
        await mediator.Send(new RefuseSignIn.Command(user?.UserName ?? "", isThrottled, address), cancellationToken);
        // Tools such as fail2ban read this line. The name as it was typed may be a password.
        logger.LogWarning("Failed sign-in from {Address} as {Name}", address, user?.UserName ?? "an unknown name");
    }
}
