using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace GourmetGram.Tests.Unit.Imaging;

/// <summary>Builds files part by part, as the formats' specifications describe them and independently of the code under test.</summary>
internal static class Parts
{
    public static readonly byte[] PngSignature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Little-endian EXIF with a camera's make, an orientation, a GPS date and a thumbnail; the texts hold the secret.</summary>
    public static byte[] Exif(int orientation, string secret)
    {
        var text = Encoding.ASCII.GetBytes(secret + "\0");
        var gps = 8 + 2 + (3 * 12) + 4;
        var texts = gps + 2 + 12 + 4;
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("II*\0"u8);
        writer.Write(8);
        writer.Write((short)3);
        WriteEntry(writer, tag: 0x010F, type: 2, text.Length, texts);
        WriteEntry(writer, tag: 0x0112, type: 3, count: 1, orientation);
        WriteEntry(writer, tag: 0x8825, type: 4, count: 1, gps);
        writer.Write(0);
        writer.Write((short)1);
        WriteEntry(writer, tag: 0x001D, type: 2, text.Length, texts);
        writer.Write(0);
        writer.Write(text);
        return stream.ToArray();
    }

    /// <summary>EXIF with nothing but an orientation, of any TIFF type.</summary>
    /// <param name="type">1 BYTE, 2 ASCII, 3 SHORT, 4 LONG, 5 RATIONAL, 6 SBYTE, 8 SSHORT, 9 SLONG.</param>
    /// <param name="orientation">The value, negative for a signed type.</param>
    /// <param name="bigEndian">Byte order.</param>
    public static byte[] Orientation(ushort type, int orientation, bool bigEndian)
    {
        var value = new byte[4];
        if (type is 1 or 6)
            value[0] = (byte)orientation;
        else if (type is 3 or 8)
            Write16(value, (ushort)orientation, bigEndian);
        else
            Write32(value, orientation, bigEndian);
        var entry = new byte[26];
        Write32(entry.AsSpan(4), 8, bigEndian);
        Write16(entry.AsSpan(8), 1, bigEndian);
        Write16(entry.AsSpan(10), 0x0112, bigEndian);
        Write16(entry.AsSpan(12), type, bigEndian);
        Write32(entry.AsSpan(14), 1, bigEndian);
        value.CopyTo(entry, 18);
        (bigEndian ? "MM\0*"u8 : "II*\0"u8).CopyTo(entry);
        return entry;
    }

    public static byte[] JpegSegment(byte marker, params byte[] data)
    {
        byte[] segment = [0xFF, marker, 0, 0, .. data];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(data.Length + 2));
        return segment;
    }

    /// <summary>Puts segments right behind a JPEG's start marker.</summary>
    public static byte[] InsertIntoJpeg(byte[] jpeg, params byte[][] segments) =>
        [.. jpeg[..2], .. segments.SelectMany(s => s), .. jpeg[2..]];

    public static byte[] JpegExif(int orientation, string secret) => JpegSegment(0xE1, [.. "Exif\0\0"u8, .. Exif(orientation, secret)]);

    public static byte[] PngChunk(string type, params byte[] data)
    {
        byte[] chunk = [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc32(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    public static byte[] PngHeader(int width, int height, byte bits, byte colourType)
    {
        var data = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(data, width);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4), height);
        data[8] = bits;
        data[9] = colourType;
        return PngChunk("IHDR", data);
    }

    /// <summary>A zlib stream.</summary>
    public static byte[] Deflate(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var zlib = new ZLibStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(bytes);
        return stream.ToArray();
    }

    /// <param name="header">The header chunk.</param>
    /// <param name="rows">Filter byte and pixels of each row.</param>
    public static byte[] Png(byte[] header, byte[] rows) =>
        [.. PngSignature, .. header, .. PngChunk("IDAT", Deflate(rows)), .. PngChunk("IEND")];

    /// <summary>Puts chunks right behind a PNG's header.</summary>
    public static byte[] InsertIntoPng(byte[] png, params byte[][] chunks) => [.. png[..33], .. chunks.SelectMany(c => c), .. png[33..]];

    public static byte[] WebpChunk(string type, params byte[] data)
    {
        byte[] chunk = [.. Encoding.ASCII.GetBytes(type), 0, 0, 0, 0, .. data];
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(4), data.Length);
        return data.Length % 2 == 0 ? chunk : [.. chunk, 0];
    }

    public static byte[] Webp(params byte[][] chunks)
    {
        byte[] file = [.. "RIFF\0\0\0\0WEBP"u8, .. chunks.SelectMany(c => c)];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        return file;
    }

    public static byte[] WebpExtended(byte flags, int width, int height) =>
        WebpChunk("VP8X", flags, 0, 0, 0, (byte)(width - 1), (byte)((width - 1) >> 8), 0, (byte)(height - 1), (byte)((height - 1) >> 8), 0);

    /// <summary>The picture chunk of a WebP that has nothing else.</summary>
    public static byte[] WebpPicture(byte[] simple) => simple[12..];

    /// <summary>The chunks of a well-formed WebP.</summary>
    public static IEnumerable<byte[]> WebpChunks(byte[] webp)
    {
        for (var position = 12; position < webp.Length; )
        {
            var length = 8 + ((BinaryPrimitives.ReadInt32LittleEndian(webp.AsSpan(position + 4)) + 1) & ~1);
            yield return webp[position..(position + length)];
            position += length;
        }
    }

    /// <summary>A frame that fills the canvas for a tenth of a second.</summary>
    public static byte[] WebpFrame(int width, int height, params byte[][] chunks) =>
        WebpChunk(
            "ANMF",
            [0, 0, 0, 0, 0, 0, (byte)(width - 1), 0, 0, (byte)(height - 1), 0, 0, 100, 0, 0, 0, .. chunks.SelectMany(c => c)]
        );

    /// <summary>Eight by eight pixels of one colour: each component's only block has nothing but its mean.</summary>
    public static byte[] CmykJpeg(params byte[] components)
    {
        // Huffman tables: 12 codes of 4 bits, each its own symbol, for the size of the mean; 1 code of 1 bit, 0, for "no more values".
        byte[] means = [0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
        byte[] values = [0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var bits = string.Concat(
            components.Select(component =>
            {
                var mean = (component - 128) * 8;
                var size = mean == 0 ? 0 : (int)Math.Log2(Math.Abs(mean)) + 1;
                var code = mean < 0 ? mean + (1 << size) - 1 : mean;
                return size.ToString("B4") + (size == 0 ? "" : code.ToString($"B{size}")) + "0";
            })
        );
        bits = bits.PadRight((bits.Length + 7) / 8 * 8, '1');
        var pixels = bits.Chunk(8).Select(b => Convert.ToByte(new string(b), 2)).SelectMany(b => b == 0xFF ? (byte[])[b, 0] : [b]);
        return
        [
            0xFF,
            0xD8,
            .. JpegSegment(0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0]),
            .. JpegSegment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]),
            .. JpegSegment(0xC0, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0),
            .. JpegSegment(0xC4, means),
            .. JpegSegment(0xC4, values),
            .. JpegSegment(0xDA, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0),
            .. pixels,
            0xFF,
            0xD9,
        ];
    }

    /// <summary>EXIF's table: where a pixel of the shown picture is in the stored one.</summary>
    /// <param name="x">Column of the shown picture.</param>
    /// <param name="y">Row of the shown picture.</param>
    /// <param name="width">Of the shown picture.</param>
    /// <param name="height">Of the shown picture.</param>
    /// <param name="orientation">1 to 8.</param>
    public static (int X, int Y) Stored(int x, int y, int width, int height, int orientation) =>
        orientation switch
        {
            1 => (x, y),
            2 => (width - 1 - x, y),
            3 => (width - 1 - x, height - 1 - y),
            4 => (x, height - 1 - y),
            5 => (y, x),
            6 => (y, width - 1 - x),
            7 => (height - 1 - y, width - 1 - x),
            _ => (height - 1 - y, x),
        };

    public static bool Holds(byte[] file, string text) => file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;

    private static void Write16(Span<byte> target, ushort value, bool bigEndian)
    {
        if (bigEndian)
            BinaryPrimitives.WriteUInt16BigEndian(target, value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(target, value);
    }

    private static void Write32(Span<byte> target, int value, bool bigEndian)
    {
        if (bigEndian)
            BinaryPrimitives.WriteInt32BigEndian(target, value);
        else
            BinaryPrimitives.WriteInt32LittleEndian(target, value);
    }

    private static void WriteEntry(BinaryWriter writer, int tag, short type, int count, int value)
    {
        writer.Write((ushort)tag);
        writer.Write(type);
        writer.Write(count);
        writer.Write(value);
    }

    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        return ~crc;
    }
}
