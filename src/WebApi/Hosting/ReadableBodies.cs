using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Refuses bodies that no endpoint can read (compressed bodies, and JSON that is not UTF-8) with a specific error. Otherwise the error
/// would only say "not JSON".
/// </summary>
internal sealed class ReadableBodies(RequestDelegate next)
{
    private const string Identity = "identity";
    private const int LongestName = 40;

    /// <exception cref="BadHttpRequestException">The body is encoded, or is JSON in another charset (415).</exception>
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is RouteEndpoint && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            var request = context.Request;
            var encodings = request.Headers.ContentEncoding.SelectMany(value =>
                (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            );
            if (encodings.FirstOrDefault(name => !name.Equals(Identity, StringComparison.OrdinalIgnoreCase)) is { } encoding)
                throw Refused($"The body is encoded with '{Short(encoding)}'. Send it unencoded, without the header Content-Encoding.");
            if (
                request.HasJsonContentType()
                && MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
                && HeaderUtilities.RemoveQuotes(type.Charset) is { Length: > 0 } charset
            )
            {
                if (
                    !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                    && !charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase)
                )
                    throw Refused($"The charset of the JSON is '{Short(charset.Value!)}'. Send it in UTF-8.");
                // The framework does not recognise a charset in quotes.
                type.Charset = charset;
                request.ContentType = type.ToString();
            }
        }

        return next(context);
    }

    private static BadHttpRequestException Refused(string message) => new(message, StatusCodes.Status415UnsupportedMediaType);

    private static string Short(string name) => name[..Math.Min(name.Length, LongestName)];
}
