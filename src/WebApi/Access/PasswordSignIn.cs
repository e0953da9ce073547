using System.Security.Claims;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.WebUi.Access;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>Signs people in with a password, and counts attempts by name, address and known browser.</summary>
internal sealed class PasswordSignIn(
    IMediator mediator,
    IHttpContextAccessor accessor,
    SignInManager<IdentityUser<Guid>> manager,
    KnownBrowser browser,
    AppCodes codes,
    ICallerAddress callerAddress,
    ILogger<PasswordSignIn> logger
) : ISignIn
{
    private HttpContext Http => accessor.HttpContext!;

    public async Task<SignInOutcome> TryAsync(string name, string password, CancellationToken cancellationToken)
    {
        if (name.Length > BeginSignIn.NameLength)
            return new SignInOutcome(Succeeded: false);
        var address = callerAddress.Current;
        var user = await manager.UserManager.FindByNameAsync(name);
        var device = user is not null ? browser.Find(user.Id) : null;
        var attempt = await mediator.Send(new BeginSignIn.Command(name, address, device), cancellationToken);
        if (attempt.Wait is { } wait)
        {
            Log(user);
            return new SignInOutcome(Succeeded: false, wait);
        }

        if (user is null || user.PasswordHash is null || user.IsDisabled())
        {
            // As much work as for a wrong password of an account.
            manager.UserManager.PasswordHasher.VerifyHashedPassword(new IdentityUser<Guid>(), DecoyHash.Of(manager.UserManager), password);
        }
        else if (await manager.UserManager.CheckPasswordAsync(user, password))
        {
            if (user.TwoFactorEnabled)
            {
                await AskForCodeAsync(user);
                return new SignInOutcome(Succeeded: false, NeedsCode: true);
            }

            return await CompleteAsync(user, name, address, device, cancellationToken);
        }

        await RefuseAsync(user, address, attempt.IsLast, cancellationToken);
        return new SignInOutcome(Succeeded: false);
    }

    public async Task<bool> ExpectsCodeAsync() => await manager.GetTwoFactorAuthenticationUserAsync() is not null;

    public async Task<SignInOutcome> TryCodeAsync(string code, CancellationToken cancellationToken)
    {
        if (await manager.GetTwoFactorAuthenticationUserAsync() is not { TwoFactorEnabled: true } user || user.IsDisabled())
            return new SignInOutcome(Succeeded: false);
        var address = callerAddress.Current;
        var device = browser.Find(user.Id);
        var attempt = await mediator.Send(new BeginSignIn.Command(user.UserName!, address, device), cancellationToken);
        if (attempt.Wait is { } wait)
        {
            Log(user);
            return new SignInOutcome(Succeeded: false, wait);
        }

        if (await codes.IsRightAsync(user, code) || await codes.RedeemAsync(user, code))
        {
            await Http.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
            // The password's attempt is taken back too.
            await mediator.Send(new CompleteSignIn.Command(user.UserName!, address, device), cancellationToken);
            return await CompleteAsync(user, user.UserName!, address, device, cancellationToken);
        }

        await RefuseAsync(user, address, attempt.IsLast, cancellationToken);
        return new SignInOutcome(Succeeded: false);
    }

    private async Task<SignInOutcome> CompleteAsync(
        IdentityUser<Guid> user,
        string name,
        string? address,
        string? device,
        CancellationToken cancellationToken
    )
    {
        await mediator.Send(new CompleteSignIn.Command(name, address, device), cancellationToken);
        await manager.SignInAsync(user, isPersistent: false);
        logger.LogInformation("{Name} signed in from {Address}", user.UserName, address);
        return new SignInOutcome(Succeeded: true);
    }

    /// <summary>Remembers in a cookie for a few minutes that the password was right.</summary>
    private Task AskForCodeAsync(IdentityUser<Guid> user) =>
        Http.SignInAsync(
            IdentityConstants.TwoFactorUserIdScheme,
            new ClaimsPrincipal(
                new ClaimsIdentity([new Claim(ClaimTypes.Name, user.Id.ToString())], IdentityConstants.TwoFactorUserIdScheme)
            )
        );

    private async Task RefuseAsync(IdentityUser<Guid>? user, string? address, bool isLast, CancellationToken cancellationToken)
    {
        await mediator.Send(new RefuseSignIn.Command(user?.UserName ?? "", isLast, address), cancellationToken);
        Log(user);
    }

    /// <summary>
    /// Writes a line that tools such as fail2ban read, with the whole address. The name as it was typed may be a password.
    /// </summary>
    private void Log(IdentityUser<Guid>? user)
    {
        var address = Http.Connection.RemoteIpAddress;
        var plain = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        logger.LogWarning("Failed sign-in from {Address} as {Name}", plain, user?.UserName ?? "an unknown name");
    }
}
