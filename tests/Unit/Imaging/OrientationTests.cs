using SkiaSharp;

namespace GourmetGram.Tests.Unit.Imaging;

public sealed class OrientationTests
{
    private const int Width = 20;
    private const int Height = 12;

    public static TheoryData<SKEncodedImageFormat, int> Cases =>
        new(
            from format in (SKEncodedImageFormat[])[SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp]
            from orientation in Enumerable.Range(1, 8)
            select (format, orientation)
        );

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_photo_is_turned_upright(SKEncodedImageFormat format, int orientation)
    {
        var reader = Photos.Reader();
        var stored = Photos.Encode(format);
        var turned = WithOrientation(stored, format, orientation);
        var transposes = orientation > 4;
        var expected = TurnByHand(transposes ? reader.Decode(stored, Height, Width) : reader.Decode(stored, Width, Height), orientation);

        Assert.Equal(expected, reader.Decode(turned, Width, Height));
        var header = reader.ReadHeader(turned);
        Assert.Equal(transposes ? (24, 32) : (32, 24), (header.Width, header.Height));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Orientation_outlives_the_removal_of_metadata(SKEncodedImageFormat format, int orientation)
    {
        var reader = Photos.Reader();
        var turned = WithOrientation(Photos.Encode(format), format, orientation);
        var clean = reader.RemoveMetadata(turned);

        Assert.False(Parts.Holds(clean, "secret"));
        Assert.Equal(reader.Decode(turned, Width, Height), reader.Decode(clean, Width, Height));
        Assert.Equal(reader.ReadHeader(turned), reader.ReadHeader(clean));

        // Skia is a second opinion on what was written; it does not read a PNG's EXIF.
        if (format != SKEncodedImageFormat.Png)
        {
            using var codec = SKCodec.Create(new MemoryStream(clean));
            Assert.Equal(orientation, (int)codec.EncodedOrigin);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(65_535)]
    public void An_orientation_that_does_not_exist_is_upright(int orientation)
    {
        var stored = Photos.Encode(SKEncodedImageFormat.Jpeg);

        Assert.Equal(
            Photos.Reader().Decode(stored, Width, Height),
            Photos.Reader().Decode(WithOrientation(stored, SKEncodedImageFormat.Jpeg, orientation), Width, Height)
        );
    }

    private static byte[] WithOrientation(byte[] photo, SKEncodedImageFormat format, int orientation) =>
        format switch
        {
            SKEncodedImageFormat.Jpeg => Parts.InsertIntoJpeg(photo, Parts.JpegExif(orientation, "secret")),
            SKEncodedImageFormat.Png => Parts.InsertIntoPng(photo, Parts.PngChunk("eXIf", Parts.Exif(orientation, "secret"))),
            _ => Parts.Webp(
                Parts.WebpExtended(0x08, 32, 24),
                Parts.WebpPicture(photo),
                Parts.WebpChunk("EXIF", Parts.Exif(orientation, "secret"))
            ),
        };

    private static byte[] TurnByHand(byte[] stored, int orientation)
    {
        var upright = new byte[stored.Length];
        var storedWidth = orientation > 4 ? Height : Width;
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var (storedX, storedY) = Parts.Stored(x, y, Width, Height, orientation);
                Array.Copy(stored, ((storedY * storedWidth) + storedX) * 3, upright, ((y * Width) + x) * 3, 3);
            }
        }

        return upright;
    }
}
