using System.IO.Compression;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Writes a zip entry by entry in a form that can also be read as a stream: the size and checksum of each entry precede its bytes.
/// Otherwise a reader could find the end of a stored entry only from the directory at the end of the archive.
/// </summary>
internal sealed class StreamedZip : IAsyncDisposable
{
    private readonly HeldStream held;
    private readonly ZipArchive archive;

    private StreamedZip(HeldStream held, ZipArchive archive) => (this.held, this.archive) = (held, archive);

    /// <summary>Creates an archive.</summary>
    /// <param name="target">Target stream. The archive writes to it only asynchronously and does not close it.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public static async Task<StreamedZip> CreateAsync(Stream target, CancellationToken cancellationToken)
    {
        var entries = new HeldStream(target);
        return new StreamedZip(
            entries,
            await ZipArchive.CreateAsync(entries, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken)
        );
    }

    /// <summary>Adds a file. The compressed bytes stay in memory until the file is complete.</summary>
    /// <param name="name">Path in the archive.</param>
    /// <param name="compression">NoCompression for content that is compressed already.</param>
    /// <param name="writtenAt">Modification time of the file; null for the current time.</param>
    /// <param name="write">Writes the content of the file.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public async Task AddAsync(
        string name,
        CompressionLevel compression,
        DateTimeOffset? writtenAt,
        Func<Stream, Task> write,
        CancellationToken cancellationToken
    )
    {
        var entry = archive.CreateEntry(name, compression);
        if (writtenAt is { } time)
            entry.LastWriteTime = time;
        await using (var content = await entry.OpenAsync(cancellationToken))
            await write(content);
        await held.ReleaseAsync(cancellationToken);
    }

    /// <summary>
    /// Writes the directory of the archive. Without the directory, a reader cannot mistake the archive for a complete one.
    /// </summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await archive.DisposeAsync();
        await held.ReleaseAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await archive.DisposeAsync();
        await held.DisposeAsync();
    }

    /// <summary>
    /// Buffers written bytes until they are released. <see cref="ZipArchive"/> goes back to fill in values that it knows only at the end of
    /// an entry.
    /// </summary>
    private sealed class HeldStream(Stream target) : Stream
    {
        private readonly MemoryStream held = new();
        private long released;

        public override bool CanRead => false;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => released + held.Length;

        public override long Position
        {
            get => released + held.Position;
            set => held.Position = value - released;
        }

        public async Task ReleaseAsync(CancellationToken cancellationToken)
        {
            await target.WriteAsync(held.GetBuffer().AsMemory(0, (int)held.Length), cancellationToken);
            released += held.Length;
            held.SetLength(0);
        }

        public override long Seek(long offset, SeekOrigin origin) =>
            Position = origin switch
            {
                SeekOrigin.Current => Position + offset,
                SeekOrigin.End => Length + offset,
                _ => offset,
            };

        public override void Write(byte[] buffer, int offset, int count) => held.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => held.Write(buffer);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            held.Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            held.Write(buffer, offset, count);
            return Task.CompletedTask;
        }

        public override void Flush()
        {
            // Bytes leave the buffer only in ReleaseAsync.
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void SetLength(long value) => held.SetLength(value - released);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                held.Dispose();
            base.Dispose(disposing);
        }
    }
}
