using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.ObjectStorage.S3;

/// <summary>
/// An object of the S3 server as a seekable stream. After a seek, the next read requests the rest of the same version of the object from
/// there.
/// </summary>
/// <param name="address">The object, for messages.</param>
/// <param name="open">Requests the rest of the object from a position on, in the version first opened.</param>
/// <param name="length">Length of the object in bytes.</param>
/// <param name="body">The bytes that the server sends, from the start of the object.</param>
/// <param name="patience">Longest wait for the next bytes.</param>
internal sealed class S3ReadStream(
    ObjectAddress address,
    Func<long, CancellationToken, Task<Stream>> open,
    long length,
    Stream body,
    TimeSpan patience
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
                body = await open(Position, cancellationToken);
                bodyPosition = Position;
            }

            var read = await ReadInTimeAsync(body, buffer, cancellationToken);
            if (read == 0)
                throw new IOException($"the server closed the connection at byte {Position} of {length}");
            bodyPosition = Position += read;
            return read;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new StoreUnavailableException($"Object {address} could not be read completely: {e.Message}", e);
        }
    }

    private async Task<int> ReadInTimeAsync(Stream from, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        try
        {
            return await from.ReadAsync(buffer, deadline.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"the server sent nothing for {patience.TotalSeconds:0} s", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <exception cref="NotSupportedException">Always, because a thread would block on the network.</exception>
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
        return target >= 0 ? Position = target : throw new IOException("Cannot seek before the start of the stream.");
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
