using System.Net;
using System.Xml;
using System.Xml.Linq;

namespace GourmetGram.Infrastructure.ObjectStorage.S3;

/// <summary>An answer of the S3 server that is no success.</summary>
/// <param name="status">Its status.</param>
/// <param name="code">S3's word for what is wrong, e.g. <c>NoSuchKey</c>; empty for answers without a body.</param>
internal sealed class S3Fault(HttpStatusCode status, string code) : Exception($"The S3 server answered {(int)status} {code}".TrimEnd())
{
    public HttpStatusCode Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>Neither bucket nor object, as far as the answer tells.</summary>
    public bool IsMissing => Status == HttpStatusCode.NotFound;

    public bool IsMissingBucket => Code == "NoSuchBucket";

    public bool IsDenied => Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized;
}

/// <summary>
/// Throws an <see cref="S3Fault"/> for every answer that is no success. The Minio package would turn them into exceptions of many kinds, some of them without a word of what the server
/// said (a wrong secret has an empty message).
/// </summary>
internal sealed class S3FaultHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>An error answer is far smaller; what is larger does not come from an S3 server.</summary>
    private const int MostErrorBytes = 64 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new S3Fault(response.StatusCode, await ReadCodeAsync(response.Content, cancellationToken));
    }

    private static async Task<string> ReadCodeAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var bytes = new byte[MostErrorBytes];
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            using var reader = XmlReader.Create(
                new MemoryStream(bytes, 0, length),
                new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit }
            );
            return XDocument.Load(reader).Root?.Elements().FirstOrDefault(element => element.Name.LocalName == "Code")?.Value ?? "";
        }
        catch (XmlException)
        {
            // An answer to HEAD has no body; that of a proxy in between is no XML. The status says enough.
            return "";
        }
    }
}
