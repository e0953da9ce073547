using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>
/// Reads the bits of a JPEG's compressed data up to the next marker, then zeros. The bytes FF 00 stand for one data byte FF.
/// </summary>
/// <param name="data">From the first byte of a scan's data to the end of the file.</param>
internal ref struct JpegBits(ReadOnlySpan<byte> data)
{
    /// <summary>Coefficients of a block, which stand for 8 × 8 samples.</summary>
    public const int Coefficients = 64;

    /// <summary>How many steps of at most <see cref="HuffmanTable.StepBits"/> bits the 56 bits of a full window allow.</summary>
    private const int StepsOfWindow = 4;

    private readonly ReadOnlySpan<byte> data = data;

    /// <summary>The next data bytes, without the zeros after FF, and zeros after the last one.</summary>
    private PlainBytes plain;

    /// <summary>Bytes in <see cref="plain"/>; the last seven are only read ahead.</summary>
    private int plainLength;

    /// <summary>Index in <see cref="plain"/> of the first byte that is not in the window yet.</summary>
    private int next;

    /// <summary>Number of bits in the window.</summary>
    private int count;

    /// <summary>Index of the first byte after the last restart marker.</summary>
    private int start;

    /// <summary>Index of the first byte that is not in <see cref="plain"/> yet.</summary>
    private int position;

    /// <summary>Data bytes since the last restart marker that came before those in <see cref="plain"/>.</summary>
    private long before;

    /// <summary>Data bytes since the last restart marker, once the next marker is found.</summary>
    private long total = long.MaxValue;

    private ulong window;

    /// <summary>The next bits, the first in the highest bit. At least 56 of them are valid after <see cref="Fill"/>.</summary>
    public readonly ulong Window => window;

    /// <summary>Whether more bits were taken than exist.</summary>
    public readonly bool IsOverdrawn => total != long.MaxValue && BitsTaken > total * 8;

    private readonly long BitsTaken => ((before + next) * 8) - count;

    /// <summary>Fills the window to at least 56 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fill()
    {
        if (next > plainLength - sizeof(ulong))
            ReadMore();
        window |= BinaryPrimitives.ReadUInt64BigEndian(plain[next..]) >> count;
        next += (63 - count) >> 3;
        count |= 56;
    }

    /// <param name="bits">How many bits to take. At most 56 in all may be taken between two calls of <see cref="Fill"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int bits)
    {
        window <<= bits;
        count -= bits;
    }

    /// <summary>Skips a block of a sequential scan.</summary>
    /// <param name="dc">Table of the first coefficient.</param>
    /// <param name="ac">Table of the others.</param>
    // Most of the time of a scan is spent here, and ahead-of-time compilation would inline none of what it calls.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SkipBlock(HuffmanTable dc, HuffmanTable ac)
    {
        Fill();
        Skip(dc.Find(window).Bits);
        var steps = ac.Steps;
        var coefficient = 1;
        do
        {
            Fill();
            // Copies stay in registers.
            var (bits, left) = (window, count);
            var step = steps[(int)(bits >> (64 - HuffmanTable.StepBits))];
            if (!step.Fits(coefficient))
            {
                var entry = ac.Find(bits);
                Skip(entry.Bits);
                coefficient += entry.Coefficients;
                continue;
            }

            for (var i = 1; ; i++)
            {
                bits <<= step.Bits;
                left -= step.Bits;
                coefficient += step.Coefficients;
                if (coefficient >= Coefficients || i == StepsOfWindow)
                    break;
                step = steps[(int)(bits >> (64 - HuffmanTable.StepBits))];
                if (!step.Fits(coefficient))
                    break;
            }

            (window, count) = (bits, left);
        } while (coefficient < Coefficients);
    }

    /// <summary>Continues after the next restart marker.</summary>
    /// <returns>False when another marker or the end of the file comes first.</returns>
    public bool TryRestart()
    {
        (window, count, next, plainLength, before, total) = (0, 0, 0, 0, 0, long.MaxValue);
        while (data[position..].IndexOf((byte)0xFF) is >= 0 and var found)
        {
            position += found;
            var fill = data[position..].IndexOfAnyExcept((byte)0xFF);
            if (fill < 0)
                return false;
            position += fill + 1;
            if (data[position - 1] is 0)
                continue;
            start = position;
            return data[position - 1] is >= 0xD0 and <= 0xD7;
        }

        return false;
    }

    /// <summary>Returns the number of bytes from the start of the data to the last byte of which a bit was taken.</summary>
    public readonly int BytesTaken()
    {
        var end = start;
        for (var plainBytes = Math.Min((BitsTaken + 7) / 8, total); plainBytes > 0; )
        {
            var run = data.Slice(end, (int)Math.Min(plainBytes, data.Length - end));
            var length = run.IndexOf((byte)0xFF);
            if (length < 0)
                return end + run.Length;
            end += length;
            end += data[end..].IndexOfAnyExcept((byte)0xFF) + 1;
            plainBytes -= length + 1;
        }

        return end;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReadMore()
    {
        Span<byte> bytes = plain;
        var unread = bytes[next..plainLength];
        unread.CopyTo(bytes);
        before += next;
        (next, plainLength) = (0, unread.Length);
        while (plainLength < bytes.Length && total == long.MaxValue)
        {
            var run = data.Slice(position, Math.Min(bytes.Length - plainLength, data.Length - position));
            var length = run.IndexOf((byte)0xFF);
            if (length < 0)
                length = run.Length;
            run[..length].CopyTo(bytes[plainLength..]);
            plainLength += length;
            position += length;
            if (plainLength == bytes.Length)
                return;
            // Here is FF or the end of the file.
            var fill = data[position..].IndexOfAnyExcept((byte)0xFF);
            if (fill < 0 || data[position + fill] != 0)
            {
                total = before + plainLength;
                break;
            }

            bytes[plainLength++] = 0xFF;
            position += fill + 1;
        }

        bytes[plainLength..].Clear();
        plainLength = bytes.Length;
    }

    [InlineArray(Length)]
    [StructLayout(LayoutKind.Sequential)]
    private struct PlainBytes
    {
        private const int Length = 4096;
        private byte first;
    }
}
