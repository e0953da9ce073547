using System.Text;
using GourmetGram.Application.Classification;
using SkiaSharp;

namespace GourmetGram.Tests.Unit.Imaging;

public sealed class ReadHeaderTests
{
    [Theory]
    [InlineData("landscape.jpg", "image/jpeg", ".jpg", 640, 427)]
    [InlineData("progressive-6mp.jpg", "image/jpeg", ".jpg", 3000, 2000)]
    [InlineData("orientation6.jpg", "image/jpeg", ".jpg", 375, 500)]
    [InlineData("alpha.png", "image/png", ".png", 333, 257)]
    [InlineData("photo.webp", "image/webp", ".webp", 512, 512)]
    public void A_header_tells_type_and_upright_size(string file, string mediaType, string extension, int width, int height) =>
        Assert.Equal(
            new PhotoHeader(mediaType, extension, width, height, 0),
            Photos.Reader().ReadHeader(Photos.Golden(file)) with
            {
                DecodeBytes = 0,
            }
        );

    [Fact]
    public void A_lossless_WebP_tells_its_size()
    {
        var header = Photos.Reader().ReadHeader(Parts.Webp(Parts.WebpChunk("VP8L", 0x2F, 0x2B, 0x40, 0x06, 0x00)));

        // 14 bits of width - 1, then 14 bits of height - 1: 0x0006402B is 43 + (25 << 14).
        Assert.Equal((44, 26), (header.Width, header.Height));
    }

    [Fact]
    public void A_WebP_with_an_extended_header_tells_the_size_of_its_canvas()
    {
        var header = Photos.Reader().ReadHeader(Parts.Webp(Parts.WebpExtended(0, 5000, 300), Parts.WebpChunk("EXIF", Parts.Exif(6, "x"))));

        Assert.Equal((5000, 300), (header.Width, header.Height));
    }

    [Fact]
    public void No_bytes_are_an_empty_photo() =>
        Photos.AssertRefused(PhotoFault.Empty, () => Photos.Reader().ReadHeader(ReadOnlyMemory<byte>.Empty));

    [Fact]
    public void The_limit_on_bytes_comes_before_the_format()
    {
        var refusal = Photos.AssertRefused(PhotoFault.TooManyBytes, () =>
            Photos.Reader(mebibytes: 1).ReadHeader(new byte[(1024 * 1024) + 1])
        );

        Assert.Contains("1,048,577 bytes", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("at most 1,048,576 (1 MiB)", refusal.Message, StringComparison.Ordinal);
        Photos.AssertRefused(PhotoFault.UnknownFormat, () => Photos.Reader(mebibytes: 1).ReadHeader(new byte[1024 * 1024]));
    }

    [Fact]
    public void The_limit_on_pixels_is_judged_from_the_header_alone()
    {
        // Nothing but a header: whoever decoded first would call it damaged.
        byte[] bomb = [.. Parts.PngSignature, .. Parts.PngHeader(30_000, 30_000, bits: 8, colourType: 2)];

        var refusal = Photos.AssertRefused(PhotoFault.TooManyPixels, () => Photos.Reader(megapixels: 40).ReadHeader(bomb));
        Photos.AssertRefused(PhotoFault.TooManyPixels, () => Photos.Reader(megapixels: 40).Decode(bomb, 8, 8));

        Assert.Contains("30000 × 30000 = 900,000,000 pixels", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("at most 40,000,000", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, 1000, true)]
    [InlineData(1001, 1000, false)]
    public void Exactly_the_limit_is_accepted(int width, int height, bool accepted)
    {
        byte[] png = [.. Parts.PngSignature, .. Parts.PngHeader(width, height, bits: 8, colourType: 2)];

        var refusal = Record.Exception(() => Photos.Reader(megapixels: 1).ReadHeader(png));

        Assert.Equal(accepted, refusal is null);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    public void A_photo_without_pixels_is_damaged(int width, int height)
    {
        byte[] png = [.. Parts.PngSignature, .. Parts.PngHeader(width, height, bits: 8, colourType: 2)];

        Photos.AssertRefused(PhotoFault.Damaged, () => Photos.Reader().ReadHeader(png));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, 20)]
    [InlineData(SKEncodedImageFormat.Png, 20)]
    [InlineData(SKEncodedImageFormat.Webp, 20)]
    public void A_header_that_is_cut_off_is_damaged(SKEncodedImageFormat format, int length) =>
        Photos.AssertRefused(PhotoFault.Damaged, () => Photos.Reader().ReadHeader(Photos.Encode(format).AsMemory(0, length)));

    [Theory]
    [InlineData("GIF89a....", "a GIF")]
    [InlineData("%PDF-1.7 ", "a PDF")]
    [InlineData("PK\u0003\u0004......", "a ZIP archive")]
    [InlineData("BM............................", "a BMP")]
    [InlineData("II*\0......", "a TIFF")]
    [InlineData("MM\0*......", "a TIFF")]
    [InlineData("\0\0\0\u0018ftypavif....", "an AVIF")]
    [InlineData("\0\0\0\u0018ftypmif1....", "a HEIF photo")]
    [InlineData("\0\0\0\u0018ftypisom....", "a video")]
    [InlineData("\0\0\0\u0018ftypqt  ....", "a video")]
    [InlineData("\0\0\0\u0018ftyp3gp5....", "a video")]
    [InlineData("\0\0\0\u0018ftypM4A ....", "an audio file")]
    [InlineData("\0\0\0\u0014moov........", "a video")]
    [InlineData("\u001AE\u00DF\u00A3....", "a video")]
    [InlineData("RIFF....AVI LIST", "a video")]
    [InlineData("\0\0\0\u0018ftypcrx ....crx isom", "a camera's raw photo")]
    [InlineData("II*\0\u0010\0\0\0CR\u0002\0", "a camera's raw photo")]
    [InlineData("II\u001A\0\0\0HEAPCCDR", "a camera's raw photo")]
    [InlineData("IIU\0\u0018\0\0\0", "a camera's raw photo")]
    [InlineData("IIRO\u0008\0\0\0", "a camera's raw photo")]
    [InlineData("FUJIFILMCCD-RAW 0201", "a camera's raw photo")]
    [InlineData("FOVb....", "a camera's raw photo")]
    [InlineData("\0\0\0\u001Cftypmif1\0\0\0\0mif1avifmiaf", "an AVIF")]
    [InlineData("\0\0\0\u001Cftypmsf1\0\0\0\0msf1avismiaf", "an AVIF")]
    [InlineData("\0\0\0\u001Cftypmif1\0\0\0\0mif1heicmiaf", "a HEIC photo")]
    [InlineData("\0\0\0\u0018ftypheix\0\0\0\0mif1heix", "a HEIC photo")]
    [InlineData("\u00FF\u000A........", "a JPEG XL")]
    [InlineData("\0\0\0\u000CJXL \u000D\u000A\u0087\u000A", "a JPEG XL")]
    [InlineData("\0\0\0\u000CjP  \u000D\u000A\u0087\u000A", "a JPEG 2000")]
    [InlineData("8BPS\0\u0001", "a Photoshop document")]
    [InlineData("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "an SVG drawing")]
    [InlineData("  <svg/>", "an SVG drawing")]
    [InlineData("\u00EF\u00BB\u00BF<svg/>", "an SVG drawing")]
    [InlineData("anything", "not a JPEG, PNG or WebP")]
    [InlineData("RIFF....WAVE", "not a JPEG, PNG or WebP")]
    public void What_is_no_photo_is_called_by_its_name(string content, string name)
    {
        var upload = Encoding.Latin1.GetBytes(content);

        foreach (
            var read in (Action[])
                [
                    () => Photos.Reader().ReadHeader(upload),
                    () => Photos.Reader().RemoveMetadata(upload),
                    () => Photos.Reader().Decode(upload, 8, 8),
                ]
        )
        {
            var refusal = Photos.AssertRefused(PhotoFault.UnknownFormat, read);
            Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("Save it as JPEG, PNG or WebP and send it again.", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_HEIC_photo_comes_with_the_setting_that_avoids_it()
    {
        var refusal = Photos.AssertRefused(PhotoFault.UnknownFormat, () => Photos.Reader().ReadHeader("\0\0\0\u0018ftypheic"u8.ToArray()));

        Assert.EndsWith(
            "Save it as JPEG, PNG or WebP and send it again. On an iPhone: Settings, Camera, Formats, Most Compatible.",
            refusal.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("ftypmif1\0\0\0\0mif1avifmiaf")]
    [InlineData("ftypavif\0\0\0\0mif1heic")]
    [InlineData("ftypcrx \0\0\0\u0001crx isom")]
    public void Only_what_an_iPhone_may_have_taken_comes_with_that_setting(string start)
    {
        var refusal = Photos.AssertRefused(PhotoFault.UnknownFormat, () =>
            Photos.Reader().ReadHeader(Encoding.Latin1.GetBytes("\0\0\0\u001C" + start))
        );

        Assert.DoesNotContain("iPhone", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xC1, 12, "a JPEG of 12 bits per colour")]
    [InlineData(0xC2, 12, "a JPEG of 12 bits per colour")]
    [InlineData(0xC3, 8, "a lossless JPEG")]
    [InlineData(0xC3, 16, "a lossless JPEG")]
    [InlineData(0xC5, 8, "a hierarchical JPEG")]
    [InlineData(0xF7, 8, "a lossless JPEG")]
    public void A_JPEG_of_a_kind_that_nothing_shows_is_named(byte marker, byte precision, string name)
    {
        byte[] jpeg = [0xFF, 0xD8, .. Parts.JpegSegment(marker, precision, 0, 16, 0, 8, 1, 1, 0x11, 0), 0xFF, 0xD9];

        var refusal = Photos.AssertRefused(PhotoFault.UnknownFormat, () => Photos.Reader().ReadHeader(jpeg));

        Assert.StartsWith($"This file is {name}, which browsers and this server cannot show.", refusal.Message, StringComparison.Ordinal);
    }
}
