using System.Security.Claims;

namespace GourmetGram.Application.Access;

/// <summary>Roles of signed-in people and API keys.</summary>
public static class Roles
{
    /// <summary>May review photos.</summary>
    public const string Annotator = "Annotator";

    /// <summary>May manage loops, datasets and monitoring, and may do everything that an annotator may.</summary>
    public const string Manager = "Manager";

    /// <summary>May configure, run, promote and delete, and may do everything that a manager may.</summary>
    public const string Admin = "Admin";

    /// <summary>Mark of a deleted account, which stays because its labels stay. It may do nothing.</summary>
    public const string Former = "Former";

    /// <summary>Returns whether a person or key has the role Manager, or more.</summary>
    public static bool IsManager(this ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return principal.IsInRole(Manager) || principal.IsInRole(Admin);
    }
}
