using Microsoft.AspNetCore.Identity;

namespace GourmetGram.WebApi.Access;

/// <summary>Checks the codes of people's apps (TOTP, RFC 6238) and their recovery codes.</summary>
internal sealed class AppCodes(UserManager<IdentityUser<Guid>> users)
{
    /// <summary>Number of recovery codes.</summary>
    public const int RecoveryCodes = 10;

    private const string Provider = "GourmetGram";
    private const string LastCode = "last-code";

    /// <summary>
    /// Returns whether a code is the one that the person's app shows now. A code works once, although it is shown for a while, and also if
    /// it is sent twice at the same moment.
    /// </summary>
    public async Task<bool> IsRightAsync(IdentityUser<Guid> user, string code)
    {
        var digits = code.Replace(" ", "", StringComparison.Ordinal);
        if (
            await users.GetAuthenticationTokenAsync(user, Provider, LastCode) == digits
            || !await users.VerifyTwoFactorTokenAsync(user, TokenOptions.DefaultAuthenticatorProvider, digits)
        )
            return false;
        return await users.TrySetTokenAsync(user, Provider, LastCode, digits);
    }

    /// <summary>Returns whether a text is a recovery code of the person, which does not work again.</summary>
    public async Task<bool> RedeemAsync(IdentityUser<Guid> user, string code) =>
        (await users.RedeemTwoFactorRecoveryCodeAsync(user, code.Trim().ToUpperInvariant())).Succeeded;
}
