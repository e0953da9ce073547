using System.Security.Claims;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Diagnostics;

namespace GourmetGram.WebApi.Security;

/// <summary>Gives a browser that opens a page an identity of its own, in a signed cookie, so that its photos are its own.</summary>
internal sealed class VisitorIdentity(RequestDelegate next, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // The error page is drawn for nobody in particular: what failed may be the very keys that would sign the cookie.
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
