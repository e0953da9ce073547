using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.WebUi.Shared;

/// <summary>
/// Builds addresses within the site. They are paths without scheme and host, so they still work when a proxy changes either.
/// </summary>
internal static class Addresses
{
    /// <summary>Returns the path that every relative link starts from; ends in a slash.</summary>
    public static string BasePath(this HttpContext context) => context.Request.PathBase.ToUriComponent() + "/";

    /// <summary>
    /// Returns the path and query that the browser shows. They differ from the request's own while an error page is rendered in place of
    /// the requested page.
    /// </summary>
    public static string ShownPath(this HttpContext context)
    {
        var pathBase = context.Request.PathBase;
        if (context.Features.Get<IStatusCodeReExecuteFeature>() is { } replaced)
            return pathBase.Add(new PathString(replaced.OriginalPath)).ToUriComponent() + replaced.OriginalQueryString;
        var path = context.Features.Get<IExceptionHandlerPathFeature>()?.Path is { } failed ? new PathString(failed) : context.Request.Path;
        return pathBase.Add(path).ToUriComponent() + context.Request.QueryString.ToUriComponent();
    }

    /// <summary>
    /// Returns the value of <c>aria-current</c> for a link in the navigation: "page" on its page, "true" on the pages below it, null
    /// elsewhere.
    /// </summary>
    /// <param name="context">The request for the page that is rendered.</param>
    /// <param name="path">The link's path from the site root; begins with a slash.</param>
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

    /// <summary>Answers a post with a redirect to the next page, so that reloading it does not repeat the post.</summary>
    /// <param name="context">The post.</param>
    /// <param name="address">Relative to <see cref="BasePath"/>; empty for the first page.</param>
    public static void SeeOther(this HttpContext context, string address) => context.SeeOtherPath(context.BasePath() + address);

    /// <summary>Redirects like <see cref="SeeOther"/>, with a path from the root of the host.</summary>
    public static void SeeOtherPath(this HttpContext context, string path)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = path;
    }
}
