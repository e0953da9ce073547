using System.Buffers.Binary;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>
/// Reads the bits of a JPEG's compressed data up to the next marker, then zeros. The bytes FF 00 stand for one data byte FF.
/// </summary>
/// <param name="data">From the first byte of a scan's data to the end of the file.</param>
internal ref struct JpegBits(ReadOnlySpan<byte> data)
{
    /// <summary>Bits that the window has at least after <see cref="Fill"/>: enough for a code and its value.</summary>
    private const int Enough = 32;

    private readonly ReadOnlySpan<byte> data = data;

    /// <summary>Index of the first byte that is not in the window yet.</summary>
    private int position;

    /// <summary>Number of data bits in the window; negative when more bits were taken than exist.</summary>
    private int count;

    private bool isAtMarker;

    /// <summary>The next bits, the first in the highest bit.</summary>
    public ulong Window { get; private set; }

    /// <summary>Whether more bits were taken than exist.</summary>
    public readonly bool IsOverdrawn => count < 0;

    /// <summary>Fills the window to at least 32 bits, as far as data remains.</summary>
    public void Fill()
    {
        if (count < Enough && !isAtMarker)
            Read();
    }

    /// <param name="bits">How many bits to take. At most 32 in all may be taken between two calls of <see cref="Fill"/>.</param>
    public void Skip(int bits)
    {
        Window <<= bits;
        count -= bits;
    }

    /// <summary>Continues after the next restart marker.</summary>
    /// <returns>False when another marker or the end of the file comes first.</returns>
    public bool TryRestart()
    {
        (Window, count, isAtMarker) = (0, 0, false);
        while (data[position..].IndexOf((byte)0xFF) is >= 0 and var start)
        {
            position += start;
            var fill = data[position..].IndexOfAnyExcept((byte)0xFF);
            if (fill < 0)
                return false;
            position += fill + 1;
            if (data[position - 1] is not 0 and var marker)
                return marker is >= 0xD0 and <= 0xD7;
        }

        return false;
    }

    /// <summary>Returns the number of bytes from the start of the data to the last byte of which a bit was taken.</summary>
    public readonly int BytesTaken()
    {
        var end = position;
        for (var unread = Math.Max(count, 0) / 8; unread > 0; unread--)
            end -= end >= 2 && data[end - 1] == 0 && data[end - 2] == 0xFF ? 2 : 1;
        return end;
    }

    private void Read()
    {
        if (position + 4 <= data.Length)
        {
            var four = BinaryPrimitives.ReadUInt32BigEndian(data[position..]);
            // True when none of the four bytes is FF.
            if (((~four - 0x01010101) & four & 0x80808080) == 0)
            {
                Window |= (ulong)four << (32 - count);
                count += 32;
                position += 4;
                return;
            }
        }

        while (count < Enough && TryReadByte(out var value))
        {
            Window |= (ulong)value << (56 - count);
            count += 8;
        }
    }

    private bool TryReadByte(out byte value)
    {
        value = 0;
        var next = position;
        if (next < data.Length && (value = data[next++]) == 0xFF)
        {
            while (next < data.Length && data[next] == 0xFF)
                next++;
            isAtMarker = next >= data.Length || data[next++] != 0;
        }
        else
        {
            isAtMarker = next == position;
        }

        if (!isAtMarker)
            position = next;
        return !isAtMarker;
    }
}
