using GourmetGram.Tests.Unit.Imaging;
using SkiaSharp;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// One small drawing in every kind of file that is accepted, and for each the plain file that must be classified the same.
/// </summary>
internal static class Pictures
{
    public const int Width = 96;
    public const int Height = 72;

    private const byte Grey = 0;
    private const byte Rgb = 2;
    private const byte Palette = 3;
    private const byte GreyAlpha = 4;
    private const byte RgbAlpha = 6;

    private static readonly byte[] Drawing = Load();

    /// <summary>The drawing as a plain PNG of 8 bits a colour.</summary>
    public static byte[] Plain() => Png(Rgb, 8, Drawing);

    public static byte[] SixteenBits() => Png(Rgb, 16, [.. Drawing.SelectMany(value => new[] { value, value })]);

    public static byte[] GreyPng() => Png(Grey, 8, Greys());

    public static byte[] PlainGrey() => Png(Rgb, 8, [.. Greys().SelectMany(grey => new[] { grey, grey, grey })]);

    public static byte[] PalettePng() =>
        Parts.InsertIntoPng(
            Png(Palette, 8, [.. Indices()]),
            Parts.PngChunk("PLTE", [.. Enumerable.Range(0, 256).SelectMany(index => Entry((byte)index))])
        );

    public static byte[] PlainPalette() => Png(Rgb, 8, [.. Indices().SelectMany(Entry)]);

    public static byte[] AlphaPng() => Png(RgbAlpha, 8, [.. Pixels().SelectMany((pixel, i) => pixel.Append(Alpha(i)))]);

    public static byte[] PlainAlpha() =>
        Png(Rgb, 8, [.. Pixels().SelectMany((pixel, i) => pixel.Select(value => OnWhite(value, Alpha(i))))]);

    public static byte[] GreyAlphaPng() => Png(GreyAlpha, 8, [.. Greys().SelectMany((grey, i) => new[] { grey, Alpha(i) })]);

    public static byte[] PlainGreyAlpha() =>
        Png(Rgb, 8, [.. Greys().SelectMany((grey, i) => Enumerable.Repeat(OnWhite(grey, Alpha(i)), 3))]);

    public static byte[] GreyJpeg() => Encode(Greys(), Width, Height, SKColorType.Gray8, SKEncodedImageFormat.Jpeg);

    /// <summary>Adobe stores ink inverted, so that each colour is its value times that of black.</summary>
    public static byte[] CmykJpeg() => Parts.CmykJpeg(55, 155, 255, 205);

    public static byte[] PlainCmyk()
    {
        byte[] colour = [55 * 205 / 255, 155 * 205 / 255, 205];
        return Parts.Png(
            Parts.PngHeader(8, 8, 8, Rgb),
            [.. Enumerable.Repeat((byte[])[0, .. Enumerable.Repeat(colour, 8).SelectMany(c => c)], 8).SelectMany(row => row)]
        );
    }

    public static byte[] Webp() => EncodeRgb(Drawing, Width, Height, SKEncodedImageFormat.Webp);

    /// <summary>The drawing, then a white picture.</summary>
    public static byte[] AnimatedWebp()
    {
        byte[] white = [.. Enumerable.Repeat(byte.MaxValue, Drawing.Length)];
        return Parts.Webp(
            Parts.WebpExtended(2, Width, Height),
            Parts.WebpChunk("ANIM", 0, 0, 0, 0, 0, 0),
            Parts.WebpFrame(Width, Height, Parts.WebpPicture(Webp())),
            Parts.WebpFrame(Width, Height, Parts.WebpPicture(EncodeRgb(white, Width, Height, SKEncodedImageFormat.Webp)))
        );
    }

    public static byte[] Jpeg() => EncodeRgb(Drawing, Width, Height, SKEncodedImageFormat.Jpeg);

    /// <summary>The drawing as a camera stores it that was held so: turned or mirrored, with an orientation that puts it right.</summary>
    public static byte[] Oriented(int orientation) =>
        Parts.InsertIntoJpeg(EncodeTurned(orientation, SKEncodedImageFormat.Jpeg), Parts.JpegExif(orientation, "secret"));

    /// <summary>The same as a WebP.</summary>
    public static byte[] OrientedWebp(int orientation)
    {
        var (storedWidth, storedHeight) = orientation > 4 ? (Height, Width) : (Width, Height);
        return Parts.Webp(
            Parts.WebpExtended(0x08, storedWidth, storedHeight),
            Parts.WebpPicture(EncodeTurned(orientation, SKEncodedImageFormat.Webp)),
            Parts.WebpChunk("EXIF", Parts.Exif(orientation, "secret"))
        );
    }

    /// <summary>Chunks of a PNG that viewers pass over because they are broken.</summary>
    public static byte[][] BrokenChunks() =>
        [
            Parts.PngChunk("iCCP", [.. "profile\0\0not compressed"u8]),
            Parts.PngChunk("gAMA", 1),
            Parts.PngChunk("eXIf", 1, 2, 3),
            [.. Parts.PngChunk("tEXt", [.. "Comment\0lunch"u8])[..^1], 0],
        ];

    private static byte[] EncodeTurned(int orientation, SKEncodedImageFormat format)
    {
        var (storedWidth, storedHeight) = orientation > 4 ? (Height, Width) : (Width, Height);
        var stored = new byte[Drawing.Length];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var (storedX, storedY) = Parts.Stored(x, y, Width, Height, orientation);
                Array.Copy(Drawing, ((y * Width) + x) * 3, stored, ((storedY * storedWidth) + storedX) * 3, 3);
            }
        }

        return EncodeRgb(stored, storedWidth, storedHeight, format);
    }

    /// <summary>A whole PNG of black in one bit a pixel: few bytes, however large.</summary>
    public static byte[] BlackPng(int width, int height) =>
        Parts.Png(Parts.PngHeader(width, height, 1, Grey), new byte[((width + 7) / 8 + 1) * height]);

    /// <summary>
    /// A whole progressive JPEG of plain grey, without subsampling: few bytes, and coefficients of all its pixels in the decoder's memory.
    /// </summary>
    public static byte[] ProgressiveJpeg(int width, int height)
    {
        // One bit says that a block is as grey as the one before. Of the AC coefficients one code says that so many blocks have none.
        var blocks = (width + 7) / 8 * ((height + 7) / 8);
        const int Run = 32_767;
        var runs =
            string.Concat(Enumerable.Repeat("0" + new string('1', 14), blocks / Run))
            + string.Concat(Enumerable.Repeat("10", blocks % Run));
        byte[] ac = Bits(runs);
        return
        [
            0xFF,
            0xD8,
            .. Parts.JpegSegment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]),
            .. Parts.JpegSegment(
                0xC2,
                8,
                (byte)(height >> 8),
                (byte)height,
                (byte)(width >> 8),
                (byte)width,
                3,
                1,
                0x11,
                0,
                2,
                0x11,
                0,
                3,
                0x11,
                0
            ),
            .. Parts.JpegSegment(0xC4, [0, 1, .. new byte[15], 0]),
            // The code 0 stands for a run of 2 to the 14th blocks and as many more as the next 14 bits say, 10 for one block.
            .. Parts.JpegSegment(0xC4, [0x10, 1, 1, .. new byte[14], 0xE0, 0]),
            .. Parts.JpegSegment(0xDA, 3, 1, 0, 2, 0, 3, 0, 0, 0, 0),
            .. Bits(new string('0', 3 * blocks)),
            .. Enumerable.Range(1, 3).SelectMany(component => (byte[])[.. Parts.JpegSegment(0xDA, 1, (byte)component, 0, 1, 63, 0), .. ac]),
            0xFF,
            0xD9,
        ];
    }

    /// <summary>Bits as a JPEG's compressed data: the last byte is filled up with ones, and behind a byte FF comes a zero.</summary>
    private static byte[] Bits(string bits) =>
        [
            .. bits.PadRight((bits.Length + 7) / 8 * 8, '1')
                .Chunk(8)
                .Select(byteBits => Convert.ToByte(new string(byteBits), 2))
                .SelectMany(value => value == 0xFF ? (byte[])[value, 0] : [value]),
        ];

    private static byte[] Load()
    {
        using var photo = SKBitmap.Decode(Photos.Golden("drawing-fried.jpg"));
        using var small = photo.Resize(
            new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque),
            new SKSamplingOptions(SKFilterMode.Linear)
        );
        return [.. small.GetPixelSpan().ToArray().Where((_, i) => i % 4 != 3)];
    }

    private static IEnumerable<byte[]> Pixels() => Drawing.Chunk(3);

    private static byte[] Greys() => [.. Pixels().Select(p => (byte)((p[0] + p[1] + p[2]) / 3))];

    /// <summary>3 bits of red, 3 of green, 2 of blue.</summary>
    private static IEnumerable<byte> Indices() => Pixels().Select(p => (byte)((p[0] >> 5 << 5) | (p[1] >> 5 << 2) | (p[2] >> 6)));

    private static byte[] Entry(byte index) => [(byte)(index & 0xE0), (byte)(index << 3 & 0xE0), (byte)(index << 6)];

    /// <summary>Less of the picture to the right.</summary>
    private static byte Alpha(int pixel) => (byte)(255 - (pixel % Width * 2));

    private static byte OnWhite(byte value, byte alpha) => (byte)(((value * alpha) + (255 * (255 - alpha)) + 127) / 255);

    private static byte[] Png(byte colourType, byte bits, byte[] pixels) =>
        Parts.Png(
            Parts.PngHeader(Width, Height, bits, colourType),
            [.. pixels.Chunk(pixels.Length / Height).SelectMany(row => (byte[])[0, .. row])]
        );

    private static byte[] EncodeRgb(byte[] rgb, int width, int height, SKEncodedImageFormat format) =>
        Encode([.. rgb.Chunk(3).SelectMany(p => p.Append(byte.MaxValue))], width, height, SKColorType.Rgba8888, format);

    private static byte[] Encode(byte[] pixels, int width, int height, SKColorType type, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, type, SKAlphaType.Opaque));
        pixels.CopyTo(bitmap.GetPixelSpan());
        using var data = bitmap.Encode(format, 100);
        return data.ToArray();
    }
}
