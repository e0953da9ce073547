using System.Security.Claims;
using GourmetGram.Application.Access;
using GourmetGram.Domain.Access;

namespace GourmetGram.Application.Common;

/// <summary>
/// The claims that carry an <see cref="Actor"/> in an authenticated principal. Every authentication method writes these claims; pages and
/// endpoints read them.
/// </summary>
public static class CallerClaims
{
    /// <summary>Claim with the <see cref="ActorKind"/>.</summary>
    public const string ActorKind = "gourmetgram:actor-kind";

    /// <summary>Claim with the actor's id.</summary>
    public const string ActorId = ClaimTypes.NameIdentifier;

    /// <summary>
    /// Returns the caller that a principal stands for; <see cref="Caller.Anonymous"/> when the principal has no identity.
    /// </summary>
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

        var isManager = principal.IsManager();
        return new Caller(
            new Actor(kind, id),
            isManager || principal.IsInRole(Roles.Annotator),
            principal.IsInRole(Roles.Admin),
            isManager
        );
    }

    /// <summary>
    /// Returns the name that histories show for a principal: the one that the person has chosen, the sign-in name, or the actor when there
    /// is no name.
    /// </summary>
    public static string Who(this ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return principal.FindFirstValue(DisplaySettings.NameClaim) ?? principal.SignInName();
    }

    /// <summary>Returns the name with which a person signs in, or the actor when there is no name.</summary>
    public static string SignInName(this ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return principal.Identity?.Name ?? principal.ToCaller().Actor.ToString();
    }

    /// <summary>Returns the id of the account that is signed in; null for visitors, keys and programs.</summary>
    public static Guid? AccountId(this ClaimsPrincipal principal) =>
        principal.ToCaller().Actor is { Kind: Domain.Access.ActorKind.Account } actor && Guid.TryParse(actor.Id, out var id) ? id : null;

    private static string? FindFirstValue(this ClaimsPrincipal principal, string type) => principal.FindFirst(type)?.Value;
}
