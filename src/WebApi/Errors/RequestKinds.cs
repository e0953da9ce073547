using System.Net.Mime;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Errors;

internal static class RequestKinds
{
    /// <summary>Whether an error is for a person in a browser (a page) or for a program (a problem).</summary>
    public static bool WantsPage(this HttpContext context) =>
        !context.AskedPath().StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && context.Request.Headers.Accept.Any(accept => accept?.Contains("text/html", StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>The path that was asked for: while an error is handled, the request's own is that of the error page.</summary>
    public static PathString AskedPath(this HttpContext context) =>
        context.Features.Get<IExceptionHandlerPathFeature>()?.Path ?? context.Request.Path;

    /// <summary>Answers with a problem, whatever the program says it accepts: the framework would rather answer 500 than send what was not asked for.</summary>
    public static async Task WriteProblemAsync(this HttpContext context, ProblemDetails problem)
    {
        context.Request.Headers.Accept = MediaTypeNames.Application.ProblemJson;
        await context
            .RequestServices.GetRequiredService<IProblemDetailsService>()
            .WriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem });
    }

    /// <summary>
    /// A page that refuses a form (its antiforgery token is too old, say) sets a content type but no content, and status pages leave alone whatever has a content type. What is
    /// shown in its place is asked for with GET: it is no form.
    /// </summary>
    public static IApplicationBuilder UseEmptyErrors(this IApplicationBuilder app) =>
        app.Use(
            static async (context, next) =>
            {
                if (context.Features.Get<IStatusCodeReExecuteFeature>() is not null)
                    context.Request.Method = HttpMethods.Get;
                await next(context);
                if (context.Response is { HasStarted: false, StatusCode: >= StatusCodes.Status400BadRequest })
                    context.Response.ContentType = null;
            }
        );
}
