using GourmetGram.Application.Classification;
using SkiaSharp;

namespace GourmetGram.Tests.Unit.Imaging;

public sealed class DecodeTests
{
    private const byte Grey = 0;
    private const byte Rgb = 2;
    private const byte Palette = 3;
    private const byte GreyAlpha = 4;
    private const byte RgbAlpha = 6;

    private static readonly IPhotoReader Reader = Photos.Reader();

    public static TheoryData<string, byte[], byte[]> Colours =>
        new()
        {
            { "1 bit of grey", Parts.Png(Parts.PngHeader(2, 1, 1, Grey), [0, 0b1000_0000]), [255, 255, 255, 0, 0, 0] },
            { "grey", Parts.Png(Parts.PngHeader(2, 1, 8, Grey), [0, 10, 200]), [10, 10, 10, 200, 200, 200] },
            { "16 bits of grey", Parts.Png(Parts.PngHeader(2, 1, 16, Grey), [0, 10, 10, 200, 200]), [10, 10, 10, 200, 200, 200] },
            { "16 bits a colour", Parts.Png(Parts.PngHeader(1, 1, 16, Rgb), [0, 1, 1, 100, 100, 250, 250]), [1, 100, 250] },
            {
                "palette with a transparent entry",
                Parts.InsertIntoPng(
                    Parts.Png(Parts.PngHeader(2, 1, 8, Palette), [0, 0, 1]),
                    Parts.PngChunk("PLTE", 1, 2, 3, 4, 5, 6),
                    Parts.PngChunk("tRNS", 255, 0)
                ),
                [1, 2, 3, 255, 255, 255]
            },
            { "half transparent", Parts.Png(Parts.PngHeader(1, 1, 8, RgbAlpha), [0, 255, 0, 100, 128]), [255, 127, 177] },
            { "grey with alpha", Parts.Png(Parts.PngHeader(2, 1, 8, GreyAlpha), [0, 0, 51, 90, 255]), [204, 204, 204, 90, 90, 90] },
            {
                "16 bits with alpha",
                Parts.Png(Parts.PngHeader(1, 1, 16, RgbAlpha), [0, 255, 255, 0, 0, 100, 100, 128, 128]),
                [255, 127, 177]
            },
            {
                "a gamma that Pillow would not apply either",
                Parts.InsertIntoPng(Parts.Png(Parts.PngHeader(1, 1, 8, Rgb), [0, 10, 100, 200]), Parts.PngChunk("gAMA", 0, 1, 0x86, 0xA0)),
                [10, 100, 200]
            },
        };

    [Theory]
    [MemberData(nameof(Colours))]
    public void Every_kind_of_PNG_pixel_becomes_RGB_on_white(string kind, byte[] png, byte[] rgb)
    {
        Assert.NotEmpty(kind);
        Assert.Equal(rgb, Reader.Decode(png, rgb.Length / 3, 1));
    }

    /// <summary>All rows of this photo are 5.3 MB; the result is 0.15 MB.</summary>
    [Fact]
    public void Decoding_a_JPEG_leaves_little_garbage()
    {
        using var bitmap = new SKBitmap(1336, 1336);
        bitmap.Erase(SKColors.Olive);
        var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90).ToArray();
        Reader.Decode(jpeg, 224, 224);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Reader.Decode(jpeg, 224, 224);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
    }

    [Fact]
    public void A_CMYK_JPEG_becomes_RGB()
    {
        // Adobe stores ink inverted, so that each colour is its value times that of black.
        var rgb = Reader.Decode(Parts.CmykJpeg(55, 155, 255, 205), 1, 1);

        Assert.InRange(rgb[0], 55 * 205 / 255 - 2, 55 * 205 / 255 + 2);
        Assert.InRange(rgb[1], 155 * 205 / 255 - 2, 155 * 205 / 255 + 2);
        Assert.InRange(rgb[2], 205 - 2, 205 + 2);
    }

    [Fact]
    public void A_transparent_WebP_lies_on_white()
    {
        var opaque = Reader.Decode(Photos.Encode(SKEncodedImageFormat.Webp), 8, 6);
        var half = Reader.Decode(Photos.Encode(SKEncodedImageFormat.Webp, alpha: 102), 8, 6);

        Assert.All(opaque.Zip(half), pair =>
            Assert.InRange(pair.Second, (pair.First * 0.4) + (255 * 0.6) - 4, (pair.First * 0.4) + (255 * 0.6) + 4)
        );
    }

    [Fact]
    public void Every_source_pixel_counts_when_a_photo_shrinks()
    {
        // The last of eight weighs 9 of 96; a triangle that is not as wide as the scale would not see it.
        var png = Parts.Png(Parts.PngHeader(8, 1, 8, Grey), [0, 0, 0, 0, 0, 0, 0, 0, 255]);

        Assert.Equal([24, 24, 24], Reader.Decode(png, 1, 1));
    }

    [Theory]
    [InlineData("landscape.jpg")]
    [InlineData("progressive-6mp.jpg")]
    [InlineData("alpha.png")]
    [InlineData("photo.webp")]
    public void A_photo_that_is_cut_off_is_damaged(string file)
    {
        var photo = Photos.Golden(file);

        var refusal = Photos.AssertRefused(PhotoFault.Damaged, () => Reader.Decode(photo.AsMemory(0, photo.Length / 2), 224, 224));

        Assert.EndsWith("Send it again, or export it again from the program that created it.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_larger_than_its_file_says_is_damaged()
    {
        var webp = Parts.Webp(Parts.WebpExtended(0, 32, 24), Parts.WebpPicture(Photos.Golden("photo.webp")));

        Photos.AssertRefused(PhotoFault.Damaged, () => Reader.Decode(webp, 8, 8));
    }

    [Fact]
    public void A_JPEG_of_endless_scans_is_refused_before_it_is_decoded()
    {
        // Each brings the lowest bit of four means, again and again.
        byte[] scan = [.. Parts.JpegSegment(0xDA, 1, 1, 0, 0, 0, 0x10), 0x0F];
        byte[] bomb =
        [
            0xFF,
            0xD8,
            .. Parts.JpegSegment(0xC2, 8, 0, 0x10, 0, 0x10, 1, 1, 0x11, 0),
            .. Enumerable.Repeat(scan, 101).SelectMany(s => s),
            0xFF,
            0xD9,
        ];

        var refusal = Photos.AssertRefused(PhotoFault.Damaged, () => Reader.RemoveMetadata(bomb));

        Assert.Contains("more than 100 scans", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(8, -1)]
    public void A_target_without_pixels_is_a_mistake_of_the_caller(int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Reader.Decode(Photos.Golden("tiny.png"), width, height));
}
