using System.Security.Claims;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Access;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Access;

/// <summary>Adds the caller type to the claims of a signed-in person.</summary>
internal sealed class AccountClaims(
    UserManager<IdentityUser<Guid>> users,
    RoleManager<IdentityRole<Guid>> roles,
    IOptions<IdentityOptions> options
) : UserClaimsPrincipalFactory<IdentityUser<Guid>, IdentityRole<Guid>>(users, roles, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(IdentityUser<Guid> user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new Claim(CallerClaims.ActorKind, nameof(ActorKind.Account)));
        if (user.TwoFactorEnabled)
            identity.AddClaim(new Claim(RequiredSecondFactor.Claim, bool.TrueString));
        return identity;
    }
}
