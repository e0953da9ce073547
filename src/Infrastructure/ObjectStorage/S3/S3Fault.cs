using System.Net;

namespace GourmetGram.Infrastructure.ObjectStorage.S3;

/// <summary>The S3 server itself refused a request: the response has what only an S3 server sends.</summary>
/// <param name="method">Method of the request. The response to HEAD has no body that could contain the code.</param>
/// <param name="status">HTTP status of the response.</param>
/// <param name="code">S3's error code, e.g. <c>NoSuchKey</c>; empty for responses without a body.</param>
internal sealed class S3Fault(HttpMethod method, HttpStatusCode status, string code)
    : Exception($"The S3 server answered {(int)status} {code}".TrimEnd())
{
    public HttpStatusCode Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>Whether the bucket or the object does not exist.</summary>
    public bool IsMissing => Code is "NoSuchKey" or "NoSuchBucket" || (method == HttpMethod.Head && Status == HttpStatusCode.NotFound);

    public bool IsMissingBucket => Code == "NoSuchBucket";

    public bool IsDenied => Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized;

    /// <summary>Whether the tags break a rule of the server, which would accept other tags.</summary>
    public bool IsInvalidTag => Code == "InvalidTag";
}

/// <summary>
/// The response did not come from the S3 server (e.g. from a proxy whose backend is down), or was damaged on the way. It says nothing about
/// what is stored.
/// </summary>
internal sealed class ForeignAnswerException(string message, Exception? cause = null) : Exception(message, cause);
