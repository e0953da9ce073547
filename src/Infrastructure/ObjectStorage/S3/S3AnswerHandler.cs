using System.Net;
using System.Xml;
using System.Xml.Linq;

namespace GourmetGram.Infrastructure.ObjectStorage.S3;

/// <summary>
/// Accepts a response only when an S3 server sent it: it has an <c>x-amz-request-id</c>, a status that S3 uses for this request, and the
/// complete XML document that S3 sends for it. Throws <see cref="S3Fault"/> when the S3 server refused the request, and
/// <see cref="ForeignAnswerException"/> for everything else. The Minio package accepts any 200, takes any 404 for a missing object, and
/// turns errors into many kinds of exceptions, some of which omit what the server said.
/// </summary>
/// <param name="timeout">Longest wait for the response to a request without a body. The caller reads the bytes of an object
/// afterwards.</param>
/// <param name="inner">Sends the request.</param>
internal sealed class S3AnswerHandler(Func<TimeSpan> timeout, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string RequestId = "x-amz-request-id";

    /// <summary>
    /// Longest document. A page of a list has up to a thousand keys of up to a kilobyte; every other document is far smaller.
    /// </summary>
    private const int MostDocumentBytes = 16 << 20;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A caller that sends a body sets its own deadline.
        if (request.Content is null)
            deadline.CancelAfter(timeout());
        var response = await base.SendAsync(request, deadline.Token);
        try
        {
            if (!response.IsSuccessStatusCode)
                throw await RefusalAsync(request, response, deadline.Token);
            if (!IsFromS3(response) || !IsExpected(request, response))
                throw Foreign(response);
            if (DocumentOf(request) is { } expected)
                await CheckDocumentAsync(request, response, expected, deadline.Token);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static bool IsFromS3(HttpResponseMessage response) => response.Headers.Contains(RequestId);

    private static bool IsExpected(HttpRequestMessage request, HttpResponseMessage response) =>
        response.StatusCode switch
        {
            // A whole object is not a valid response to a range request, and HEAD for an object must return its size.
            HttpStatusCode.OK => request.Headers.Range is null
                && (
                    request.Method != HttpMethod.Head || response.Headers.ETag is null || response.Content.Headers.ContentLength is not null
                ),
            HttpStatusCode.PartialContent => request.Method == HttpMethod.Get
                && response.Content.Headers.ContentRange is { } part
                && part.From == request.Headers.Range?.Ranges.Single().From,
            HttpStatusCode.NoContent => request.Method == HttpMethod.Delete
                || (request.Method == HttpMethod.Put && Asks(request, "tagging")),
            _ => false,
        };

    /// <summary>Returns the name of the root element of S3's response; null when the response has no document.</summary>
    private static string? DocumentOf(HttpRequestMessage request)
    {
        if (request.Method == HttpMethod.Get && Asks(request, "list-type"))
            return "ListBucketResult";
        if (request.Method == HttpMethod.Get && Asks(request, "location"))
            return "LocationConstraint";
        if (request.Method == HttpMethod.Get && Asks(request, "tagging"))
            return "Tagging";
        return request.Method == HttpMethod.Put && request.Headers.Contains("x-amz-copy-source") ? "CopyObjectResult" : null;
    }

    private static bool Asks(HttpRequestMessage request, string name) =>
        request
            .RequestUri!.Query.TrimStart('?')
            .Split('&')
            .Any(part => part.Equals(name, StringComparison.Ordinal) || part.StartsWith(name + "=", StringComparison.Ordinal));

    private static async Task CheckDocumentAsync(
        HttpRequestMessage request,
        HttpResponseMessage response,
        string expected,
        CancellationToken cancellationToken
    )
    {
        var (bytes, root) = await ReadDocumentAsync(response, cancellationToken);
        // S3 starts a long copy with status 200 and may still end it with an error.
        if (CodeOf(root) is { } code)
            throw new S3Fault(request.Method, response.StatusCode, code);
        if (root?.Name.LocalName != expected)
            throw Foreign(response);
        var content = new ByteArrayContent(bytes);
        foreach (var (name, values) in response.Content.Headers)
            content.Headers.TryAddWithoutValidation(name, values);
        response.Content.Dispose();
        response.Content = content;
    }

    private static async Task<Exception> RefusalAsync(
        HttpRequestMessage request,
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        if (request.Method == HttpMethod.Head)
            return IsFromS3(response) ? new S3Fault(request.Method, response.StatusCode, code: "") : Foreign(response);
        var (_, root) = await ReadDocumentAsync(response, cancellationToken);
        return CodeOf(root) is { Length: > 0 } code ? new S3Fault(request.Method, response.StatusCode, code) : Foreign(response);
    }

    private static string? CodeOf(XElement? root) =>
        root?.Name.LocalName == "Error" ? root.Elements().FirstOrDefault(element => element.Name.LocalName == "Code")?.Value ?? "" : null;

    /// <returns>The document's root; null when the body is not XML, or not XML that S3 would send.</returns>
    private static async Task<(byte[] Bytes, XElement? Root)> ReadDocumentAsync(
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        await response.Content.LoadIntoBufferAsync(MostDocumentBytes, cancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(bytes), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return (bytes, XDocument.Load(reader).Root);
        }
        catch (XmlException)
        {
            return (bytes, null);
        }
    }

    private static ForeignAnswerException Foreign(HttpResponseMessage response) =>
        new(
            $"the answer ({(int)response.StatusCode}, {response.Content.Headers.ContentType?.MediaType ?? "no media type"}) "
                + "did not come from an S3 server. "
                + "Check ObjectStore:Endpoint and any proxy between this server and the S3 server."
        );
}
