using System.Buffers.Binary;
using System.IO.Compression;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Unit.Imaging;
using SkiaSharp;
using Photos = GourmetGram.Tests.Integration.Fixtures.Photos;

namespace GourmetGram.Tests.Integration.Fuzzing;

/// <summary>Pictures of all formats, made and then broken.</summary>
internal sealed class FuzzImages
{
    private readonly byte[][] photos =
    [
        .. Directory.EnumerateFiles(Repository.PathOf("samples"), "*.jpg").Order(StringComparer.Ordinal).Select(File.ReadAllBytes),
        .. new[] { "landscape.jpg", "tall.jpg", "orientation6.jpg", "drawing-fried.jpg" }.Select(Photos.Golden),
    ];

    private readonly byte[][] others =
    [
        .. new[] { "alpha.png", "palette.png", "tiny.png", "photo.webp" }.Select(Photos.Golden),
        Drawn(SKEncodedImageFormat.Png, 100),
        Drawn(SKEncodedImageFormat.Webp, 100),
        Drawn(SKEncodedImageFormat.Webp, 50),
        Png(16, 2),
        Png(16, 6, interlaced: true),
        Png(1, 0),
        Png(2, 0, interlaced: true),
        Png(8, 4),
        Png(8, 2, interlaced: true),
    ];

    private readonly byte[] large = Photos.Golden("progressive-6mp.jpg");

    /// <summary>A picture that a golden file or an encoder made.</summary>
    public byte[] Whole(Dice dice) =>
        dice.Chance(2) ? [.. large] : [.. dice.Chance(50) ? dice.Pick<byte[]>(photos) : dice.Pick<byte[]>(others)];

    public byte[] Broken(Dice dice)
    {
        var image = Whole(dice);
        switch (dice.Below(10))
        {
            case 0 or 1 or 2:
                image = dice.Mutate(image);
                break;
            case 3: // the first bytes hold sizes, tables and profiles
                image = [.. dice.Mutate(image[..Math.Min(image.Length, 700)]), .. image[Math.Min(image.Length, 700)..]];
                break;
            case 4:
                image = image[..dice.Below(image.Length + 1)];
                break;
            case 5:
                var other = Whole(dice);
                image = [.. image[..dice.Below(image.Length)], .. other[dice.Below(other.Length)..]];
                break;
            case 6:
                image = WithSize(dice, image);
                break;
            case 7 or 8:
                image = WithMetadata(dice, image);
                break;
            default:
                image = WithLength(dice, image);
                break;
        }

        // Otherwise every change of a PNG would end at its checksum.
        return dice.Chance(70) ? WithChecksums(image) : image;
    }

    private static bool IsJpeg(byte[] image) => image.AsSpan().StartsWith([(byte)0xFF, (byte)0xD8]);

    private static bool IsPng(byte[] image) => image.Length > 33 && image.AsSpan(1).StartsWith("PNG"u8);

    private static byte[] WithSize(Dice dice, byte[] image)
    {
        var (width, height) = (dice.Pick(0, 1, 2, 223, 6000, 16383, 32767, 65535), dice.Pick(0, 1, 2, 225, 6000, 16383, 32767, 65535));
        if (IsPng(image))
        {
            BinaryPrimitives.WriteInt32BigEndian(image.AsSpan(16), dice.Pick(width, int.MaxValue, -1));
            BinaryPrimitives.WriteInt32BigEndian(image.AsSpan(20), dice.Pick(height, int.MaxValue, int.MinValue));
            if (dice.Chance(50))
                dice.Bytes(5).CopyTo(image, 24);
        }
        else if (IsJpeg(image))
        {
            for (var at = 2; at < image.Length - 9; at++)
            {
                if (image[at] == 0xFF && image[at + 1] is 0xC0 or 0xC1 or 0xC2)
                {
                    BinaryPrimitives.WriteUInt16BigEndian(image.AsSpan(at + 5), (ushort)height);
                    BinaryPrimitives.WriteUInt16BigEndian(image.AsSpan(at + 7), (ushort)width);
                    image[at + 4] = dice.Pick<byte>(8, 8, 12, 1);
                    break;
                }
            }
        }
        else if (image.Length > 30)
        {
            dice.Bytes(dice.Between(1, 6)).CopyTo(image, 24);
        }

        return image;
    }

    private static byte[] WithMetadata(Dice dice, byte[] image)
    {
        byte[] tiff =
        [
            .. dice.Pick("II*\0"u8.ToArray(), "MM\0*"u8.ToArray()),
            .. dice.Bytes(dice.Between(0, 4)),
            .. dice.Bytes(dice.Between(0, 200)),
        ];
        if (dice.Chance(60) && tiff.Length > 24)
        {
            // One directory with an orientation of its own, at a place that may lie outside.
            new byte[]
            {
                (byte)'M',
                (byte)'M',
                0,
                42,
                0,
                0,
                0,
                dice.Pick<byte>(8, 255),
                dice.Pick<byte>(0, 255),
                1,
                1,
                0x12,
                0,
                3,
                0,
                0,
                0,
                1,
                0,
                (byte)dice.Below(12),
            }.CopyTo(tiff, 0);
        }

        if (IsJpeg(image))
        {
            byte[] payload = dice.Below(4) switch
            {
                0 => [.. "Exif\0\0"u8, .. tiff],
                1 => [.. "ICC_PROFILE\0"u8, .. dice.Bytes(dice.Between(0, 400))],
                2 => [.. "JFIF\0"u8, .. dice.Bytes(dice.Between(0, 20))],
                _ => [.. "Adobe"u8, .. dice.Bytes(dice.Between(0, 12))],
            };
            return Photos.WithSegment(image, dice.Pick<byte>(0xE1, 0xE2, 0xE0, 0xEE, 0xDD, 0xDC, 0xC4, 0xDB, 0xFE), payload);
        }

        if (IsPng(image))
        {
            var type = dice.Pick(
                "eXIf",
                "iCCP",
                "tRNS",
                "PLTE",
                "acTL",
                "fcTL",
                "zTXt",
                "iTXt",
                "gAMA",
                "cHRM",
                "bKGD",
                "IDAT",
                "IEND",
                "abcd"
            );
            return [.. image[..33], .. Parts.PngChunk(type, dice.Chance(50) ? tiff : dice.Bytes(dice.Between(0, 300))), .. image[33..]];
        }

        // A WebP that says what else it holds: flags at random, then chunks at random.
        byte[] chunks =
        [
            .. dice.Pick("EXIF"u8.ToArray(), "ICCP"u8.ToArray(), "ALPH"u8.ToArray(), "ANIM"u8.ToArray(), "ANMF"u8.ToArray()),
            .. BitConverter.GetBytes(tiff.Length),
            .. tiff,
        ];
        byte[] extended =
        [
            .. "VP8X"u8,
            .. BitConverter.GetBytes(dice.Pick(10, 10, 10, 12, 0, -1)),
            .. dice.Bytes(1),
            0,
            0,
            0,
            .. dice.Bytes(1),
            0,
            0,
            .. dice.Bytes(1),
            0,
            0,
        ];
        byte[] webp = [.. image[..12], .. extended, .. dice.Chance(50) ? [.. chunks, .. image[12..]] : (byte[])[.. image[12..], .. chunks]];
        BinaryPrimitives.WriteInt32LittleEndian(webp.AsSpan(4), dice.Chance(90) ? webp.Length - 8 : BitConverter.ToInt32(dice.Bytes(4)));
        return webp;
    }

    /// <summary>Edits a length field: of a JPEG's segment, of a PNG's or WebP's chunk.</summary>
    private static byte[] WithLength(Dice dice, byte[] image)
    {
        if (image.Length < 40)
            return image;
        var at =
            IsPng(image) ? dice.Pick(8, 33)
            : IsJpeg(image) ? 4
            : dice.Pick(4, 16);
        foreach (
            var b in dice.Pick<byte[]>(
                [0],
                [0xFF],
                [0xFF, 0xFF],
                [0, 0],
                [0xFF, 0xFF, 0xFF, 0xFF],
                [0x7F, 0xFF, 0xFF, 0xFF],
                [0, 0, 0, 0],
                dice.Bytes(4)
            )
        )
            image[at++] = b;
        return image;
    }

    private static byte[] WithChecksums(byte[] image)
    {
        if (!IsPng(image))
            return image;
        for (long at = 8; at + 12 <= image.Length; )
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(image.AsSpan((int)at));
            if (at + 12 + length > image.Length)
                break;
            BinaryPrimitives.WriteUInt32BigEndian(
                image.AsSpan((int)(at + 8 + length)),
                Parts.Crc32(image.AsSpan((int)at + 4, (int)length + 4))
            );
            at += 12 + length;
        }

        return image;
    }

    private static byte[] Drawn(SKEncodedImageFormat format, int quality)
    {
        using var bitmap = new SKBitmap(97, 61);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(new SKColor(200, 120, 40, 200));
            canvas.DrawCircle(40, 30, 20, new SKPaint { Color = SKColors.Green });
        }

        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>A black PNG of a kind that SkiaSharp does not write.</summary>
    private static byte[] Png(byte depth, byte colourType, bool interlaced = false)
    {
        const int Side = 40;
        byte[] header = [0, 0, 0, Side, 0, 0, 0, Side, depth, colourType, 0, 0, (byte)(interlaced ? 1 : 0)];
        using var pixels = new MemoryStream();
        using (var zlib = new ZLibStream(pixels, CompressionLevel.Fastest))
        {
            // Rows of zeros: filter "none", all samples 0. More of them than the widest kind has.
            zlib.Write(new byte[Side * ((Side * 8) + 20)]);
        }

        return
        [
            0x89,
            .. "PNG\r\n\u001A\n"u8,
            .. Parts.PngChunk("IHDR", header),
            .. Parts.PngChunk("IDAT", pixels.ToArray()),
            .. Parts.PngChunk("IEND", []),
        ];
    }
}
