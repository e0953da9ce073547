using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>PNG (W3C, third edition): a signature, then chunks that consist of length, type, data and CRC-32.</summary>
internal sealed class PngFile : IPhotoFormat
{
    private const int ChunkFrame = 12;

    // Measured: 4.1 to 4.5 row by row, whatever the colour type. For an interlaced PNG the codec holds the stored pixels beside the decoded
    // ones: 7.1 for 8-bit RGB, 12.6 for 16-bit RGBA.
    private const int BytesPerPixel = 5;
    private const int BytesPerInterlacedPixel = 13;

    /// <summary>First column and row of each pass of an interlaced PNG, and the steps between its columns and rows.</summary>
    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
    [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ];

    private static readonly SearchValues<byte> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    public string MediaType => "image/png";

    public string Extension => ".png";

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public bool Matches(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    public PhotoLayout ReadLayout(ReadOnlySpan<byte> file)
    {
        var reader = new ByteReader(file);
        reader.Take(Signature.Length, "its signature");
        if (!TryReadChunk(ref reader, out var header) || header.Type != "IHDR" || header.Data.Length != 13)
            throw Faults.Damaged("this PNG does not begin with its header chunk");
        var width = BinaryPrimitives.ReadUInt32BigEndian(header.Data);
        var height = BinaryPrimitives.ReadUInt32BigEndian(header.Data[4..]);
        if (width > int.MaxValue || height > int.MaxValue)
            throw Faults.Damaged($"its header declares {width} × {height} pixels, more than a PNG can have");

        var orientation = ExifOrientation.Upright;
        while (TryReadChunk(ref reader, out var chunk) && chunk.Type != "IEND")
        {
            if (chunk.Type != "eXIf" || !chunk.IsIntact)
                continue;
            orientation = ExifOrientation.Read(chunk.Data);
            break;
        }

        return new PhotoLayout((int)width, (int)height, orientation, IsInterlaced(header.Data) ? BytesPerInterlacedPixel : BytesPerPixel);
    }

    public byte[] RemoveMetadata(ReadOnlySpan<byte> file)
    {
        var orientation = ReadLayout(file).Orientation;
        var reader = new ByteReader(file);
        reader.Take(Signature.Length, "its signature");
        var kept = new KeptParts(file);
        kept.Add(Signature);
        var hasPixels = false;
        var hasEnd = false;
        while (!hasEnd && TryReadChunk(ref reader, out var chunk))
        {
            hasEnd = chunk.Type == "IEND";
            if (chunk.Type == "IDAT" && !hasPixels)
            {
                hasPixels = true;
                if (orientation != ExifOrientation.Upright)
                    AddChunk(kept, "eXIf"u8, ExifOrientation.Write(orientation));
            }

            if (IsKept(chunk))
                kept.Add(chunk.Whole);
            else if (char.IsAsciiLetterUpper(chunk.Type[0]) && !hasEnd)
                throw Faults.Damaged($"this PNG needs the unknown chunk '{chunk.Type}'");
        }

        if (!hasPixels)
            throw Faults.Damaged("this PNG has no compressed pixels");
        // Without its end chunk, the file may have been cut off anywhere. Only the pixels tell.
        if (!hasEnd && !HasAllPixels(file))
            throw Faults.Damaged("this PNG stops before its picture is complete");
        AddChunk(kept, "IEND"u8, []);
        return kept.ToArray();
    }

    /// <summary>
    /// Whether a chunk is kept: the picture itself, and what defines its colours and its shape. A broken ancillary chunk is dropped,
    /// because viewers ignore it, and a chunk of the wrong length could contain anything.
    /// </summary>
    private static bool IsKept(Chunk chunk) =>
        (chunk.Type, chunk.Data.Length) switch
        {
            ("IHDR" or "PLTE" or "IDAT", _) => true,
            ("gAMA" or "cICP", 4) or ("cHRM", 32) or ("sRGB", 1) or ("pHYs", 9) => chunk.IsIntact,
            ("sBIT", <= 4) or ("bKGD", <= 6) or ("tRNS", <= 256) or ("hIST", <= 512) => chunk.IsIntact,
            ("iCCP", _) => chunk.IsIntact && HasUsableProfile(chunk.Data),
            _ => false,
        };

    /// <summary>
    /// Whether a profile's chunk can be used: a name of 1 to 79 bytes, NUL, a byte for the compression method, the compressed profile.
    /// </summary>
    private static bool HasUsableProfile(ReadOnlySpan<byte> chunk) =>
        chunk.IndexOf((byte)0) is >= 1 and <= 79 and var name && chunk.Length > name + 2 && ColourProfile.IsKept(chunk[(name + 2)..]);

    /// <summary>Whether the compressed pixels with correct checksums unpack to as many bytes as the header promises.</summary>
    private static bool HasAllPixels(ReadOnlySpan<byte> file)
    {
        var reader = new ByteReader(file);
        reader.TryTake(Signature.Length, out _);
        using var compressed = new MemoryStream(file.Length);
        var missing = 0L;
        while (TryReadChunk(ref reader, out var chunk))
        {
            if (chunk.Type == "IHDR" && missing == 0)
                missing = CountBytes(chunk.Data);
            else if (chunk.Type == "IDAT" && chunk.IsIntact)
                compressed.Write(chunk.Data);
        }

        compressed.Position = 0;
        using var zlib = new ZLibStream(compressed, CompressionMode.Decompress);
        var buffer = new byte[1 << 16];
        try
        {
            while (missing > 0 && zlib.Read(buffer) is > 0 and var read)
                missing -= read;
        }
        catch (InvalidDataException)
        {
            return false;
        }

        return missing <= 0;
    }

    /// <summary>Returns the number of bytes of all rows, each including the byte that names its filter.</summary>
    private static long CountBytes(ReadOnlySpan<byte> header)
    {
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
        var bitsPerPixel =
            header[8]
            * (
                header[9] switch
                {
                    2 => 3,
                    4 => 2,
                    6 => 4,
                    _ => 1,
                }
            );
        var bytes = 0L;
        foreach (var (x, y, stepX, stepY) in IsInterlaced(header) ? Adam7 : [(0, 0, 1, 1)])
        {
            var (columns, rows) = ((width - x + stepX - 1) / stepX, (height - y + stepY - 1) / stepY);
            bytes += columns <= 0 || rows <= 0 ? 0 : rows * (1 + (((columns * bitsPerPixel) + 7) / 8));
        }

        return bytes;
    }

    private static bool IsInterlaced(ReadOnlySpan<byte> header) => header[12] != 0;

    /// <returns>False at the end of the file, or when the next bytes are not a chunk.</returns>
    private static bool TryReadChunk(ref ByteReader reader, out Chunk chunk)
    {
        chunk = default;
        if (
            reader.Rest.Length < ChunkFrame
            || reader.Rest.Slice(4, 4).ContainsAnyExcept(Letters)
            || !reader.TryTake(BinaryPrimitives.ReadUInt32BigEndian(reader.Rest) + (long)ChunkFrame, out var whole)
        )
        {
            return false;
        }

        chunk = new Chunk
        {
            Type = Encoding.ASCII.GetString(whole.Slice(4, 4)),
            Data = whole[8..^4],
            Whole = whole,
        };
        return true;
    }

    private static void AddChunk(KeptParts kept, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[data.Length + ChunkFrame];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc32.HashToUInt32(chunk.AsSpan(4, data.Length + 4)));
        kept.Add(chunk);
    }

    private ref struct Chunk
    {
        public string Type;
        public ReadOnlySpan<byte> Data;

        /// <summary>Length, type, data and CRC as stored.</summary>
        public ReadOnlySpan<byte> Whole;

        /// <summary>Whether the CRC is correct.</summary>
        public readonly bool IsIntact => Crc32.HashToUInt32(Whole[4..^4]) == BinaryPrimitives.ReadUInt32BigEndian(Whole[^4..]);
    }
}
