using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace GourmetGram.WebApi.Access;

/// <summary>
/// Remembers in a signed cookie which account has signed in with this browser, so that strangers who guess passwords cannot lock its owner
/// out of it.
/// </summary>
internal sealed class KnownBrowser(IHttpContextAccessor accessor, IDataProtectionProvider protection)
{
    private const string CookieName = "gourmetgram.device";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);

    private readonly ITimeLimitedDataProtector protector = protection
        .CreateProtector("GourmetGram.KnownBrowser")
        .ToTimeLimitedDataProtector();

    private HttpContext Http => accessor.HttpContext!;

    /// <summary>Returns the name of this browser for an account; null when the account has not signed in with it.</summary>
    public string? Find(Guid account)
    {
        if (Http.Request.Cookies[CookieName] is not { } cookie)
            return null;
        try
        {
            var text = protector.Unprotect(cookie);
            return text.StartsWith(account.ToString("N"), StringComparison.Ordinal) ? text : null;
        }
        catch (CryptographicException)
        {
            // It is forged or too old, so the browser is not known.
            return null;
        }
    }

    /// <summary>Remembers that an account has signed in.</summary>
    public void Remember(Guid account) =>
        Http.Response.Cookies.Append(
            CookieName,
            protector.Protect(Find(account) ?? $"{account:N}:{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}", Lifetime),
            new CookieOptions
            {
                HttpOnly = true,
                IsEssential = true,
                MaxAge = Lifetime,
                Path = Http.Request.PathBase.HasValue ? Http.Request.PathBase.Value : "/",
                SameSite = SameSiteMode.Lax,
                Secure = Http.Request.IsHttps,
            }
        );
}
