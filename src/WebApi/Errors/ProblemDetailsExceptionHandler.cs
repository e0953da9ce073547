using System.Globalization;
using FluentValidation;
using FluentValidation.Results;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.WebApi.Security;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace GourmetGram.WebApi.Errors;

/// <summary>
/// Turns exceptions into RFC 9457 problems. No other code does this:
/// <list type="table">
/// <item><term>400</term><description>ValidationException (with <c>errors</c>), an empty photo, a broken request</description></item>
/// <item><term>401</term><description>IdentityNeededException</description></item>
/// <item><term>404</term><description>NotFoundException</description></item>
/// <item><term>408</term><description>a body that arrives too slowly</description></item>
/// <item><term>409</term><description>ConflictException; ConcurrentChangeException after its retries</description></item>
/// <item><term>413</term><description>a photo with too many bytes or pixels; a request with too many bytes;
/// ObjectTooLargeException</description></item>
/// <item><term>415</term><description>a photo that is not JPEG, PNG or WebP; a request of another content type</description></item>
/// <item><term>422</term><description>a damaged photo; UnusableModelException</description></item>
/// <item><term>429</term><description>QuotaExceededException (with Retry-After)</description></item>
/// <item><term>502</term><description>PlatformUnavailableException</description></item>
/// <item><term>503</term><description>ServerBusyException, StoreUnavailableException, the database's own errors while it is away (with
/// Retry-After)</description></item>
/// <item><term>507</term><description>StorageFullException (with Retry-After)</description></item>
/// <item><term>500</term><description>everything else, logged with the trace id that the answer names</description></item>
/// </list>
/// Pages handle errors that a person can fix; all other errors lead to the error page.
/// </summary>
internal sealed class ProblemDetailsExceptionHandler(FailureLog log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = Describe(exception);
        if (problem.Status >= StatusCodes.Status500InternalServerError)
            log.Write(exception, $"{httpContext.Request.Method} {httpContext.AskedPath()}");
        // A browser that posts to a lab route gets the reason for the failure instead of the "not found" page.
        if (httpContext.WantsPage() && httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.IsPage() != false)
            return false;
        if (httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<HiddenPlace>() is not null)
            HidePlace(problem, exception);
        httpContext.Response.StatusCode = problem.Status!.Value;
        if (RetryAfter(exception) is { } retryAfter)
            httpContext.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        await httpContext.WriteProblemAsync(problem);
        return true;
    }

    /// <summary>Returns the HTTP status that an exception is answered with.</summary>
    public static int StatusOf(Exception exception) => Describe(exception).Status!.Value;

    /// <summary>Returns the problem that describes an exception.</summary>
    public static ProblemDetails Describe(Exception exception) =>
        exception switch
        {
            ValidationException e => new HttpValidationProblemDetails(
                e.Errors.GroupBy(f => f.PropertyName, StringComparer.Ordinal)
                    .ToDictionary(g => g.Key, g => g.Select(f => f.ErrorMessage).ToArray(), StringComparer.Ordinal)
            )
            {
                Status = StatusCodes.Status400BadRequest,
                Detail = string.Join(" ", e.Errors.Select(NamedMessage)),
            },
            UnusablePhotoException e => Problem(StatusOf(e.Fault), e.Message),
            // Kestrel throws its own subtype of BadHttpRequestException, whose messages name Kestrel's settings.
            BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => Problem(
                StatusCodes.Status408RequestTimeout,
                "The request arrived too slowly. Nothing was stored. Use a faster connection or send a smaller photo."
            ),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } e
                when e.GetType() != typeof(BadHttpRequestException) => Problem(
                StatusCodes.Status413PayloadTooLarge,
                "The request is too large. Nothing was stored. Send fewer or smaller photos."
            ),
            BadHttpRequestException e => Problem(e.StatusCode, JsonFaults.Describe(e)),
            IdentityNeededException e => Problem(StatusCodes.Status401Unauthorized, e.Message),
            LinkRefusedException e => Problem(StatusCodes.Status403Forbidden, e.Message),
            UnusableModelException e => Problem(StatusCodes.Status422UnprocessableEntity, e.Message),
            NotFoundException e => Problem(StatusCodes.Status404NotFound, e.Message),
            ConflictException e => Problem(StatusCodes.Status409Conflict, e.Message),
            ConcurrentChangeException => Problem(
                StatusCodes.Status409Conflict,
                "Other requests were changing the same data. Send the request again."
            ),
            ServerBusyException e => Problem(StatusCodes.Status503ServiceUnavailable, e.Message),
            QuotaExceededException e => Problem(StatusCodes.Status429TooManyRequests, e.Message),
            ObjectTooLargeException e => Problem(StatusCodes.Status413PayloadTooLarge, e.Message),
            StorageFullException e => Problem(StatusCodes.Status507InsufficientStorage, e.Message),
            StoreUnavailableException e => Problem(StatusCodes.Status503ServiceUnavailable, e.Message),
            PlatformUnavailableException e => Problem(StatusCodes.Status502BadGateway, e.Message),
            _ when DatabaseUnavailableException.IsBehind(exception) => Problem(
                StatusCodes.Status503ServiceUnavailable,
                "The database does not respond. Nothing was stored. Try again later."
            ),
            _ => Problem(
                StatusCodes.Status500InternalServerError,
                "An unexpected error occurred. Data stored before is safe. Report the traceId to the operator."
            ),
        };

    /// <summary>
    /// Returns a validation message that names its member. On a page the message alone is enough, because it is shown beside the field.
    /// </summary>
    private static string NamedMessage(ValidationFailure failure) =>
        failure.PropertyName.Length == 0 || failure.ErrorMessage.Contains(failure.PropertyName, StringComparison.OrdinalIgnoreCase)
            ? failure.ErrorMessage
            : $"'{failure.PropertyName}': {failure.ErrorMessage}";

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
            QuotaExceededException e => e.RetryAfter,
            StoreUnavailableException => StoreUnavailableException.RetryAfter,
            _ when DatabaseUnavailableException.IsBehind(exception) => StoreUnavailableException.RetryAfter,
            _ => null,
        };

    private static void HidePlace(ProblemDetails problem, Exception exception)
    {
        if (exception is NotFoundException)
            problem.Detail = "The photo was not found.";
        else if (exception is StoreUnavailableException)
            problem.Detail = "The photo cannot be loaded now. Try again later.";
    }

    private static ProblemDetails Problem(int status, string detail) => new() { Status = status, Detail = detail };
}
