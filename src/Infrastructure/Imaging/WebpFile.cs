using System.Buffers.Binary;
using System.Text;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>
/// WebP (RFC 9649): a RIFF file whose first chunk is the picture itself (VP8, VP8L) or says what else is there (VP8X).
/// </summary>
internal sealed class WebpFile : IPhotoFormat
{
    // Measured at 5000 × 4000: 4.1 lossy, 5.4 lossy with transparency, 8.1 lossless.
    private const int BytesPerPixel = 9;

    private const byte IccFlag = 0x20;
    private const byte AlphaFlag = 0x10;
    private const byte ExifFlag = 0x08;
    private const byte AnimationFlag = 0x02;

    public string MediaType => "image/webp";

    public string Extension => ".webp";

    public bool Matches(ReadOnlySpan<byte> file) => file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8);

    public PhotoLayout ReadLayout(ReadOnlySpan<byte> file)
    {
        var riffSize = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        var chunks = file[12..(int)Math.Clamp(8L + riffSize, 12, file.Length)];
        var reader = new ByteReader(chunks);

        // A cut-off picture still tells its size: only the first bytes of the chunk are needed.
        var head = reader.Take(8, "its first chunk");
        switch (Encoding.ASCII.GetString(head[..4]))
        {
            case "VP8 ":
                var frame = reader.Take(10, "its frame header");
                if ((frame[0] & 1) != 0 || !frame[3..].StartsWith([(byte)0x9D, (byte)0x01, (byte)0x2A]))
                    throw Faults.Damaged("this WebP does not begin with a whole picture");
                return new PhotoLayout(
                    BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]) & 0x3FFF,
                    BinaryPrimitives.ReadUInt16LittleEndian(frame[8..]) & 0x3FFF,
                    ExifOrientation.Upright,
                    BytesPerPixel
                );
            case "VP8L":
                var lossless = reader.Take(5, "its lossless header");
                if (lossless[0] != 0x2F)
                    throw Faults.Damaged("this WebP's lossless picture has a wrong signature");
                var bits = BinaryPrimitives.ReadUInt32LittleEndian(lossless[1..]);
                return new PhotoLayout((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1, ExifOrientation.Upright, BytesPerPixel);
            case "VP8X" when BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) >= 10:
                var extended = reader.Take(10, "its extended header");
                var orientation = (extended[0] & ExifFlag) == 0 ? ExifOrientation.Upright : ReadOrientation(chunks);
                return new PhotoLayout(ReadUInt24(extended[4..]) + 1, ReadUInt24(extended[7..]) + 1, orientation, BytesPerPixel);
            default:
                throw Faults.Damaged("this WebP does not begin with a picture chunk");
        }
    }

    public byte[] RemoveMetadata(ReadOnlySpan<byte> file)
    {
        var orientation = ReadLayout(file).Orientation;
        var riff = new ByteReader(file);
        riff.Take(4, "its RIFF header");
        var size = BinaryPrimitives.ReadUInt32LittleEndian(riff.Take(4, "its RIFF header"));
        var body = new ByteReader(riff.Take(size, "its RIFF chunks"));
        body.Take(4, "its RIFF header");

        using var kept = new MemoryStream(file.Length + 64);
        kept.Write("RIFF\0\0\0\0WEBP"u8);
        Span<byte> extended = default;
        long extendedPosition = 0;
        var hasIcc = false;
        var hasAlpha = false;
        var hasPixels = false;
        while (!body.Rest.IsEmpty)
        {
            var chunk = ReadChunk(ref body);
            var isAnimation = !extended.IsEmpty && (extended[0] & AnimationFlag) != 0;
            switch (chunk.Type)
            {
                case "VP8X" when kept.Length == 12:
                    extended = chunk.Data[..10].ToArray();
                    extendedPosition = kept.Length + 8;
                    WriteChunk(kept, chunk.Type, extended);
                    break;
                case "ICCP" when !hasIcc && !extended.IsEmpty && (extended[0] & IccFlag) != 0:
                    hasIcc = true;
                    WriteChunk(kept, chunk.Type, chunk.Data);
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

        if (!hasPixels)
            throw Faults.Damaged("this WebP has no compressed pixels");
        if (orientation != ExifOrientation.Upright)
            WriteChunk(kept, "EXIF", ExifOrientation.Write(orientation));

        var clean = kept.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(clean.AsSpan(4), clean.Length - 8);
        if (!extended.IsEmpty)
        {
            clean[extendedPosition] = (byte)(
                (extended[0] & (AlphaFlag | AnimationFlag))
                | (hasIcc ? IccFlag : 0)
                | (orientation == ExifOrientation.Upright ? 0 : ExifFlag)
            );
            clean.AsSpan((int)extendedPosition + 1, 3).Clear();
        }

        return clean;
    }

    /// <summary>A frame of an animation: 16 bytes of place and time, then chunks of its own.</summary>
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

    /// <returns>False when the file is over or ends inside the chunk.</returns>
    private static bool TryReadChunk(ref ByteReader reader, out Chunk chunk)
    {
        chunk = default;
        if (!reader.TryTake(8, out var head))
            return false;
        var size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        if (!reader.TryTake(size, out var data))
            return false;

        // Chunks are padded to an even length; some writers forget it at the end of the file.
        reader.TryTake(size & 1, out _);
        chunk = new Chunk { Type = Encoding.ASCII.GetString(head[..4]), Data = data };
        return true;
    }

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
