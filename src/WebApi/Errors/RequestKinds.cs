using System.Globalization;
using System.Net.Mime;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Errors;

/// <summary>Marks an endpoint whose errors do not reveal where the photo is stored.</summary>
internal sealed record HiddenPlace;

internal static class RequestKinds
{
    /// <summary>Returns whether an error is shown as a page (to a person in a browser) or as a problem (to a program).</summary>
    public static bool WantsPage(this HttpContext context) =>
        !context.AskedPath().StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && context.Request.Headers.Accept.Any(accept => accept?.Contains("text/html", StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>
    /// Returns the path that the client requested. While an error is handled, the request's own path is that of the error page.
    /// </summary>
    public static PathString AskedPath(this HttpContext context) =>
        context.Features.Get<IExceptionHandlerPathFeature>()?.Path ?? context.Request.Path;

    /// <summary>
    /// Returns why the framework refused a request: no route accepts its method or its content type, or an endpoint could not read a query
    /// parameter. Null for other responses.
    /// </summary>
    public static string? RefusalDetail(this HttpContext context) =>
        context.Response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => context
                .GetEndpoint()
                ?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
                .Select(parameter => UnreadableDetail(parameter, context.Request.Query))
                .FirstOrDefault(detail => detail is not null),
            StatusCodes.Status405MethodNotAllowed =>
                $"This address does not support {context.Request.Method}. It supports {context.Response.Headers.Allow}.",
            StatusCodes.Status415UnsupportedMediaType => "Send JSON with the header Content-Type: application/json.",
            _ => null,
        };

    /// <summary>
    /// Returns what is wrong with a query parameter, or null. The request delegate generator refuses an optional parameter whose value has
    /// another type, but does not say which.
    /// </summary>
    private static string? UnreadableDetail(IParameterBindingMetadata parameter, IQueryCollection query)
    {
        // Members of a class of parameters have the names of properties.
        var name = JsonNamingPolicy.CamelCase.ConvertName(parameter.Name);
        return
            parameter.HasTryParse && query[name] is [{ Length: > 0 } value, ..] && !IsReadable(parameter.ParameterInfo.ParameterType, value)
            ? $"The query parameter '{name}' does not accept the value '{value}'. See the API reference for what it accepts."
            : null;
    }

    /// <summary>Whether the generated code can read a value.</summary>
    private static bool IsReadable(Type type, string value)
    {
        var read = Nullable.GetUnderlyingType(type) ?? type;
        return read.IsEnum
            ? Enum.TryParse(read, value, ignoreCase: true, out _)
            : typeof(RequestKinds)
                .GetMethod(nameof(CanParse), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(read)
                .Invoke(null, [value])
                is true;
    }

    private static bool CanParse<T>(string value)
        where T : IParsable<T> => T.TryParse(value, CultureInfo.InvariantCulture, out _);

    /// <summary>
    /// Answers with a problem, whatever the client accepts. If the client does not accept problems, the framework would answer with 500
    /// instead.
    /// </summary>
    public static async Task WriteProblemAsync(this HttpContext context, ProblemDetails problem)
    {
        context.Request.Headers.Accept = MediaTypeNames.Application.ProblemJson;
        await context
            .RequestServices.GetRequiredService<IProblemDetailsService>()
            .WriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem });
    }

    /// <summary>
    /// Clears the content type of empty error responses, because status pages skip any response with a content type. A page that refuses a
    /// form (for example because its antiforgery token is too old) sets a content type but no content. The error page that is shown instead
    /// is requested with GET, because it is not a form.
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
