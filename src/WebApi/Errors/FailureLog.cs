using GourmetGram.Application.Common;

namespace GourmetGram.WebApi.Errors;

/// <summary>
/// Logs failures that are answered with a 5xx status, each one once. A stack trace is logged only when the cause is unknown.
/// </summary>
internal sealed class FailureLog(Outages outages, ILogger<FailureLog> logger)
{
    /// <param name="failure">The exception to log.</param>
    /// <param name="what">The operation that failed, as the beginning of a sentence: "GET /photos".</param>
    public void Write(Exception failure, string what)
    {
        // Requests refused because of overload are only counted, because a flood would fill the log.
        if (failure is ServerBusyException || outages.Explains(failure))
            return;
        if (failure is StoreUnavailableException or PlatformUnavailableException)
            logger.LogWarning("{What} failed: {Reason}", what, failure.Message);
        else
            logger.LogError(failure, "{What} failed", what);
    }
}
