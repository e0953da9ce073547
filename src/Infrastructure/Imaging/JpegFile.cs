using System.Buffers.Binary;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>JPEG (ITU-T T.81, annex B): segments of a marker, a length and data; after a scan's header its compressed data up to the next marker.</summary>
internal sealed class JpegFile : IPhotoFormat
{
    /// <summary>A progressive photo has about 10. Each costs a pass over all pixels, so that a small file with many could keep a processor busy for hours.</summary>
    private const int MostScans = 100;

    // Bytes a pixel. Measured (peak of resident memory, 5000 × 4000): one scan 0.1, for it is decoded in strips; several scans 3.1 with 4:2:0 and 6.1 with 4:4:4, the coefficients of all
    // components. Counted with a reserve, so that the worst files (four components, odd sampling factors) cannot take more than was reserved.
    private const int InStrips = 1;
    private const int InPasses = 27;

    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte Jfif = 0xE0;
    private const byte Exif = 0xE1;
    private const byte Icc = 0xE2;
    private const byte Adobe = 0xEE;

    public string MediaType => "image/jpeg";

    public string Extension => ".jpg";

    public bool Matches(ReadOnlySpan<byte> file) => file.StartsWith([(byte)0xFF, StartOfImage, (byte)0xFF]);

    public PhotoLayout ReadLayout(ReadOnlySpan<byte> file)
    {
        var reader = new ByteReader(file);
        reader.Take(2, "its first bytes");
        (int Width, int Height)? size = null;
        int? orientation = null;
        var scans = 0;
        var isProgressive = false;
        while (TryReadSegment(ref reader, out var marker, out var data) && marker != EndOfImage)
        {
            if (marker == StartOfScan)
            {
                if (++scans > MostScans)
                    throw Faults.Damaged($"this JPEG has more than {MostScans} scans, which no camera writes");
                reader.TryTake(CompressedLength(reader.Rest), out _);
            }
            else if (IsFrame(marker) && data.Length >= 5)
            {
                isProgressive |= IsProgressive(marker);
                size ??= (BinaryPrimitives.ReadUInt16BigEndian(data[3..]), BinaryPrimitives.ReadUInt16BigEndian(data[1..]));
            }
            else if (marker == Exif && scans == 0 && data.StartsWith("Exif\0\0"u8))
                orientation ??= ExifOrientation.Read(data);
        }

        return size is var (width, height)
            ? new PhotoLayout(width, height, orientation ?? ExifOrientation.Upright, isProgressive || scans > 1 ? InPasses : InStrips)
            : throw Faults.Damaged("this JPEG has no frame header, which says its size");
    }

    public byte[] RemoveMetadata(ReadOnlySpan<byte> file)
    {
        var orientation = ReadLayout(file).Orientation;
        var reader = new ByteReader(file);
        reader.Take(2, "its first bytes");
        using var kept = new MemoryStream(file.Length + 64);
        kept.Write([0xFF, StartOfImage]);
        var orientationWritten = orientation == ExifOrientation.Upright;
        var hasScan = false;
        while (true)
        {
            if (!TryReadSegment(ref reader, out var marker, out var data))
                throw Faults.Damaged("this JPEG stops before its end marker");
            if (marker == StartOfImage)
                throw Faults.Damaged("this JPEG starts a second time before its end");
            if (marker == EndOfImage)
                break;
            if (!TryKeep(marker, data, out var segment))
                continue;

            // JFIF wants to be first, EXIF comes next.
            if (marker != Jfif && !orientationWritten)
            {
                WriteSegment(kept, Exif, [.. "Exif\0\0"u8, .. ExifOrientation.Write(orientation)]);
                orientationWritten = true;
            }

            WriteSegment(kept, marker, segment);
            if (marker == StartOfScan)
            {
                hasScan = true;
                kept.Write(reader.Take(CompressedLength(reader.Rest), "its compressed pixels"));
            }
        }

        if (!hasScan)
            throw Faults.Damaged("this JPEG has no compressed pixels");
        kept.Write([0xFF, EndOfImage]);
        return kept.ToArray();
    }

    /// <summary>Decides on one segment; JFIF loses its thumbnail and Adobe's whatever follows the fields that decoders read.</summary>
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
            case 0xDD: // restart interval
            case StartOfScan:
                return true;
            default:
                return false;
        }
    }

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static bool IsProgressive(byte marker) => IsFrame(marker) && (marker & 3) == 2;

    private static void WriteSegment(MemoryStream stream, byte marker, ReadOnlySpan<byte> data)
    {
        Span<byte> head = [0xFF, marker, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)(data.Length + 2));
        stream.Write(head);
        stream.Write(data);
    }

    /// <summary>
    /// The next segment, or the end of the image (no data). Bytes that belong to no segment are passed over, as libjpeg does: some cameras pad their segments.
    /// </summary>
    /// <returns>False when the file is over.</returns>
    private static bool TryReadSegment(ref ByteReader reader, out byte marker, out ReadOnlySpan<byte> data)
    {
        data = default;
        while (TryReadMarker(ref reader, out marker))
        {
            // Markers without a segment: TEM, and restarts outside of a scan.
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

    /// <summary>Bytes of compressed data up to the next marker. FF 00 stands for a byte FF of data, and restart markers (D0 to D7) belong to the data.</summary>
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
