using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.WebUi.Shared;

/// <summary>Addresses within the site. They are paths without scheme and host, so a proxy that changes either breaks none of them.</summary>
internal static class Addresses
{
    /// <summary>The path that every relative link starts from; ends in a slash.</summary>
    public static string BasePath(this HttpContext context) => context.Request.PathBase.ToUriComponent() + "/";

    /// <summary>
    /// Path and query that the browser shows. It differs from the request's own while an error page is drawn in place of the page that was asked for.
    /// </summary>
    public static string ShownPath(this HttpContext context)
    {
        var pathBase = context.Request.PathBase;
        if (context.Features.Get<IStatusCodeReExecuteFeature>() is { } replaced)
            return pathBase.Add(new PathString(replaced.OriginalPath)).ToUriComponent() + replaced.OriginalQueryString;
        var path = context.Features.Get<IExceptionHandlerPathFeature>()?.Path is { } failed ? new PathString(failed) : context.Request.Path;
        return pathBase.Add(path).ToUriComponent() + context.Request.QueryString.ToUriComponent();
    }

    /// <summary>What <c>aria-current</c> says of a link in the navigation: "page" on its page, "true" on the pages below it, null elsewhere.</summary>
    /// <param name="context">The request for the page that is drawn.</param>
    /// <param name="path">Where the link leads, from the first page; begins with a slash.</param>
    public static string? Current(this HttpContext context, string path) =>
        path == "/"
            ? context.Request.Path == path
                ? "page"
                : null
            : context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase, out var below)
                ? below.Value is null or "" or "/"
                    ? "page"
                    : "true"
                : null;

    /// <summary>Answers a post with the page to show next, so that loading it again repeats nothing.</summary>
    /// <param name="context">The post.</param>
    /// <param name="address">Relative to <see cref="BasePath"/>; empty for the first page.</param>
    public static void SeeOther(this HttpContext context, string address) => context.SeeOtherPath(context.BasePath() + address);

    /// <summary>As <see cref="SeeOther"/>, with a path from the root of the host.</summary>
    public static void SeeOtherPath(this HttpContext context, string path)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = path;
    }

    /// <summary>
    /// Whether an address that came with the request is a path on this site, escaped.
    /// Browsers drop control characters and read a backslash as a slash.
    /// </summary>
    public static bool IsLocalPath(string? address) =>
        address is ['/', ..] and not ['/', '/' or '\\', ..] && address.All(c => c is > ' ' and <= '~');
}
