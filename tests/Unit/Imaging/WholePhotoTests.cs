using GourmetGram.Application.Classification;
using SkiaSharp;

namespace GourmetGram.Tests.Unit.Imaging;

/// <summary>
/// Whether a photo is whole is decided by its pixels: one whose end is missing is taken, one whose pixels are missing never.
/// </summary>
public sealed class WholePhotoTests
{
    private static readonly IPhotoReader Reader = Photos.Reader();

    private static readonly byte[] EndMarker = [0xFF, 0xD9];

    public static TheoryData<string> Jpegs =>
        [
            "420.jpg",
            "422.jpg",
            "440.jpg",
            "444.jpg",
            "411.jpg",
            "grey.jpg",
            "optimized.jpg",
            "restarts.jpg",
            "standard-tables.jpg",
            "scan-per-component.jpg",
            "two-scans.jpg",
            "progressive.jpg",
            "progressive-grey.jpg",
            "progressive-restarts.jpg",
        ];

    public static TheoryData<string, byte[]> Pngs
    {
        get
        {
            const int side = 9;
            byte[] interlaced = [0, 0, 0, side, 0, 0, 0, side, 8, 2, 0, 0, 1];
            // Seven passes, each of so many rows of so many pixels.
            (int Rows, int Columns)[] passes = [(2, 2), (2, 1), (1, 3), (3, 2), (2, 5), (5, 4), (4, 9)];
            byte[] rows =
            [
                .. passes
                    .SelectMany(
                        (pass, i) => Enumerable.Repeat((byte[])[0, .. Enumerable.Repeat((byte)(i * 30), pass.Columns * 3)], pass.Rows)
                    )
                    .SelectMany(r => r),
            ];
            return new TheoryData<string, byte[]>
            {
                { "opaque", Photos.Encode(SKEncodedImageFormat.Png) },
                { "transparent", Photos.Encode(SKEncodedImageFormat.Png, alpha: 100) },
                { "1 bit", Parts.Png(Parts.PngHeader(19, 3, 1, 0), [0, 0xAA, 0x55, 0xE0, 0, 0x12, 0x34, 0x40, 0, 0xFF, 0, 0x20]) },
                {
                    "16 bits",
                    Parts.Png(Parts.PngHeader(2, 2, 16, 2), [.. Enumerable.Range(0, 26).Select(i => (byte)(i is 0 or 13 ? 0 : i * 9))])
                },
                { "interlaced", Parts.Png(Parts.PngChunk("IHDR", interlaced), rows) },
            };
        }
    }

    public static TheoryData<string, byte[]> Webps
    {
        get
        {
            var lossy = Photos.Encode(SKEncodedImageFormat.Webp, quality: 60);
            var frame = Parts.WebpFrame(32, 24, Parts.WebpPicture(lossy));
            return new TheoryData<string, byte[]>
            {
                { "lossy", lossy },
                { "lossless", Photos.Encode(SKEncodedImageFormat.Webp) },
                { "transparent", Photos.Encode(SKEncodedImageFormat.Webp, alpha: 100, quality: 60) },
                {
                    "extended",
                    Parts.Webp(
                        Parts.WebpExtended(0x28, 32, 24),
                        Parts.WebpChunk("ICCP", "a profile"u8.ToArray()),
                        Parts.WebpPicture(lossy),
                        Parts.WebpChunk("EXIF", Parts.Exif(orientation: 1, "secret"))
                    )
                },
                { "animated", Parts.Webp(Parts.WebpExtended(2, 32, 24), Parts.WebpChunk("ANIM", 0, 0, 0, 0, 0, 0), frame, frame) },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Jpegs))]
    public void A_JPEG_without_its_end_marker_is_stored_with_one_and_without_what_follows(string file)
    {
        var photo = Photos.File(file);
        var pixels = photo[..^2];
        // A trailer may hold another picture, another end, or look like one more scan.
        byte[][] trailers =
        [
            [],
            [0],
            new byte[600],
            [0xFF],
            [0xFF, 0xFF, 0xFF],
            [.. "video"u8, .. photo],
            [.. "SEFT"u8, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2, 3],
            EndMarker,
            [0xFF, 0xFF, 0xFF, .. EndMarker],
            [.. EndMarker, .. photo],
            [.. EndMarker, .. new byte[600]],
            [0xFF, 0xD0, .. EndMarker],
        ];

        Assert.Equal(photo, Reader.RemoveMetadata(photo));
        foreach (var trailer in trailers)
            Assert.Equal(photo, Reader.RemoveMetadata((byte[])[.. pixels, .. trailer]));
    }

    [Theory]
    [MemberData(nameof(Jpegs))]
    public void A_JPEG_that_is_cut_off_anywhere_is_refused_or_whole(string file)
    {
        var photo = Photos.File(file);
        AssertRefusedOrWhole(photo, cut => cut);
        AssertRefusedOrWhole(photo, cut => [.. cut, .. EndMarker]);
        AssertRefusedOrWhole(photo, cut => [.. cut, .. new byte[40]]);
    }

    [Fact]
    public void An_arithmetic_JPEG_needs_its_end_marker()
    {
        var photo = Photos.File("arithmetic.jpg");

        Assert.Equal(photo, Reader.RemoveMetadata(photo));
        AssertRefusedOrWhole(photo, cut => cut);
    }

    [Theory]
    [InlineData("no-end-marker.jpg")]
    [InlineData("zero-padded.jpg")]
    [InlineData("samsung-panorama.jpg")]
    public void What_phones_write_is_stored_as_if_they_wrote_it_right(string file) =>
        Assert.Equal(Photos.File("plain.jpg"), Reader.RemoveMetadata(Photos.File(file)));

    [Fact]
    public void Half_of_the_pixels_with_an_end_marker_is_half_a_photo()
    {
        var refusal = Photos.AssertRefused(PhotoFault.Damaged, () => Reader.RemoveMetadata(Photos.File("half-lost.jpg")));

        Assert.Contains("end or break at row 176 of 360", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Jpegs))]
    public void A_JPEG_whose_rest_was_filled_with_zeros_is_refused(string file)
    {
        var photo = Photos.File(file);
        for (var missing = 3; missing < photo.Length / 3; missing += 7)
            Photos.AssertRefused(PhotoFault.Damaged, () => Reader.RemoveMetadata((byte[])[.. photo[..^missing], .. new byte[5000]]));
    }

    [Fact]
    public void The_trailer_of_a_photo_does_not_count_for_its_memory()
    {
        var photo = Photos.File("420.jpg");

        Assert.Equal(
            Reader.ReadHeader(photo),
            Reader.ReadHeader((byte[])[.. photo[..^2], .. Photos.File("progressive.jpg"), .. Photos.File("two-scans.jpg")])
        );
    }

    [Theory]
    [MemberData(nameof(Pngs))]
    public void A_PNG_without_its_end_is_stored_with_one(string kind, byte[] photo)
    {
        Assert.NotEmpty(kind);
        var pixels = photo[..^12];
        byte[][] trailers =
        [
            [],
            [0],
            [0, 0, 0, 0, .. "IE"u8],
            new byte[600],
            [.. "a trailer that is no chunk"u8],
            Parts.PngChunk("tEXt", 1)[..9],
        ];
        foreach (var trailer in trailers)
            Assert.Equal(photo, Reader.RemoveMetadata((byte[])[.. pixels, .. trailer]));
    }

    [Fact]
    public void A_PNG_of_a_program_that_forgets_the_end_is_taken()
    {
        var clean = Reader.RemoveMetadata(Photos.File("no-end-chunk.png"));

        Assert.Equal([.. Photos.File("no-end-chunk.png"), .. Parts.PngChunk("IEND")], clean);
        Assert.Equal(Reader.Show(Photos.File("plain.jpg"), 4, 3).Select(v => v / 32), Reader.Decode(clean, 4, 3).Select(v => v / 32));
    }

    [Theory]
    [MemberData(nameof(Pngs))]
    public void A_PNG_that_is_cut_off_anywhere_is_refused_or_whole(string kind, byte[] photo)
    {
        Assert.NotEmpty(kind);
        AssertRefusedOrWhole(photo, cut => cut);
        AssertRefusedOrWhole(photo, cut => [.. cut, .. Parts.PngChunk("IEND")]);
        AssertRefusedOrWhole(photo, WithFewerPixels);
    }

    [Theory]
    [MemberData(nameof(Webps))]
    public void A_WebP_whose_sizes_are_wrong_is_stored_with_right_ones(string kind, byte[] photo)
    {
        Assert.NotEmpty(kind);
        var clean = Reader.RemoveMetadata(photo);
        foreach (var size in new[] { 0, 3, photo.Length - 9, photo.Length - 7, photo.Length, photo.Length + 100, int.MaxValue, -1 })
        {
            byte[] wrong = [.. "RIFF"u8, .. BitConverter.GetBytes(size), .. photo[8..]];
            Assert.Equal(clean, Reader.RemoveMetadata(wrong));
        }

        Assert.Equal(clean, Reader.RemoveMetadata((byte[])[.. photo, .. "a trailer"u8]));
        Assert.Equal(clean, Reader.RemoveMetadata((byte[])[.. photo, .. new byte[600]]));
        Assert.Equal(clean, Reader.RemoveMetadata((byte[])[.. photo, .. photo]));
    }

    [Fact]
    public void A_WebP_without_padding_is_stored_with_it()
    {
        var picture = Parts.WebpPicture(Photos.Encode(SKEncodedImageFormat.Webp, quality: 60));
        byte[] odd = [.. "secr"u8, 3, 0, 0, 0, 1, 2, 3];
        byte[] profile = [.. "ICCP"u8, 9, 0, 0, 0, .. "a profile"u8];
        var extended = Parts.WebpExtended(0x20, 32, 24);

        Assert.Equal(Parts.Webp(extended, [.. profile, 0], picture), Reader.RemoveMetadata(Parts.Webp(extended, profile, picture, odd)));
    }

    [Theory]
    [MemberData(nameof(Webps))]
    public void A_WebP_that_is_cut_off_anywhere_is_refused_or_whole(string kind, byte[] photo)
    {
        Assert.NotEmpty(kind);
        AssertRefusedOrWhole(photo, cut => cut);
        AssertRefusedOrWhole(photo, cut => cut.Length < 12 ? cut : [.. "RIFF"u8, .. BitConverter.GetBytes(cut.Length - 8), .. cut[8..]]);
        if (kind is "lossy" or "lossless")
            AssertRefusedOrWhole(photo, cut =>
                cut.Length < 30 ? cut : Parts.Webp(Parts.WebpChunk(kind == "lossy" ? "VP8 " : "VP8L", cut[20..]))
            );
    }

    /// <summary>Cuts a photo at each of its bytes: what is taken must show all of it.</summary>
    private static void AssertRefusedOrWhole(byte[] photo, Func<byte[], byte[]> change)
    {
        var header = Reader.ReadHeader(photo);
        var whole = Reader.Show(photo, header.Width, header.Height);
        for (var length = 0; length < photo.Length; length++)
        {
            byte[] shown;
            try
            {
                shown = Reader.Show(change(photo[..length]), header.Width, header.Height);
            }
            catch (UnusablePhotoException)
            {
                continue;
            }

            Assert.True(shown.AsSpan().SequenceEqual(whole), $"cut off after {length} of {photo.Length} bytes, other pixels are shown");
        }
    }

    /// <summary>Makes the part of a PNG's pixels that is left a chunk of its own with a right checksum, and adds the end.</summary>
    private static byte[] WithFewerPixels(byte[] cut)
    {
        var pixels = cut.AsSpan().IndexOf("IDAT"u8);
        return pixels < 0 ? cut : [.. cut[..(pixels - 4)], .. Parts.PngChunk("IDAT", cut[(pixels + 4)..]), .. Parts.PngChunk("IEND")];
    }
}
