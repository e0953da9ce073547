using System.Globalization;
using FluentValidation;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.WebApi.Security;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Errors;

/// <summary>
/// Turns exceptions into RFC 9457 problems, here and nowhere else:
/// <list type="table">
/// <item><term>400</term><description>ValidationException (with <c>errors</c>), an empty photo, a broken request</description></item>
/// <item><term>401</term><description>IdentityNeededException</description></item>
/// <item><term>404</term><description>NotFoundException</description></item>
/// <item><term>408</term><description>a body that arrives too slowly</description></item>
/// <item><term>409</term><description>ConflictException; ConcurrentChangeException after its retries</description></item>
/// <item><term>413</term><description>a photo with too many bytes or pixels; a request with too many bytes; ObjectTooLargeException</description></item>
/// <item><term>415</term><description>a photo that is not JPEG, PNG or WebP; a request of another content type</description></item>
/// <item><term>422</term><description>a damaged photo</description></item>
/// <item><term>502</term><description>PlatformUnavailableException</description></item>
/// <item><term>503</term><description>ServerBusyException (with Retry-After), StoreUnavailableException</description></item>
/// <item><term>507</term><description>StorageFullException (with Retry-After)</description></item>
/// <item><term>500</term><description>everything else, logged with the trace id that the answer names</description></item>
/// </list>
/// Pages handle what a person can mend themselves; what is left goes to the error page.
/// </summary>
internal sealed class ProblemDetailsExceptionHandler(ILogger<ProblemDetailsExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // Who posts to one of the lab's routes reads why it failed, rather than that a page was not found.
        if (httpContext.WantsPage() && httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.IsPage() != false)
            return false;
        var problem = Describe(exception);
        // Whoever is turned away when there is too much to do is counted, not told as a fault: a flood would fill the log besides.
        if (problem.Status >= StatusCodes.Status500InternalServerError && exception is not ServerBusyException)
            logger.LogError(exception, "{Method} {Path} failed", httpContext.Request.Method, httpContext.AskedPath());
        httpContext.Response.StatusCode = problem.Status!.Value;
        if (RetryAfter(exception) is { } retryAfter)
            httpContext.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        await httpContext.WriteProblemAsync(problem);
        return true;
    }

    /// <summary>The status that an exception is answered with.</summary>
    public static int StatusOf(Exception exception) => Describe(exception).Status!.Value;

    /// <summary>The problem that stands for an exception.</summary>
    public static ProblemDetails Describe(Exception exception) =>
        exception switch
        {
            ValidationException e => new HttpValidationProblemDetails(
                e.Errors.GroupBy(f => f.PropertyName, StringComparer.Ordinal)
                    .ToDictionary(g => g.Key, g => g.Select(f => f.ErrorMessage).ToArray(), StringComparer.Ordinal)
            )
            {
                Status = StatusCodes.Status400BadRequest,
                Detail = string.Join(" ", e.Errors.Select(f => f.ErrorMessage)),
            },
            UnusablePhotoException e => Problem(StatusOf(e.Fault), e.Message),
            // The server's own type, not ours: these speak of its settings.
            BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => Problem(
                StatusCodes.Status408RequestTimeout,
                "The request arrived too slowly. Nothing was stored. Send it again over a better connection, or a smaller photo."
            ),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } e
                when e.GetType() != typeof(BadHttpRequestException) => Problem(
                StatusCodes.Status413PayloadTooLarge,
                "The request has more bytes than this address takes. Nothing was stored. Send fewer or smaller photos."
            ),
            BadHttpRequestException e => Problem(e.StatusCode, e.Message),
            IdentityNeededException e => Problem(StatusCodes.Status401Unauthorized, e.Message),
            LinkRefusedException e => Problem(StatusCodes.Status403Forbidden, e.Message),
            NotFoundException e => Problem(StatusCodes.Status404NotFound, e.Message),
            ConflictException e => Problem(StatusCodes.Status409Conflict, e.Message),
            ConcurrentChangeException => Problem(
                StatusCodes.Status409Conflict,
                "Other requests kept changing the same data. Send the request again."
            ),
            ServerBusyException e => Problem(StatusCodes.Status503ServiceUnavailable, e.Message),
            ObjectTooLargeException e => Problem(StatusCodes.Status413PayloadTooLarge, e.Message),
            StorageFullException e => Problem(StatusCodes.Status507InsufficientStorage, e.Message),
            StoreUnavailableException e => Problem(StatusCodes.Status503ServiceUnavailable, e.Message),
            PlatformUnavailableException e => Problem(StatusCodes.Status502BadGateway, e.Message),
            _ => Problem(
                StatusCodes.Status500InternalServerError,
                "Something went wrong here. What was answered before is safe. Tell the operator the traceId."
            ),
        };

    private static int StatusOf(PhotoFault fault) =>
        fault switch
        {
            PhotoFault.Empty => StatusCodes.Status400BadRequest,
            PhotoFault.TooManyBytes or PhotoFault.TooManyPixels => StatusCodes.Status413PayloadTooLarge,
            PhotoFault.UnknownFormat => StatusCodes.Status415UnsupportedMediaType,
            PhotoFault.Damaged => StatusCodes.Status422UnprocessableEntity,
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, message: null),
        };

    private static TimeSpan? RetryAfter(Exception exception) =>
        exception switch
        {
            ServerBusyException e => e.RetryAfter,
            StoreUnavailableException => StoreUnavailableException.RetryAfter,
            _ => null,
        };

    private static ProblemDetails Problem(int status, string detail) => new() { Status = status, Detail = detail };
}
