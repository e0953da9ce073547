using System.Net.Http.Headers;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.ObjectStorage.S3;

/// <summary>An object of the S3 server as a stream that can seek: after a seek the next read asks for the rest from there, of the same version of the object.</summary>
/// <param name="address">The object, for messages.</param>
/// <param name="open">Asks the server for the object from a position on, in the version first opened.</param>
/// <param name="length">Bytes of the object.</param>
/// <param name="body">What the server sends, from the start of the object.</param>
internal sealed class S3ReadStream(
    ObjectAddress address,
    Func<RangeHeaderValue, CancellationToken, Task<Stream>> open,
    long length,
    Stream body
) : Stream
{
    private Stream? body = body;
    private long bodyPosition;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= length || buffer.IsEmpty)
            return 0;
        try
        {
            if (body is null || bodyPosition != Position)
            {
                if (body is not null)
                    await body.DisposeAsync();
                body = null;
                body = await open(new RangeHeaderValue(Position, to: null), cancellationToken);
                bodyPosition = Position;
            }

            var read = await body.ReadAsync(buffer, cancellationToken);
            if (read == 0)
                throw new IOException($"the server ended at byte {Position} of {length}");
            bodyPosition = Position += read;
            return read;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new StoreUnavailableException($"Object {address} could not be read to its end: {e.Message}", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <exception cref="NotSupportedException">Always: a thread would wait for the network.</exception>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read this stream asynchronously.");

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target =
            offset
            + origin switch
            {
                SeekOrigin.Begin => 0,
                SeekOrigin.Current => Position,
                _ => length,
            };
        return target >= 0 ? Position = target : throw new IOException("A seek to before the start.");
    }

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (body is not null)
            await body.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            body?.Dispose();
        base.Dispose(disposing);
    }
}
