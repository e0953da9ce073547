using System.Security.Claims;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Common;

/// <summary>Roles a signed-in person or a key can have.</summary>
public static class Roles
{
    /// <summary>May review photos.</summary>
    public const string Annotator = "Annotator";

    /// <summary>May configure, run, promote and erase; may do all that an annotator may.</summary>
    public const string Admin = "Admin";
}

/// <summary>How an <see cref="Actor"/> travels in an authenticated principal: every way to authenticate writes these claims, pages and endpoints read them.</summary>
public static class CallerClaims
{
    /// <summary>Claim with the <see cref="ActorKind"/>.</summary>
    public const string ActorKind = "gourmetgram:actor-kind";

    /// <summary>Claim with the actor's id.</summary>
    public const string ActorId = ClaimTypes.NameIdentifier;

    /// <summary>The caller behind a principal; one without identity is <see cref="Caller.Anonymous"/>.</summary>
    public static Caller ToCaller(this ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        if (
            principal.Identity is not { IsAuthenticated: true }
            || principal.FindFirstValue(ActorId) is not { Length: > 0 } id
            || !Enum.TryParse<ActorKind>(principal.FindFirstValue(ActorKind), out var kind)
        )
        {
            return Caller.Anonymous;
        }

        var isAdministrator = principal.IsInRole(Roles.Admin);
        return new Caller(new Actor(kind, id), isAdministrator || principal.IsInRole(Roles.Annotator), isAdministrator);
    }

    /// <summary>Who it is, as histories show it: the account's name, else the actor.</summary>
    public static string Who(this ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return principal.Identity?.Name ?? principal.ToCaller().Actor.ToString();
    }

    private static string? FindFirstValue(this ClaimsPrincipal principal, string type) => principal.FindFirst(type)?.Value;
}
