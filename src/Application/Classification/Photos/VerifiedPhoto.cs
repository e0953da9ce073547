using System.Security.Cryptography;
using GourmetGram.Application.Common;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Application.Classification;

/// <summary>
/// The bytes of a stored photo, verified against its row: the length before the first byte is read, the SHA-256 before the last bytes of a
/// read from start to end are returned. If the bytes differ, the store counts as unavailable. After a seek only the length is verified.
/// </summary>
internal sealed class VerifiedPhoto : Stream
{
    private readonly Stream content;
    private readonly ObjectAddress address;
    private readonly string sha256;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Number of bytes from the start that the hash covers.</summary>
    private long hashed;

    private VerifiedPhoto(Stream content, ObjectAddress address, string sha256)
    {
        this.content = content;
        this.address = address;
        this.sha256 = sha256;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => content.Length;

    public override long Position
    {
        get => content.Position;
        set => content.Position = value;
    }

    /// <param name="content">A seekable stream at its start. Disposed with the photo, and if this method throws.</param>
    /// <param name="prediction">The prediction that the photo belongs to.</param>
    /// <exception cref="StoreUnavailableException">The length differs from the photo's.</exception>
    public static async Task<Stream> OfAsync(Stream content, Prediction prediction)
    {
        var length = content.Length;
        if (length == prediction.Photo.StoredBytes)
            return new VerifiedPhoto(content, PhotoStorage.AddressOf(prediction), prediction.Photo.StoredSha256);
        await content.DisposeAsync();
        throw new StoreUnavailableException(
            $"Photo {PhotoStorage.AddressOf(prediction)} has {length} bytes in the object store, expected {prediction.Photo.StoredBytes}."
        );
    }

    /// <exception cref="StoreUnavailableException">The bytes differ from the photo's, or the store does not respond.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var position = content.Position;
        var read = await content.ReadAsync(buffer, cancellationToken);
        if (position != hashed || read == 0)
            return read;
        hash.AppendData(buffer.Span[..read]);
        hashed += read;
        if (hashed == Length && Convert.ToHexStringLower(hash.GetCurrentHash()) != sha256)
            throw new StoreUnavailableException(
                $"Photo {address} was changed in the object store: its SHA-256 is not {sha256}, as expected."
            );
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <exception cref="NotSupportedException">
    /// Always, because a synchronous read would block a thread while waiting for the store.
    /// </exception>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read this stream asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => content.Seek(offset, origin);

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await content.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
