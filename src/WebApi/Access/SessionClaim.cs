using System.Security.Claims;

namespace GourmetGram.WebApi.Access;

/// <summary>The claim that ties a cookie to the row of its session.</summary>
internal static class SessionClaim
{
    private const string Type = "gourmetgram:session";

    public static Guid? SessionId(this ClaimsPrincipal principal) => Guid.TryParse(principal.FindFirstValue(Type), out var id) ? id : null;

    public static void SetSessionId(this ClaimsPrincipal principal, Guid id)
    {
        if (principal.Identity is ClaimsIdentity identity)
            identity.AddClaim(new Claim(Type, id.ToString("N")));
    }
}
