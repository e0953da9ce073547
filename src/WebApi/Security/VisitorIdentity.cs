using System.Security.Claims;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Diagnostics;

namespace GourmetGram.WebApi.Security;

/// <summary>Gives each browser that opens a page its own identity in a signed cookie, so that the browser owns its photos.</summary>
internal sealed class VisitorIdentity(RequestDelegate next, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // The error page needs no identity, and the failure may concern the very keys that would sign the cookie.
        var isErrorPage = context.Features.Get<IExceptionHandlerPathFeature>() is not null;
        if (context.IsPage() && !isErrorPage && context.User.Identity is not { IsAuthenticated: true })
        {
            var visitor = new ClaimsPrincipal(
                new ClaimsIdentity(
                    [
                        new Claim(CallerClaims.ActorKind, nameof(ActorKind.Visitor)),
                        new Claim(CallerClaims.ActorId, Guid.CreateVersion7(time.GetUtcNow()).ToString("N")),
                    ],
                    Schemes.Visitor
                )
            );
            await context.SignInAsync(Schemes.Visitor, visitor, new AuthenticationProperties { IsPersistent = true });
            context.User = visitor;
        }

        await next(context);
    }
}
