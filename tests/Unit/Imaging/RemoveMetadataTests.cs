using System.Text;
using GourmetGram.Application.Classification;
using SkiaSharp;

namespace GourmetGram.Tests.Unit.Imaging;

/// <summary>Every planted text holds the word "secret"; none may survive.</summary>
public sealed class RemoveMetadataTests
{
    private const string Profile = "the colour profile";

    private static readonly IPhotoReader Reader = Photos.Reader();

    [Fact]
    public void A_JPEG_keeps_its_picture_its_profile_and_its_orientation_only()
    {
        var photo = Photos.Golden("landscape.jpg");
        byte[] upload =
        [
            .. Parts.InsertIntoJpeg(
                photo,
                Parts.JpegExif(orientation: 8, "secret place"),
                Parts.JpegSegment(0xE0, [.. "JFXX\0"u8, 0x13, .. Secret("thumbnail")]),
                Parts.JpegSegment(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Secret("XMP")]),
                Parts.JpegSegment(0xE2, [.. "MPF\0"u8, .. Secret("second picture")]),
                Parts.JpegSegment(0xE2, [.. "ICC_PROFILE\0"u8, 1, 2, .. Encoding.ASCII.GetBytes(Profile)]),
                Parts.JpegSegment(0xE2, [.. "ICC_PROFILE\0"u8, 2, 2, .. "its end"u8]),
                Parts.JpegSegment(0xED, [.. "Photoshop 3.0\0"u8, .. Secret("IPTC")]),
                Parts.JpegSegment(0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 1, .. Secret("behind Adobe's fields")]),
                Parts.JpegSegment(0xEE, Secret("foreign")),
                Parts.JpegSegment(0xFE, Secret("comment")),
                Secret("between segments")
            ),
            .. Photos.Golden("tall.jpg"),
            .. Secret("trailer"),
        ];

        var clean = Reader.RemoveMetadata(upload);

        Assert.False(Parts.Holds(clean, "secret"));
        Assert.True(Parts.Holds(clean, Profile));
        Assert.True(Parts.Holds(clean, "its end"));
        Assert.True(Parts.Holds(clean, "Adobe"));
        Assert.Equal(new PhotoHeader("image/jpeg", ".jpg", 427, 640, 0), Reader.ReadHeader(clean) with { DecodeBytes = 0 });
        Assert.Equal(CompressedPixels(photo), CompressedPixels(clean));
        Assert.Equal(Reader.Decode(upload, 50, 60), Reader.Decode(clean, 50, 60));
        Assert.Equal(clean, Reader.RemoveMetadata(clean));
    }

    [Fact]
    public void A_JFIF_thumbnail_goes_and_its_density_stays()
    {
        var photo = Photos.Golden("landscape.jpg");
        var bare = Parts.JpegSegment(0xE0, [.. "JFIF\0"u8, 1, 2, 1, 0, 72, 0, 96, 0, 0]);
        var withThumbnail = Parts.JpegSegment(0xE0, [.. "JFIF\0"u8, 1, 2, 1, 0, 72, 0, 96, 2, 1, .. "secret"u8]);

        // Behind the start marker the golden photo has 18 bytes of JFIF.
        Assert.Equal(
            (byte[])[0xFF, 0xD8, .. bare, .. photo[20..]],
            Reader.RemoveMetadata((byte[])[0xFF, 0xD8, .. withThumbnail, .. photo[20..]])
        );
    }

    [Theory]
    [InlineData("landscape.jpg")]
    [InlineData("progressive-6mp.jpg")]
    [InlineData("palette.png")]
    [InlineData("photo.webp")]
    public void A_photo_without_metadata_stays_as_it_is(string file) =>
        Assert.Equal(Photos.Golden(file), Reader.RemoveMetadata(Photos.Golden(file)));

    [Theory]
    [InlineData("restarts.jpg")]
    [InlineData("progressive-restarts.jpg")]
    public void Restart_markers_belong_to_the_pixels(string file)
    {
        var photo = Photos.File(file);

        Assert.Equal(photo, Reader.RemoveMetadata((byte[])[.. photo, .. "secret"u8]));
    }

    [Fact]
    public void A_PNG_keeps_its_picture_its_profile_and_its_orientation_only()
    {
        var photo = Photos.Golden("alpha.png");
        var profile = Parts.PngChunk("iCCP", [.. "profile\0\0"u8, .. Parts.Deflate(Encoding.ASCII.GetBytes(Profile))]);
        byte[] upload =
        [
            .. Parts.InsertIntoPng(
                photo,
                profile,
                Parts.PngChunk("pHYs", 0, 0, 11, 19, 0, 0, 11, 19, 1),
                Parts.PngChunk("tEXt", Secret("text")),
                Parts.PngChunk("zTXt", Secret("packed text")),
                Parts.PngChunk("iTXt", [.. "XML:com.adobe.xmp\0"u8, .. Secret("XMP")]),
                Parts.PngChunk("tIME", 7, 227, 1, 2, 3, 4, 5),
                Parts.PngChunk("sPLT", Secret("palette")),
                Parts.PngChunk("acTL", 0, 0, 0, 1, 0, 0, 0, 0),
                Parts.PngChunk("fdAT", [0, 0, 0, 0, .. Secret("animation")]),
                Parts.PngChunk("eXIf", Parts.Exif(orientation: 5, "secret place")),
                Parts.PngChunk("seCr", Secret("private chunk"))
            )[..^12],
            .. Parts.PngChunk("IEND", Secret("end")),
            .. Secret("trailer"),
        ];

        var clean = Reader.RemoveMetadata(upload);

        Assert.False(Parts.Holds(clean, "secret"));
        Assert.Equal(["IHDR", "iCCP", "pHYs", "eXIf", "IDAT", "IDAT", "IDAT", "IEND"], PngChunks(clean));
        Assert.True(clean.AsSpan().IndexOf(profile) > 0);
        Assert.Equal(new PhotoHeader("image/png", ".png", 257, 333, 0), Reader.ReadHeader(clean) with { DecodeBytes = 0 });
        Assert.Equal(Reader.Decode(upload, 50, 60), Reader.Decode(clean, 50, 60));
        Assert.Equal(clean, Reader.RemoveMetadata(clean));
        Assert.True(clean.AsSpan().EndsWith(photo.AsSpan(33)), "the pixels were not copied bit for bit");
    }

    [Fact]
    public void A_written_PNG_orientation_has_a_right_checksum()
    {
        var clean = Reader.RemoveMetadata(
            Parts.InsertIntoPng(Photos.Golden("tiny.png"), Parts.PngChunk("eXIf", Parts.Exif(orientation: 7, "secret")))
        );
        var expected = Parts.PngChunk("eXIf", [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 7, 0, 0, 0, 0, 0, 0]);

        Assert.True(clean.AsSpan().IndexOf(expected) >= 0);
    }

    [Fact]
    public void A_WebP_keeps_its_picture_its_profile_and_its_orientation_only()
    {
        var picture = Parts.WebpPicture(Photos.Golden("photo.webp"));
        byte[] upload =
        [
            .. Parts.Webp(
                Parts.WebpExtended(0x20 | 0x08 | 0x04, 512, 512),
                Parts.WebpChunk("ICCP", Encoding.ASCII.GetBytes(Profile + "!")),
                Parts.WebpChunk("secr", Secret("private chunk")),
                picture,
                Parts.WebpChunk("EXIF", Parts.Exif(orientation: 1, "secret place")),
                Parts.WebpChunk("XMP ", Secret("XMP"))
            ),
            .. Secret("trailer"),
        ];

        var clean = Reader.RemoveMetadata(upload);

        Assert.Equal(
            Parts.Webp(Parts.WebpExtended(0x20, 512, 512), Parts.WebpChunk("ICCP", Encoding.ASCII.GetBytes(Profile + "!")), picture),
            clean
        );
        Assert.Equal(Reader.Decode(upload, 50, 60), Reader.Decode(clean, 50, 60));
        Assert.Equal(clean, Reader.RemoveMetadata(clean));
    }

    [Theory]
    [InlineData(255)]
    [InlineData(102)]
    public void A_WebP_with_an_orientation_is_stored_turned_with_the_same_pixels_and_its_profile(byte alpha)
    {
        // Lossy, of odd size, so that a picture encoded again with loss would differ.
        var photo = Photos.Encode(SKEncodedImageFormat.Webp, width: 33, height: 25, alpha, quality: 60);
        var picture = Parts.WebpChunks(photo).Where(chunk => !chunk.AsSpan().StartsWith("VP8X"u8)).ToArray();
        var profile = Parts.WebpChunk("ICCP", Encoding.ASCII.GetBytes(Profile));
        var upload = Parts.Webp([
            Parts.WebpExtended(0x28 | 0x10, 33, 25),
            profile,
            .. picture,
            Parts.WebpChunk("EXIF", Parts.Exif(orientation: 6, "secret")),
        ]);

        var clean = Reader.RemoveMetadata(upload);

        Assert.False(Parts.Holds(clean, "secret"));
        Assert.False(Parts.Holds(clean, "EXIF"));
        Assert.True(Parts.Holds(clean, Profile));
        Assert.Equal(clean, Reader.RemoveMetadata(clean));
        using var before = SKBitmap.Decode(upload);
        using var after = SKBitmap.Decode(clean);
        Assert.Equal((25, 33), (after.Width, after.Height));
        for (var y = 0; y < after.Height; y++)
        {
            for (var x = 0; x < after.Width; x++)
                Assert.Equal(before.GetPixel(y, before.Height - 1 - x), after.GetPixel(x, y));
        }
    }

    [Fact]
    public void A_second_picture_in_a_WebP_goes()
    {
        var photo = Photos.Golden("photo.webp");

        Assert.Equal(photo, Reader.RemoveMetadata(Parts.Webp(Parts.WebpPicture(photo), Parts.WebpChunk("VP8 ", Secret("second picture")))));
    }

    [Fact]
    public void An_animated_WebP_keeps_its_frames_and_shows_the_first()
    {
        var first = Photos.Encode(SKEncodedImageFormat.Webp, quality: 80);
        byte[][] frames =
        [
            Parts.WebpExtended(0x02, 32, 24),
            Parts.WebpChunk("ANIM", 255, 255, 255, 255, 0, 0),
            Parts.WebpFrame(32, 24, Parts.WebpPicture(first)),
            Parts.WebpFrame(32, 24, Parts.WebpPicture(Photos.Encode(SKEncodedImageFormat.Webp, quality: 10))),
        ];
        var upload = Parts.Webp(
            frames[0],
            frames[1],
            Parts.WebpFrame(32, 24, Parts.WebpPicture(first), Parts.WebpChunk("secr", Secret("in a frame"))),
            frames[3],
            Parts.WebpChunk("XMP ", Secret("XMP"))
        );

        Assert.Equal(Parts.Webp(frames), Reader.RemoveMetadata(upload));
        Assert.Equal(Reader.Decode(first, 16, 16), Reader.Decode(upload, 16, 16));
    }

    [Theory]
    [InlineData(4 << 20, true)]
    [InlineData((4 << 20) + 1, false)]
    public void A_colour_profile_stays_unless_it_is_larger_than_any_is(int bytes, bool stays)
    {
        var profile = new byte[bytes];
        profile.AsSpan().Fill((byte)'p');
        var parts = profile.Chunk(60_000).ToList();
        // Each part of a JPEG's profile begins with 14 bytes that say which it is.
        var jpeg = Parts.InsertIntoJpeg(
            Photos.File("420.jpg"),
            [
                .. parts.Select(
                    (part, i) =>
                        Parts.JpegSegment(
                            0xE2,
                            [.. "ICC_PROFILE\0"u8, (byte)(i + 1), (byte)parts.Count, .. part[..^(i == 0 ? 14 * parts.Count : 0)]]
                        )
                ),
            ]
        );
        var png = Parts.InsertIntoPng(Photos.Golden("tiny.png"), Parts.PngChunk("iCCP", [.. "p\0\0"u8, .. Parts.Deflate(profile)]));
        var webp = Parts.Webp(
            Parts.WebpExtended(0x20, 32, 24),
            Parts.WebpChunk("ICCP", profile),
            Parts.WebpPicture(Photos.Encode(SKEncodedImageFormat.Webp, quality: 60))
        );

        Assert.Equal(stays, Parts.Holds(Reader.RemoveMetadata(jpeg), "ICC_PROFILE"));
        Assert.Equal(stays, Parts.Holds(Reader.RemoveMetadata(png), "iCCP"));
        Assert.Equal(stays, Parts.Holds(Reader.RemoveMetadata(webp), "ICCP"));
    }

    [Fact]
    public void Ancillary_chunks_that_are_broken_are_dropped_and_the_photo_is_taken()
    {
        var photo = Photos.Golden("tiny.png");
        byte[][] broken =
        [
            Parts.PngChunk("gAMA", 1, 2, 3),
            Parts.PngChunk("cHRM", Secret("no colours")),
            Parts.PngChunk("tRNS", new byte[300]),
            Parts.PngChunk("iCCP", [.. "profile\0\0"u8, .. Secret("not compressed")]),
            Parts.PngChunk("iCCP", Secret("no end of the name")),
            Parts.PngChunk("eXIf", Secret("no EXIF")),
            Parts.PngChunk("tEXt", Secret("no keyword")),
            Parts.PngChunk("zTXt", 0, 1, 2),
            WithWrongChecksum(Parts.PngChunk("pHYs", 0, 0, 11, 19, 0, 0, 11, 19, 1)),
            WithWrongChecksum(Parts.PngChunk("tEXt", Secret("text"))),
            WithWrongChecksum(Parts.PngChunk("eXIf", Parts.Orientation(type: 3, 6, bigEndian: true))),
        ];

        foreach (var chunk in broken)
            Assert.Equal(photo, Reader.RemoveMetadata(Parts.InsertIntoPng(photo, chunk)));
        Assert.Equal(photo, Reader.RemoveMetadata(Parts.InsertIntoPng(photo, broken)));
    }

    private static byte[] WithWrongChecksum(byte[] chunk) => [.. chunk[..^1], (byte)(chunk[^1] ^ 1)];

    public static TheoryData<string, byte[]> Broken =>
        new()
        {
            { "cut in a JPEG segment", Photos.Golden("landscape.jpg")[..200] },
            { "no scan", [0xFF, 0xD8, .. Parts.JpegSegment(0xC0, 8, 0, 16, 0, 8, 1, 1, 0x11, 0), 0xFF, 0xD9] },
            { "a JPEG in a JPEG", Parts.InsertIntoJpeg(Photos.Golden("landscape.jpg"), [0xFF, 0xD8]) },
            { "cut in a PNG chunk", Photos.Golden("tiny.png")[..100] },
            { "no IDAT", [.. Parts.PngSignature, .. Parts.PngHeader(8, 8, 8, 2), .. Parts.PngChunk("IEND")] },
            { "unknown critical chunk", Parts.InsertIntoPng(Photos.Golden("tiny.png"), Parts.PngChunk("CgBI", 0, 0, 0, 0)) },
            { "cut in a WebP chunk", Photos.Golden("photo.webp")[..^2] },
            { "no picture chunk", Parts.Webp(Parts.WebpExtended(0, 8, 8)) },
        };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_structure_is_damaged(string how, byte[] upload)
    {
        Assert.NotEmpty(how);
        var refusal = Photos.AssertRefused(PhotoFault.Damaged, () => Reader.RemoveMetadata(upload));

        Assert.Matches(
            "^The photo is incomplete or damaged: .+ Send it again, or export it again from the program that created it.$",
            refusal.Message
        );
    }

    private static byte[] Secret(string what) => Encoding.ASCII.GetBytes($"secret {what}");

    private static byte[] CompressedPixels(byte[] jpeg)
    {
        var scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA, 0x00]);
        return jpeg.AsSpan(scan, jpeg.AsSpan(scan).IndexOf((ReadOnlySpan<byte>)[0xFF, 0xD9])).ToArray();
    }

    private static List<string> PngChunks(byte[] png)
    {
        var types = new List<string>();
        for (var position = 8; position < png.Length; )
        {
            types.Add(Encoding.ASCII.GetString(png, position + 4, 4));
            position += System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(position)) + 12;
        }

        return types;
    }
}
