using GourmetGram.Application.Classification;
using SkiaSharp;

namespace GourmetGram.Tests.Unit.Imaging;

public sealed class ThumbnailTests
{
    private static readonly IPhotoReader Reader = Photos.Reader();

    [Theory]
    [InlineData("landscape.jpg")]
    [InlineData("tall.jpg")]
    [InlineData("orientation6.jpg")]
    [InlineData("progressive-6mp.jpg")]
    [InlineData("photo.webp")]
    [InlineData("palette.png")]
    public void A_thumbnail_is_an_upright_JPEG_of_at_most_the_size_in_proportion(string file)
    {
        var photo = Photos.Golden(file);
        var original = Reader.ReadHeader(photo);
        foreach (var size in new[] { 160, 480, 1280 })
        {
            var thumbnail = Reader.Thumbnail(photo, size);

            var header = Reader.ReadHeader(thumbnail);
            var scale = Math.Min(1.0, size / (double)Math.Max(original.Width, original.Height));
            Assert.Equal("image/jpeg", header.MediaType);
            Assert.InRange(header.Width, Math.Max(1, original.Width * scale - 0.5), Math.Max(1, original.Width * scale + 0.5));
            Assert.InRange(header.Height, Math.Max(1, original.Height * scale - 0.5), Math.Max(1, original.Height * scale + 0.5));
            AssertLooksAlike(Reader.Decode(photo, 8, 8), Reader.Decode(thumbnail, 8, 8));
        }
    }

    [Fact]
    public void A_photo_that_is_small_already_keeps_its_size()
    {
        var photo = Photos.Golden("tiny.png");
        var (original, thumbnail) = (Reader.ReadHeader(photo), Reader.ReadHeader(Reader.Thumbnail(photo, 160)));

        Assert.Equal((original.Width, original.Height), (thumbnail.Width, thumbnail.Height));
    }

    [Fact]
    public void A_thumbnail_carries_no_metadata_and_no_profile()
    {
        var thumbnail = Reader.Thumbnail(Photos.Golden("orientation6.jpg"), 160);

        Assert.Equal(Reader.RemoveMetadata(thumbnail), thumbnail);
        Assert.Equal(-1, thumbnail.AsSpan().IndexOf("ICC_PROFILE"u8));
        Assert.Equal(-1, thumbnail.AsSpan().IndexOf("Exif"u8));
    }

    [Fact]
    public void Transparency_lies_on_white()
    {
        var photo = Photos.Encode(SKEncodedImageFormat.Webp, alpha: 102);

        AssertLooksAlike(Reader.Decode(photo, 8, 6), Reader.Decode(Reader.Thumbnail(photo, 160), 8, 6));
    }

    [Fact]
    public void Colours_of_a_wider_space_become_those_of_sRGB()
    {
        using var bitmap = new SKBitmap(
            new SKImageInfo(
                16,
                16,
                SKColorType.Rgba8888,
                SKAlphaType.Opaque,
                SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3)
            )
        );
        for (var i = 0; i < bitmap.ByteCount; i += 4)
            new byte[] { 40, 200, 60, 255 }.CopyTo(bitmap.GetPixelSpan()[i..]);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);

        var rgb = Reader.Decode(Reader.Thumbnail(png.ToArray(), 160), 1, 1);

        // Display P3's (40, 200, 60) is more saturated than its numbers say: less red in sRGB.
        Assert.InRange(rgb[0], 0, 20);
        Assert.InRange(rgb[1], 198, 210);
    }

    [Fact]
    public void A_thumbnail_without_pixels_is_a_mistake_of_the_caller() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Reader.Thumbnail(Photos.Golden("tiny.png"), 0));

    private static void AssertLooksAlike(byte[] expected, byte[] found) =>
        Assert.All(expected.Zip(found), pair => Assert.InRange(pair.Second, pair.First - 24, pair.First + 24));
}
