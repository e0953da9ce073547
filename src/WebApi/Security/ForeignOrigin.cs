namespace GourmetGram.WebApi.Security;

internal static class ForeignOrigin
{
    /// <summary>
    /// Whether a script or form of another origin sent the request. Browsers say so by <c>Sec-Fetch-Site</c>, older ones by <c>Origin</c>; programs send neither.
    /// A visit by link (<c>navigate</c> with GET) is not foreign: it can change nothing and shows its answer to nobody else.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="publicUrl">Where people reach the server: behind a proxy that is not trusted, its origin is not that of the request.</param>
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
