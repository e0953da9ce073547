using GourmetGram.Infrastructure.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace GourmetGram.WebApi.Access;

internal static class AccountTokens
{
    /// <summary>
    /// Stores a token of an account. The account's row changes with it, so of two requests that have read the same account, one succeeds.
    /// </summary>
    /// <returns>False when another request was first.</returns>
    public static async Task<bool> TrySetTokenAsync(
        this UserManager<IdentityUser<Guid>> users,
        IdentityUser<Guid> user,
        string provider,
        string name,
        string value
    )
    {
        try
        {
            return (await users.SetAuthenticationTokenAsync(user, provider, name, value)).Succeeded;
        }
        // Identity notices that the account has changed, but not that both requests add the token's first row.
        catch (DbUpdateException e) when (DatabaseConflicts.IsBehind(e))
        {
            return false;
        }
    }
}
