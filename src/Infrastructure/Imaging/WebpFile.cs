using System.Buffers.Binary;
using System.Text;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>
/// WebP (RFC 9649): a RIFF file whose first chunk is either the picture itself (VP8, VP8L) or lists what else the file contains (VP8X).
/// </summary>
internal sealed class WebpFile : IPhotoFormat
{
    // Measured at 5000 × 4000: 4.1 lossy, 5.4 lossy with transparency, 8.1 lossless.
    private const int BytesPerPixel = 9;

    // Measured at 4000 × 3000: 22 while the rotated picture is re-encoded. The value includes a reserve, because noise takes more.
    private const int BytesPerTurnedPixel = 34;

    private const byte IccFlag = 0x20;
    private const byte AlphaFlag = 0x10;
    private const byte ExifFlag = 0x08;
    private const byte AnimationFlag = 0x02;

    public string MediaType => "image/webp";

    public string Extension => ".webp";

    public bool Matches(ReadOnlySpan<byte> file) => file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8);

    public PhotoLayout ReadLayout(ReadOnlySpan<byte> file)
    {
        var chunks = ChunksOf(file);
        var reader = new ByteReader(chunks);

        // Only the first bytes of the chunk are needed, so even a cut-off picture tells its size.
        var head = reader.Take(8, "its first chunk");
        var size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        switch (Encoding.ASCII.GetString(head[..4]))
        {
            case "VP8 " when size >= 10:
                var frame = reader.Take(10, "its frame header");
                if ((frame[0] & 1) != 0 || !frame[3..].StartsWith([(byte)0x9D, (byte)0x01, (byte)0x2A]))
                    throw Faults.Damaged("this WebP does not begin with a complete picture");
                return new PhotoLayout(
                    BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]) & 0x3FFF,
                    BinaryPrimitives.ReadUInt16LittleEndian(frame[8..]) & 0x3FFF,
                    ExifOrientation.Upright,
                    BytesPerPixel
                );
            case "VP8L" when size >= 5:
                var lossless = reader.Take(5, "its lossless header");
                if (lossless[0] != 0x2F)
                    throw Faults.Damaged("this WebP's lossless picture has a wrong signature");
                var bits = BinaryPrimitives.ReadUInt32LittleEndian(lossless[1..]);
                return new PhotoLayout((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1, ExifOrientation.Upright, BytesPerPixel);
            case "VP8X" when size >= 10:
                var extended = reader.Take(10, "its extended header");
                var orientation = (extended[0] & ExifFlag) == 0 ? ExifOrientation.Upright : ReadOrientation(chunks);
                var turns = orientation != ExifOrientation.Upright && (extended[0] & AnimationFlag) == 0;
                return new PhotoLayout(
                    ReadUInt24(extended[4..]) + 1,
                    ReadUInt24(extended[7..]) + 1,
                    orientation,
                    turns ? BytesPerTurnedPixel : BytesPerPixel
                );
            default:
                throw Faults.Damaged("this WebP does not begin with a picture chunk");
        }
    }

    public byte[] RemoveMetadata(ReadOnlySpan<byte> file)
    {
        var layout = ReadLayout(file);
        var body = new ByteReader(ChunksOf(file));
        using var kept = new MemoryStream(file.Length + 64);
        kept.Write("RIFF\0\0\0\0WEBP"u8);
        Span<byte> extended = default;
        byte[] profile = [];
        var hasAlpha = false;
        var hasPixels = false;
        var isAnimation = false;
        while (TryReadChunk(ref body, out var chunk))
        {
            switch (chunk.Type)
            {
                case "VP8X" when kept.Length == 12:
                    extended = chunk.Data[..10].ToArray();
                    isAnimation = (extended[0] & AnimationFlag) != 0;
                    WriteChunk(kept, chunk.Type, extended);
                    break;
                case "ICCP"
                    when profile.Length == 0
                        && !extended.IsEmpty
                        && (extended[0] & IccFlag) != 0
                        && chunk.Data.Length <= ColourProfile.MostBytes:
                    profile = chunk.Data.ToArray();
                    WriteChunk(kept, chunk.Type, profile);
                    break;
                case "ALPH" when !isAnimation && !hasAlpha && !hasPixels:
                    hasAlpha = true;
                    WriteChunk(kept, chunk.Type, chunk.Data);
                    break;
                case "VP8 " or "VP8L" when !isAnimation && !hasPixels:
                    hasPixels = true;
                    WriteChunk(kept, chunk.Type, chunk.Data);
                    break;
                case "ANIM" when isAnimation:
                    WriteChunk(kept, chunk.Type, chunk.Data);
                    break;
                case "ANMF" when isAnimation:
                    hasPixels = true;
                    WriteChunk(kept, chunk.Type, CleanFrame(chunk.Data));
                    break;
            }
        }

        if (isAnimation && body.Rest.StartsWith("ANMF"u8))
            throw Faults.Damaged("this WebP ends inside a frame");
        if (!hasPixels)
            throw Faults.Damaged("this WebP has no complete picture");

        // Browsers ignore the EXIF orientation of a WebP, so a still picture is stored rotated. An animation is stored as it is.
        var turns = layout.Orientation != ExifOrientation.Upright && !isAnimation;
        var keepsOrientation = layout.Orientation != ExifOrientation.Upright && isAnimation;
        if (keepsOrientation)
            WriteChunk(kept, "EXIF", ExifOrientation.Write(layout.Orientation));
        if (!extended.IsEmpty)
        {
            extended[0] = (byte)(
                (extended[0] & (AlphaFlag | AnimationFlag)) | (profile.Length == 0 ? 0 : IccFlag) | (keepsOrientation ? ExifFlag : 0)
            );
            extended[1..4].Clear();
        }

        var clean = Finish(kept, extended);
        return turns ? Turn(clean, layout, profile) : clean;
    }

    /// <summary>Returns the same pixels upright in a lossless file, because encoding them again with loss would change them.</summary>
    private static byte[] Turn(byte[] clean, PhotoLayout layout, byte[] profile)
    {
        var turned = PhotoDecoder.EncodeUpright(clean, layout);
        if (profile.Length == 0)
            return turned;

        var reader = new ByteReader(ChunksOf(turned));
        var transposes = ExifOrientation.Transposes(layout.Orientation);
        byte[] extended =
        [
            IccFlag | AlphaFlag,
            0,
            0,
            0,
            .. BitConverter.GetBytes((transposes ? layout.Height : layout.Width) - 1)[..3],
            .. BitConverter.GetBytes((transposes ? layout.Width : layout.Height) - 1)[..3],
        ];
        using var kept = new MemoryStream(turned.Length + profile.Length + 64);
        kept.Write("RIFF\0\0\0\0WEBP"u8);
        WriteChunk(kept, "VP8X", extended);
        WriteChunk(kept, "ICCP", profile);
        while (TryReadChunk(ref reader, out var chunk))
        {
            if (chunk.Type == "VP8L")
                WriteChunk(kept, chunk.Type, chunk.Data);
        }

        return Finish(kept, extended);
    }

    /// <summary>Fills in what is known only at the end: the file's size and, if there is one, the extended header.</summary>
    private static byte[] Finish(MemoryStream stream, ReadOnlySpan<byte> extended)
    {
        var file = stream.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        extended.CopyTo(file.AsSpan(20));
        return file;
    }

    /// <summary>
    /// Returns the chunks of a file. The size in its header is used if a chunk ends there. Some programs write a wrong size, and then the
    /// chunks end where the file ends.
    /// </summary>
    private static ReadOnlySpan<byte> ChunksOf(ReadOnlySpan<byte> file)
    {
        var end = 8L + BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        var reader = new ByteReader(file[12..]);
        while (TryReadChunk(ref reader, out _))
        {
            // A difference of one byte is the padding of the last chunk.
            var position = file.Length - reader.Rest.Length;
            if (Math.Abs(position - end) <= 1)
                return file[12..position];
        }

        return file[12..];
    }

    /// <summary>Removes metadata from a frame of an animation: 16 bytes of position and time, then chunks of its own.</summary>
    private static ReadOnlySpan<byte> CleanFrame(ReadOnlySpan<byte> frame)
    {
        var reader = new ByteReader(frame);
        using var kept = new MemoryStream(frame.Length);
        kept.Write(reader.Take(16, "an animation frame"));
        while (!reader.Rest.IsEmpty)
        {
            var chunk = ReadChunk(ref reader);
            if (chunk.Type is "ALPH" or "VP8 " or "VP8L")
                WriteChunk(kept, chunk.Type, chunk.Data);
        }

        return kept.ToArray();
    }

    private static int ReadOrientation(ReadOnlySpan<byte> chunks)
    {
        var reader = new ByteReader(chunks);
        while (TryReadChunk(ref reader, out var chunk))
        {
            if (chunk.Type == "EXIF")
                return ExifOrientation.Read(chunk.Data);
        }

        return ExifOrientation.Upright;
    }

    private static Chunk ReadChunk(ref ByteReader reader) =>
        TryReadChunk(ref reader, out var chunk) ? chunk : throw Faults.Damaged("this WebP ends inside a chunk");

    /// <returns>False at the end of the file, or when the file ends inside the chunk.</returns>
    private static bool TryReadChunk(ref ByteReader reader, out Chunk chunk)
    {
        chunk = default;
        if (!reader.TryTake(8, out var head))
            return false;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        if (!reader.TryTake(size, out var data))
            return false;

        // Chunks are padded to an even length, but some writers omit the padding.
        if ((size & 1) != 0 && !StartsChunk(reader.Rest))
            reader.TryTake(1, out _);
        chunk = new Chunk { Type = Encoding.ASCII.GetString(head[..4]), Data = data };
        return true;
    }

    private static bool StartsChunk(ReadOnlySpan<byte> rest) =>
        rest.StartsWith("VP8"u8)
        || rest.StartsWith("ALPH"u8)
        || rest.StartsWith("ICCP"u8)
        || rest.StartsWith("EXIF"u8)
        || rest.StartsWith("XMP "u8)
        || rest.StartsWith("ANIM"u8)
        || rest.StartsWith("ANMF"u8);

    private static void WriteChunk(MemoryStream stream, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> head = stackalloc byte[8];
        Encoding.ASCII.GetBytes(type, head);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], data.Length);
        stream.Write(head);
        stream.Write(data);
        if ((data.Length & 1) != 0)
            stream.WriteByte(0);
    }

    private static int ReadUInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);

    private ref struct Chunk
    {
        public string Type;
        public ReadOnlySpan<byte> Data;
    }
}
