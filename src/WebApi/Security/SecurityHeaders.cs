using System.Security.Cryptography;
using GourmetGram.WebUi;

namespace GourmetGram.WebApi.Security;

/// <summary>Headers of every answer. Scripts come from here only, but for the import map, which carries the nonce; styles come from here only, none inline.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    /// <summary>The reference page brings inline scripts and styles of its own.</summary>
    private const string ReferencePagePolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()";
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/scalar", StringComparison.OrdinalIgnoreCase)
            ? ReferencePagePolicy
            : PagePolicy(NewNonce(context));
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
