using System.Security.Cryptography;
using GourmetGram.Infrastructure.Hosting;
using GourmetGram.WebUi;
using Microsoft.Extensions.Options;

namespace GourmetGram.WebApi.Security;

/// <summary>
/// Adds the security headers to every response. Scripts may come only from this server, except the import map, which carries the nonce.
/// Styles may come only from this server, and inline styles are not allowed. Responses without a Cache-Control header are treated as
/// personal and must not be stored.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next, IOptions<GourmetGramOptions> options)
{
    /// <summary>Policy of the reference page, which has inline scripts and styles of its own.</summary>
    private const string ReferencePagePolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' "
        + "data:; "
        + "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Requires HTTPS for a year, for this host only, because other hosts of the domain may have no certificate.</summary>
    private const string OnlyHttps = "max-age=31536000";

    public Task InvokeAsync(HttpContext context)
    {
        var policy = context.Request.Path.StartsWithSegments("/scalar", StringComparison.OrdinalIgnoreCase)
            ? ReferencePagePolicy
            : PagePolicy(NewNonce(context));
        // The headers are written last, because error handlers remove all headers that were set before.
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()";
            headers.ContentSecurityPolicy = policy;
            if (options.Value.IsPublicHttps)
                headers.StrictTransportSecurity = OnlyHttps;
            if (headers.CacheControl.Count == 0)
                headers.CacheControl = "no-store";
            return Task.CompletedTask;
        });
        return next(context);
    }

    private static string NewNonce(HttpContext context)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        context.Items[ContentSecurityPolicy.NonceItem] = nonce;
        return nonce;
    }

    private static string PagePolicy(string nonce) =>
        $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' blob: data:; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
}
