using System.Globalization;
using System.Security.Cryptography;
using GourmetGram.Application.Access;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Access;

/// <summary>
/// Remembers in a signed cookie that a person has given a code in this browser and does not want to be asked again for a while. A new
/// security stamp of the account ends that: a change of the password or of the second factor, and signing out everywhere else.
/// </summary>
internal sealed class RememberedBrowser(
    IHttpContextAccessor accessor,
    IDataProtectionProvider protection,
    IOptions<SecondFactorOptions> options,
    TimeProvider time
)
{
    private const string CookieName = "gourmetgram.code";

    private readonly IDataProtector protector = protection.CreateProtector("GourmetGram.RememberedBrowser");

    private HttpContext Http => accessor.HttpContext!;

    private TimeSpan Lifetime => TimeSpan.FromDays(options.Value.RememberDays);

    /// <summary>Returns whether the person need not be asked for a code.</summary>
    public bool Knows(IdentityUser<Guid> user)
    {
        if (Http.Request.Cookies[CookieName] is not { } cookie)
            return false;
        try
        {
            var parts = protector.Unprotect(cookie).Split(' ', 3);
            var since = DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[1], CultureInfo.InvariantCulture));
            return parts[0] == user.Id.ToString("N") && parts[2] == user.SecurityStamp && time.GetUtcNow() < since + Lifetime;
        }
        catch (CryptographicException)
        {
            // It is forged.
            return false;
        }
    }

    /// <summary>Remembers that the person has given a code.</summary>
    public void Remember(IdentityUser<Guid> user)
    {
        if (Lifetime == TimeSpan.Zero)
            return;
        var text = string.Create(CultureInfo.InvariantCulture, $"{user.Id:N} {time.GetUtcNow().ToUnixTimeSeconds()} {user.SecurityStamp}");
        Http.Response.Cookies.Append(
            CookieName,
            protector.Protect(text),
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
}
