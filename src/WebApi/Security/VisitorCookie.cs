using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using GourmetGram.WebUi.Access;
using Microsoft.AspNetCore.Authentication;

namespace GourmetGram.WebApi.Security;

internal sealed class VisitorCookie(IHttpContextAccessor http) : IVisitorCookie
{
    public async Task<Actor?> FindAsync()
    {
        if (
            http.HttpContext is not { } context
            || await context.AuthenticateAsync(Schemes.Visitor) is not { Succeeded: true, Principal: { } principal }
        )
            return null;
        return principal.ToCaller().Actor is { Kind: ActorKind.Visitor } visitor ? visitor : null;
    }
}
