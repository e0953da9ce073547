namespace GourmetGram.WebApi.Security;

internal static class ForeignOrigin
{
    /// <summary>
    /// Returns whether a script or form of another origin sent the request. Browsers report this in <c>Sec-Fetch-Site</c>, older browsers
    /// in <c>Origin</c>; programs send neither. A visit by link (<c>navigate</c> with GET) does not count as foreign, because it changes
    /// nothing and only the visitor sees the response.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="publicUrl">
    /// Public URL of the server. Behind an untrusted proxy, the public origin differs from the origin of the request.
    /// </param>
    public static bool IsForeign(this HttpRequest request, string? publicUrl)
    {
        if (HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate")
            return false;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
            return site is "cross-site" or "same-site";
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
            && !(
                publicUrl is { Length: > 0 }
                && string.Equals(origin, new Uri(publicUrl).GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase)
            );
    }
}
