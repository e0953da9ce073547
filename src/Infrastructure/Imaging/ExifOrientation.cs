using System.Buffers.Binary;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>EXIF orientation: 1 is upright, 2 to 4 are mirrored or rotated by 180°, and 5 to 8 are rotated by 90° as well.</summary>
internal static class ExifOrientation
{
    public const int Upright = 1;

    private const ushort Tag = 0x0112;
    private const int EntrySize = 12;

    private const ushort ByteType = 1;
    private const ushort ShortType = 3;
    private const ushort LongType = 4;
    private const ushort SignedByteType = 6;
    private const ushort SignedShortType = 8;
    private const ushort SignedLongType = 9;

    /// <summary>Whether an orientation swaps width and height.</summary>
    public static bool Transposes(int orientation) => orientation >= 5;

    /// <summary>
    /// Reads the orientation from EXIF data (a TIFF header and its directories). Broken data counts as upright, because viewers ignore it
    /// too.
    /// </summary>
    public static int Read(ReadOnlySpan<byte> exif)
    {
        if (exif.StartsWith("Exif\0\0"u8))
            exif = exif[6..];
        var littleEndian = exif.StartsWith("II*\0"u8);
        if ((!littleEndian && !exif.StartsWith("MM\0*"u8)) || exif.Length < 8)
            return Upright;

        var directory = ReadUInt32(exif[4..], littleEndian);
        if (directory > exif.Length - 2)
            return Upright;
        var entries = exif[(int)directory..];
        int count = ReadUInt16(entries, littleEndian);
        entries = entries[2..];
        for (; count > 0 && entries.Length >= EntrySize; count--, entries = entries[EntrySize..])
        {
            if (ReadUInt16(entries, littleEndian) != Tag)
                continue;
            var value = entries[8..];
            // EXIF requires SHORT. Some programs write another integer type, and other readers accept it.
            uint? orientation = ReadUInt16(entries[2..], littleEndian) switch
            {
                ByteType or SignedByteType => value[0],
                ShortType or SignedShortType => ReadUInt16(value, littleEndian),
                LongType or SignedLongType => ReadUInt32(value, littleEndian),
                _ => null,
            };
            if (orientation is null)
                continue;
            return orientation is >= 1 and <= 8 ? (int)orientation : Upright;
        }

        return Upright;
    }

    /// <summary>Returns EXIF data that contains only the orientation.</summary>
    public static byte[] Write(int orientation) =>
        [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    /// <summary>Rotates a picture so that it is upright.</summary>
    /// <param name="pixels">Pixels as stored, row by row.</param>
    /// <param name="width">Width as stored.</param>
    /// <param name="height">Height as stored.</param>
    /// <param name="orientation">1 to 8.</param>
    /// <param name="upright">Receives the same pixels, upright.</param>
    public static void Turn<TPixel>(ReadOnlySpan<TPixel> pixels, int width, int height, int orientation, Span<TPixel> upright)
    {
        var transposes = Transposes(orientation);
        var mirrorsX = orientation is 2 or 3 or 7 or 8;
        var mirrorsY = orientation is 3 or 4 or 6 or 7;
        var (uprightWidth, uprightHeight) = transposes ? (height, width) : (width, height);
        for (var y = 0; y < uprightHeight; y++)
        {
            for (var x = 0; x < uprightWidth; x++)
            {
                var (storedX, storedY) = transposes ? (y, x) : (x, y);
                if (mirrorsX)
                    storedX = width - 1 - storedX;
                if (mirrorsY)
                    storedY = height - 1 - storedY;
                upright[(y * uprightWidth) + x] = pixels[(storedY * width) + storedX];
            }
        }
    }

    private static ushort ReadUInt16(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint ReadUInt32(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
