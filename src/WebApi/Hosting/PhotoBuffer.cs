using System.Buffers;
using System.Runtime.InteropServices;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Buffer for the bytes that a client sends, outside of the managed heap. Unwritten parts take no memory, so reserving the announced size
/// costs nothing until the bytes arrive. Disposed memory returns to the system immediately, without waiting for a garbage collection.
/// </summary>
internal sealed class PhotoBuffer : MemoryManager<byte>
{
    private readonly int capacity;
    private nint start;

    /// <param name="capacity">Size of the buffer in bytes.</param>
    public unsafe PhotoBuffer(int capacity)
    {
        this.capacity = capacity;
        start = (nint)NativeMemory.Alloc((nuint)capacity);
    }

    /// <summary>Fills the buffer from a stream.</summary>
    /// <returns>Number of bytes read; null when the stream has more than the buffer holds.</returns>
    public async Task<int?> FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        var length = 0;
        while (length < capacity)
        {
            var read = await stream.ReadAsync(Memory[length..], cancellationToken);
            if (read == 0)
                return length;
            length += read;
        }

        return await stream.ReadAsync(new byte[1], cancellationToken) == 0 ? length : null;
    }

    public override unsafe Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(start == 0, this);
        return new Span<byte>((void*)start, capacity);
    }

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(start == 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, capacity);
        return new MemoryHandle((byte*)start + elementIndex, pinnable: this);
    }

    public override void Unpin()
    {
        // Native memory never moves, so there is nothing to unpin.
    }

    protected override unsafe void Dispose(bool disposing)
    {
        NativeMemory.Free((void*)start);
        start = 0;
    }
}
