using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>
/// Tells disabled accounts from temporarily locked ones. A disabled account is locked out forever; wrong passwords lock an account out for
/// minutes.
/// </summary>
internal static class AccountStates
{
    /// <summary>End of a lockout that never ends: the latest time that the database can store.</summary>
    public static readonly DateTimeOffset Never = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.MaxValue.ToUnixTimeMilliseconds());

    public static bool IsDisabled(this IdentityUser<Guid> user) => user.LockoutEnd >= Never;
}
