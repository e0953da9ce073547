using System.Security.Cryptography;
using System.Text;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using GourmetGram.WebUi.Access;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>Signs people in with a password or a passkey, and counts attempts by name, address and known browser.</summary>
internal sealed class PasswordSignIn(
    IMediator mediator,
    IHttpContextAccessor accessor,
    SignInManager<IdentityUser<Guid>> manager,
    KnownBrowser browser,
    AppCodes codes,
    Passkeys passkeys,
    RememberedBrowser remembered,
    ProvenSignIn proven,
    Authorities authorities,
    ICallerAddress callerAddress
) : ISignIn
{
    public IReadOnlyList<SignInAuthority> Authorities =>
        [.. authorities.All.Select(authority => new SignInAuthority(authority.Id!, authority.Name!))];

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
            proven.LogFailure(user);
            return new SignInOutcome(Succeeded: false, wait);
        }

        if (user is null || user.PasswordHash is null || user.IsDisabled())
        {
            // As much work as for a wrong password of an account.
            manager.UserManager.PasswordHasher.VerifyHashedPassword(new IdentityUser<Guid>(), DecoyHash.Of(manager.UserManager), password);
        }
        else if (await manager.UserManager.CheckPasswordAsync(user, password))
        {
            // While a code is missing, the attempt counts: codes are guessed too.
            if (!await proven.ContinueAsync(user, hasSecondFactor: false))
                return new SignInOutcome(Succeeded: false, NeedsCode: true);
            await mediator.Send(new CompleteSignIn.Command(name, address, device), cancellationToken);
            return new SignInOutcome(Succeeded: true);
        }

        await RefuseAsync(user, address, attempt.IsLast, cancellationToken);
        return new SignInOutcome(Succeeded: false);
    }

    public Task<PasskeyChallenge> BeginPasskeyAsync() => passkeys.MakeRequestAsync();

    public async Task<SignInOutcome> TryPasskeyAsync(PasskeyAnswer answer, CancellationToken cancellationToken)
    {
        // The name is not known yet, so attempts are counted by the page and by the address.
        var page = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(answer.State)));
        var address = callerAddress.Current;
        var attempt = await mediator.Send(new BeginSignIn.Command(page, address, Device: null), cancellationToken);
        if (attempt.Wait is { } wait)
        {
            proven.LogFailure(user: null);
            return new SignInOutcome(Succeeded: false, wait);
        }

        var (user, isRight) = await passkeys.CheckAsync(answer);
        if (user is null || !isRight || user.IsDisabled())
        {
            await RefuseAsync(user, address, attempt.IsLast, cancellationToken);
            return new SignInOutcome(Succeeded: false);
        }

        await mediator.Send(new CompleteSignIn.Command(page, address, Device: null), cancellationToken);
        await proven.SignInAsync(user, hasSecondFactor: true);
        return new SignInOutcome(Succeeded: true);
    }

    public async Task<bool> ExpectsCodeAsync() => await manager.GetTwoFactorAuthenticationUserAsync() is not null;

    public async Task<SignInOutcome> TryCodeAsync(string code, bool isRemembered, CancellationToken cancellationToken)
    {
        if (await manager.GetTwoFactorAuthenticationUserAsync() is not { TwoFactorEnabled: true } user || user.IsDisabled())
            return new SignInOutcome(Succeeded: false);
        var address = callerAddress.Current;
        var device = browser.Find(user.Id);
        var attempt = await mediator.Send(new BeginSignIn.Command(user.UserName!, address, device), cancellationToken);
        if (attempt.Wait is { } wait)
        {
            proven.LogFailure(user);
            return new SignInOutcome(Succeeded: false, wait);
        }

        if (await codes.IsRightAsync(user, code) || await codes.RedeemAsync(user, code))
        {
            await Http.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
            // The password's attempt is taken back too.
            await mediator.Send(new CompleteSignIn.Command(user.UserName!, address, device), cancellationToken);
            await mediator.Send(new CompleteSignIn.Command(user.UserName!, address, device), cancellationToken);
            if (isRemembered)
                remembered.Remember(user);
            await proven.SignInAsync(user);
            return new SignInOutcome(Succeeded: true);
        }

        await RefuseAsync(user, address, attempt.IsLast, cancellationToken);
        return new SignInOutcome(Succeeded: false);
    }

    private async Task RefuseAsync(IdentityUser<Guid>? user, string? address, bool isLast, CancellationToken cancellationToken)
    {
        await mediator.Send(new RefuseSignIn.Command(user?.UserName ?? "", isLast, address), cancellationToken);
        proven.LogFailure(user);
    }
}
