using GourmetGram.WebUi.Pages;
using Microsoft.AspNetCore.Components.Endpoints;

namespace GourmetGram.WebApi.Security;

/// <summary>
/// Redirects outside visits of the review page to the list of loops. Opening the review page reserves a photo for its reader, and neither
/// links on other sites nor browsers that prefetch pages may reserve one.
/// </summary>
internal sealed class ForeignVisits(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (
            context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type != typeof(ReviewPage)
            || HttpMethods.IsPost(context.Request.Method)
            || !(IsFromOutside(context.Request) || IsAhead(context.Request))
        )
        {
            return next(context);
        }

        context.Response.Redirect($"{context.Request.PathBase}/review");
        return Task.CompletedTask;
    }

    /// <summary>
    /// Returns whether another site started the visit. Browsers report the starting site, and report none for an address that somebody
    /// typed.
    /// </summary>
    private static bool IsFromOutside(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";

    private static bool IsAhead(HttpRequest request) =>
        request.Headers["Sec-Purpose"].ToString().Contains("prefetch", StringComparison.OrdinalIgnoreCase)
        || request.Headers["Purpose"].ToString().Contains("prefetch", StringComparison.OrdinalIgnoreCase);
}
