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
        Assert.Equal(reader.ReadHeader(turned) with { DecodeBytes = 0 }, reader.ReadHeader(clean) with { DecodeBytes = 0 });

        // Skia is a second opinion on what was written; it does not read a PNG's EXIF. A WebP is turned, for browsers do not turn it.
        if (format != SKEncodedImageFormat.Png)
        {
            using var codec = SKCodec.Create(new MemoryStream(clean));
            Assert.Equal(format == SKEncodedImageFormat.Webp ? 1 : orientation, (int)codec.EncodedOrigin);
        }
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void An_orientation_of_any_integer_type_and_byte_order_counts(SKEncodedImageFormat format)
    {
        var reader = Photos.Reader();
        var photo = Photos.Encode(format);
        var clean = reader.RemoveMetadata(WithExif(photo, format, Parts.Orientation(type: 3, 6, bigEndian: true)));
        Assert.Equal((24, 32), (reader.ReadHeader(clean).Width, reader.ReadHeader(clean).Height));
        foreach (ushort type in new[] { 1, 3, 4, 6, 8, 9 })
        {
            foreach (var bigEndian in new[] { true, false })
                Assert.Equal(clean, reader.RemoveMetadata(WithExif(photo, format, Parts.Orientation(type, 6, bigEndian))));
        }
    }

    [Theory]
    [InlineData("orientation-byte.jpg")]
    [InlineData("orientation-long.jpg")]
    [InlineData("orientation-long.png")]
    public void A_phone_s_photo_is_turned(string file)
    {
        var reader = Photos.Reader();
        var header = reader.ReadHeader(Photos.File(file));

        Assert.Equal((480, 360), (header.Width, header.Height));
        var (expected, shown) = (reader.Show(Photos.File("plain.jpg"), 8, 6), reader.Show(Photos.File(file), 8, 6));
        Assert.All(expected.Zip(shown), pair => Assert.InRange(pair.Second, pair.First - 12, pair.First + 12));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(65_537)]
    [InlineData(-1)]
    public void A_value_out_of_range_is_upright_whatever_its_type(int orientation)
    {
        var reader = Photos.Reader();
        var photo = Photos.Encode(SKEncodedImageFormat.Jpeg);
        foreach (ushort type in new[] { 1, 4, 6, 8, 9 })
        {
            // As a BYTE or SHORT, 65,537 is 1.
            Assert.Equal(
                photo,
                reader.RemoveMetadata(WithExif(photo, SKEncodedImageFormat.Jpeg, Parts.Orientation(type, orientation, bigEndian: false)))
            );
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
        WithExif(photo, format, Parts.Exif(orientation, "secret"));

    private static byte[] WithExif(byte[] photo, SKEncodedImageFormat format, byte[] exif) =>
        format switch
        {
            SKEncodedImageFormat.Jpeg => Parts.InsertIntoJpeg(photo, Parts.JpegSegment(0xE1, [.. "Exif\0\0"u8, .. exif])),
            SKEncodedImageFormat.Png => Parts.InsertIntoPng(photo, Parts.PngChunk("eXIf", exif)),
            _ => Parts.Webp(Parts.WebpExtended(0x08, 32, 24), Parts.WebpPicture(photo), Parts.WebpChunk("EXIF", exif)),
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
