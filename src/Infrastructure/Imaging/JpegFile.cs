using System.Buffers.Binary;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>
/// JPEG (ITU-T T.81, annex B): segments that consist of a marker, a length and data. A scan's header is followed by compressed data up to
/// the next marker.
/// </summary>
internal sealed class JpegFile : IPhotoFormat
{
    /// <summary>
    /// A progressive photo has about 10 scans. Each costs a pass over all pixels, so a small file with many scans could occupy a processor
    /// for hours.
    /// </summary>
    private const int MostScans = 100;

    // Bytes per pixel. Measured as peak resident memory at 5000 × 4000: 0.1 for one scan, because it is decoded in strips; for several
    // scans 3.1 with 4:2:0 and 6.1 with 4:4:4, because the coefficients of all components are in memory. The values below include a reserve
    // for the worst files (four components, odd sampling factors), so that they cannot take more than was reserved.
    private const int InStrips = 1;
    private const int InPasses = 27;

    private const byte Progressive = 0xC2;
    private const byte HuffmanTables = 0xC4;
    private const byte Arithmetic = 0xC9;
    private const byte ArithmeticProgressive = 0xCA;
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte RestartInterval = 0xDD;
    private const byte JpegLs = 0xF7;
    private const byte Jfif = 0xE0;
    private const byte Exif = 0xE1;
    private const byte Icc = 0xE2;
    private const byte Adobe = 0xEE;

    public string MediaType => "image/jpeg";

    public string Extension => ".jpg";

    public static bool Begins(ReadOnlySpan<byte> file) => file.StartsWith([(byte)0xFF, StartOfImage, (byte)0xFF]);

    public bool Matches(ReadOnlySpan<byte> file) => Begins(file);

    public PhotoLayout ReadLayout(ReadOnlySpan<byte> file)
    {
        var reader = new ByteReader(file);
        reader.Take(2, "its first bytes");
        (int Width, int Height, int Components)? frame = null;
        int? orientation = null;
        var hasPasses = false;
        while (TryReadSegment(ref reader, out var marker, out var data) && marker != EndOfImage)
        {
            if (marker == StartOfScan)
            {
                // A scan without all components is one of several.
                hasPasses |= frame is { } known && !data.IsEmpty && data[0] < known.Components;
                break;
            }

            if (IsFrame(marker) && data.Length >= 6)
            {
                if (NameRareKind(marker, precision: data[0]) is { } rare)
                    throw Faults.RareKind(rare);
                hasPasses |= marker is Progressive or ArithmeticProgressive;
                frame ??= (BinaryPrimitives.ReadUInt16BigEndian(data[3..]), BinaryPrimitives.ReadUInt16BigEndian(data[1..]), data[5]);
            }
            else if (marker == Exif && data.StartsWith("Exif\0\0"u8))
                orientation ??= ExifOrientation.Read(data);
        }

        return frame is var (width, height, _)
            ? new PhotoLayout(width, height, orientation ?? ExifOrientation.Upright, hasPasses ? InPasses : InStrips)
            : throw Faults.Damaged("this JPEG has no frame header, which contains its size");
    }

    public byte[] RemoveMetadata(ReadOnlySpan<byte> file)
    {
        var orientation = ReadLayout(file).Orientation;
        var keepsProfile = ProfileLength(file) <= ColourProfile.MostBytes;
        var reader = new ByteReader(file);
        reader.Take(2, "its first bytes");
        var kept = new KeptParts(file);
        kept.Add([0xFF, StartOfImage]);
        var orientationWritten = orientation == ExifOrientation.Upright;
        var scans = new JpegScans();
        var scanCount = 0;
        var isArithmetic = false;

        // Stop when the picture is complete: the end marker may be missing, and anything may follow it.
        while (!scans.IsComplete)
        {
            var isOver = !TryReadSegment(ref reader, out var marker, out var data);
            if (isArithmetic && scanCount > 0 && !isOver && marker == EndOfImage)
                break;
            if (isOver || marker == EndOfImage)
                throw Faults.Damaged(
                    scanCount == 0 ? "this JPEG has no compressed pixels" : "this JPEG stops before its picture is complete"
                );
            if (marker == StartOfImage)
                throw Faults.Damaged("this JPEG starts a second time before its end");
            if (!TryKeep(marker, data, out var segment) || (marker == Icc && (!keepsProfile || scanCount > 0)))
                continue;

            // JFIF must come first, then EXIF.
            if (marker != Jfif && !orientationWritten)
            {
                AddSegment(kept, Exif, [.. "Exif\0\0"u8, .. ExifOrientation.Write(orientation)]);
                orientationWritten = true;
            }

            AddSegment(kept, marker, segment);
            switch (marker)
            {
                case HuffmanTables:
                    scans.DefineTables(data);
                    break;
                case RestartInterval:
                    scans.DefineRestartInterval(data);
                    break;
                case StartOfScan when ++scanCount > MostScans:
                    throw Faults.Damaged($"this JPEG has more than {MostScans} scans, which no camera writes");
                case StartOfScan:
                    var length = isArithmetic ? CompressedLength(reader.Rest) : scans.Follow(data, reader.Rest);
                    kept.Add(reader.Take(length, "its compressed pixels"));
                    break;
                case Arithmetic or ArithmeticProgressive:
                    isArithmetic = true;
                    break;
                case var _ when IsFrame(marker):
                    scans.StartFrame(data, marker == Progressive);
                    break;
            }
        }

        kept.Add([0xFF, EndOfImage]);
        return kept.ToArray();
    }

    /// <summary>Returns the number of bytes of all parts of the colour profile.</summary>
    private static int ProfileLength(ReadOnlySpan<byte> file)
    {
        var reader = new ByteReader(file);
        var length = 0;
        while (TryReadSegment(ref reader, out var marker, out var data) && marker is not (StartOfScan or EndOfImage))
            length += marker == Icc && TryKeep(marker, data, out var part) ? part.Length : 0;
        return length;
    }

    /// <returns>Names the JPEG variant of a frame header if neither browsers nor Skia decode it; null otherwise.</returns>
    private static string? NameRareKind(byte marker, byte precision) =>
        (marker, precision) switch
        {
            (0xC3 or 0xC7 or 0xCB or 0xCF or JpegLs, _) => "a lossless JPEG",
            (0xC5 or 0xC6 or 0xCD or 0xCE, _) => "a hierarchical JPEG",
            (_, 12 or 16) => $"a JPEG of {precision} bits per colour",
            _ => null,
        };

    /// <summary>
    /// Decides whether to keep a segment. JFIF loses its thumbnail, and Adobe's segment loses everything after the fields that decoders
    /// read.
    /// </summary>
    private static bool TryKeep(byte marker, ReadOnlySpan<byte> data, out ReadOnlySpan<byte> kept)
    {
        kept = data;
        switch (marker)
        {
            case Jfif when data.StartsWith("JFIF\0"u8) && data.Length >= 14:
                byte[] withoutThumbnail = [.. data[..12], 0, 0];
                kept = withoutThumbnail;
                return true;
            case Icc:
                return data.StartsWith("ICC_PROFILE\0"u8);
            case Adobe when data.StartsWith("Adobe"u8) && data.Length >= 12:
                kept = data[..12];
                return true;
            case >= 0xC0 and <= 0xCF and not 0xC8: // frames, Huffman tables (C4), arithmetic conditioning (CC)
            case 0xDB: // quantization tables
            case 0xDC: // number of lines
            case RestartInterval:
            case StartOfScan:
                return true;
            default:
                return false;
        }
    }

    private static bool IsFrame(byte marker) => marker is JpegLs or (>= 0xC0 and <= 0xCF and not (HuffmanTables or 0xC8 or 0xCC));

    private static void AddSegment(KeptParts kept, byte marker, ReadOnlySpan<byte> data)
    {
        Span<byte> head = [0xFF, marker, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)(data.Length + 2));
        kept.Add(head);
        kept.Add(data);
    }

    /// <summary>
    /// Reads the next segment, or the end of the image (no data). Bytes outside of any segment are skipped, as in libjpeg, because some
    /// cameras pad their segments.
    /// </summary>
    /// <returns>False at the end of the file.</returns>
    private static bool TryReadSegment(ref ByteReader reader, out byte marker, out ReadOnlySpan<byte> data)
    {
        data = default;
        while (TryReadMarker(ref reader, out marker))
        {
            // Markers without a segment: TEM, and restart markers outside of a scan.
            if (marker is 0x01 or (>= 0xD0 and <= 0xD7))
                continue;
            if (marker is StartOfImage or EndOfImage)
                return true;
            return reader.TryTake(2, out var length) && reader.TryTake(BinaryPrimitives.ReadUInt16BigEndian(length) - 2, out data);
        }

        return false;
    }

    private static bool TryReadMarker(ref ByteReader reader, out byte marker)
    {
        marker = 0;
        while (marker is 0)
        {
            var start = reader.Rest.IndexOf((byte)0xFF);
            if (start < 0)
                return false;
            reader.TryTake(start, out _);
            var fill = reader.Rest.IndexOfAnyExcept((byte)0xFF);
            if (fill < 0 || !reader.TryTake(fill + 1, out var taken))
                return false;
            marker = taken[^1];
        }

        return true;
    }

    /// <summary>
    /// Returns the number of bytes of compressed data up to the next marker. FF 00 stands for one data byte FF, and restart markers (D0 to
    /// D7) belong to the data.
    /// </summary>
    private static int CompressedLength(ReadOnlySpan<byte> bytes)
    {
        for (var position = 0; ; )
        {
            var start = bytes[position..].IndexOf((byte)0xFF);
            if (start < 0)
                return bytes.Length;
            start += position;
            var fill = bytes[start..].IndexOfAnyExcept((byte)0xFF);
            if (fill < 0)
                return bytes.Length;
            position = start + fill + 1;
            if (bytes[position - 1] is not (0 or (>= 0xD0 and <= 0xD7)))
                return start;
        }
    }
}
