using System.Security.Claims;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>Begins a session when a person signs in, asks for it with each request, and ends it when the person signs out.</summary>
internal sealed class SessionEvents(IMediator mediator, SessionWatch watch, KnownBrowser browser, ICallerAddress address)
    : CookieAuthenticationEvents
{
    public override async Task SigningIn(CookieSigningInContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var principal = context.Principal!;
        // The audit log names the person, who was a stranger when the request came.
        context.HttpContext.User = principal;
        var account = Guid.Parse(principal.FindFirstValue(ClaimTypes.NameIdentifier)!);
        var session = await mediator.Send(
            new OpenSession.Command(account, BrowserName.Of(context.Request.Headers.UserAgent.ToString()), address.Current),
            context.HttpContext.RequestAborted
        );
        principal.SetSessionId(session.Id);
        browser.Remember(account);
    }

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (
            context.Principal?.SessionId() is { } id
            && await watch.IsLiveAsync(mediator, id, address.Current, context.HttpContext.RequestAborted)
        )
        {
            await SecurityStampValidator.ValidatePrincipalAsync(context);
            return;
        }

        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(context.Scheme.Name);
    }

    public override async Task SigningOut(CookieSigningOutContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var user = context.HttpContext.User;
        if (user.SessionId() is not { } id || user.AccountId() is not { } account)
            return;
        try
        {
            await mediator.Send(new EndSession.Command(id, account), context.HttpContext.RequestAborted);
        }
        catch (NotFoundException)
        {
            // It was ended elsewhere in the meantime, which is what the person wants.
        }

        watch.Forget(id);
    }
}
