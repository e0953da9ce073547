using System.Text;
using Microsoft.Net.Http.Headers;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Rewrites the file names in a form's body while the body is read. Clients encode file names differently, and this stream writes all of
/// them as RFC 8187 requires, so that every form reader finds the same name. Everything else passes unchanged.
/// </summary>
/// <param name="body">The original request body.</param>
/// <param name="boundary">The boundary between the parts of the form.</param>
internal sealed class FormFileNames(Stream body, string boundary) : Stream
{
    /// <summary>Maximum size of a part's headers. Larger headers pass unchanged, because the form reader refuses them.</summary>
    private const int MostHeaderBytes = 16 * 1024;

    private const int MostBoundaryCharacters = 200;

    private readonly byte[] delimiter = Encoding.UTF8.GetBytes($"\r\n--{boundary}");
    private readonly byte[] buffer = new byte[2 * MostHeaderBytes];
    private int start;
    private int end;
    private bool isFirst = true;
    private bool isInHeaders;
    private bool isAtEnd;

    /// <summary>Bytes that are ready for the reader.</summary>
    private ReadOnlyMemory<byte> ready;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Replaces the request body with this stream, so that all later middleware reads forms through it.</summary>
    public static Task UseAsync(HttpContext context, RequestDelegate next)
    {
        if (BoundaryOf(context.Request) is { Length: > 0 } boundary)
            context.Request.Body = new FormFileNames(context.Request.Body, boundary);
        return next(context);
    }

    /// <summary>Returns the boundary of a form; null when the request is not a form, empty when it has no usable boundary.</summary>
    public static string? BoundaryOf(HttpRequest request)
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        )
        {
            return null;
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary);
        return boundary.Length <= MostBoundaryCharacters ? boundary.ToString() : "";
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (ready.IsEmpty && !TryAdvance())
        {
            if (isAtEnd)
                return 0;
            await FillAsync(cancellationToken);
        }

        var count = Math.Min(ready.Length, buffer.Length);
        ready[..count].CopyTo(buffer);
        ready = ready[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Request bodies are read asynchronously.");

    public override void Flush()
    {
        // The stream is read-only, so there is nothing to flush.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <returns>False when more of the body is needed first.</returns>
    private bool TryAdvance() => isInHeaders ? TryTakeHeaders() : TryTakeContent();

    /// <summary>
    /// Takes the content up to the end of the next delimiter. Without a delimiter, takes the bytes that cannot be the start of one.
    /// </summary>
    private bool TryTakeContent()
    {
        var content = buffer.AsMemory(start, end - start);
        // The first delimiter may be at the very beginning of the body, without a line break before it.
        var wanted = isFirst ? delimiter.AsSpan(2) : delimiter;
        var found = content.Span.IndexOf(wanted);
        if (found >= 0)
        {
            (isFirst, isInHeaders) = (false, true);
            return Take(content[..(found + wanted.Length)]);
        }

        return Take(content[..Math.Max(0, content.Length - (isAtEnd ? 0 : delimiter.Length - 1))]);
    }

    /// <summary>Takes and rewrites the headers after a delimiter, up to their blank line.</summary>
    private bool TryTakeHeaders()
    {
        var content = buffer.AsMemory(start, end - start);
        var blankLine = content.Span.IndexOf("\r\n\r\n"u8);
        if (blankLine < 0 && !isAtEnd && content.Length < MostHeaderBytes)
            return false;
        isInHeaders = false;
        if (blankLine < 0)
            return Take(content);
        // The line break of the blank line stays in the buffer, because it may be the beginning of the next delimiter.
        var headers = content[..(blankLine + 2)];
        start += headers.Length;
        ready = PartFileName.Rewrite(headers);
        return true;
    }

    private bool Take(ReadOnlyMemory<byte> taken)
    {
        ready = taken;
        start += taken.Length;
        return !taken.IsEmpty;
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        var read = await body.ReadAsync(buffer.AsMemory(end), cancellationToken);
        end += read;
        isAtEnd = read == 0;
    }
}
