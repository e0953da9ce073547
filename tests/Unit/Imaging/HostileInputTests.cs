using GourmetGram.Application.Classification;
using SkiaSharp;

namespace GourmetGram.Tests.Unit.Imaging;

/// <summary>Whatever bytes arrive, the only exception is the one that tells the sender what is wrong.</summary>
public sealed class HostileInputTests
{
    private const int Mutations = 2500;

    private static readonly IPhotoReader Reader = Photos.Reader(megapixels: 1);

    public static TheoryData<string, byte[]> Seeds
    {
        get
        {
            var webp = Photos.Encode(SKEncodedImageFormat.Webp, quality: 60);
            var frame = Parts.WebpFrame(32, 24, Parts.WebpPicture(webp));
            var profile = Parts.WebpChunk("ICCP", "a profile"u8.ToArray());
            var exif = Parts.Exif(orientation: 6, "secret");
            return new TheoryData<string, byte[]>
            {
                { "JPEG", Parts.InsertIntoJpeg(Photos.File("restarts.jpg"), Parts.JpegExif(6, "secret")) },
                {
                    "PNG",
                    Parts.InsertIntoPng(
                        Photos.Encode(SKEncodedImageFormat.Png),
                        Parts.PngChunk("eXIf", exif),
                        Parts.PngChunk("tEXt", "secret"u8.ToArray())
                    )
                },
                { "progressive JPEG", Parts.InsertIntoJpeg(Photos.File("progressive-restarts.jpg"), Parts.JpegExif(6, "secret")) },
                { "JPEG without restarts", Photos.Encode(SKEncodedImageFormat.Jpeg, quality: 60) },
                { "JPEG of several scans", Photos.File("scan-per-component.jpg") },
                { "lossy WebP", webp },
                { "lossless WebP", Photos.Encode(SKEncodedImageFormat.Webp, alpha: 100) },
                {
                    "extended WebP",
                    Parts.Webp(Parts.WebpExtended(0x28, 32, 24), profile, Parts.WebpPicture(webp), Parts.WebpChunk("EXIF", exif))
                },
                { "animated WebP", Parts.Webp(Parts.WebpExtended(2, 32, 24), Parts.WebpChunk("ANIM", 0, 0, 0, 0, 0, 0), frame, frame) },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Mutated_photos_are_read_or_refused(string kind, byte[] seed)
    {
        // Unless the picture itself is read, its mutations prove nothing.
        Assert.Equal(8 * 8 * 3, Reader.Decode(Reader.RemoveMetadata(seed), 8, 8).Length);
        var random = new Random(Seed: 20_261_123);
        var (cleaned, refused) = (0, 0);
        for (var i = 0; i < Mutations; i++)
        {
            var mutant = Mutate(seed, random);
            try
            {
                IsRead(() => Reader.ReadHeader(mutant));
                IsRead(() => Reader.Decode(mutant, 8, 8));
                byte[] clean = [];
                if (!IsRead(() => clean = Reader.RemoveMetadata(mutant)))
                {
                    refused++;
                    continue;
                }

                cleaned++;
                Assert.Equal(clean, Reader.RemoveMetadata(clean));
                IsRead(() => Reader.Decode(clean, 8, 8));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{kind}, mutation {i}: {Convert.ToHexString(mutant)}", exception);
            }
        }

        Assert.True(cleaned > Mutations / 50, $"only {cleaned} mutations were read");
        Assert.True(refused > Mutations / 50, $"only {refused} mutations were refused");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Photos_cut_off_anywhere_are_read_or_refused(string kind, byte[] seed)
    {
        Assert.NotEmpty(kind);
        for (var length = 0; length < seed.Length; length++)
        {
            var rest = seed.AsMemory(0, length);
            IsRead(() => Reader.ReadHeader(rest));
            IsRead(() => Reader.Decode(rest, 8, 8));
            IsRead(() => Reader.RemoveMetadata(rest));
        }
    }

    [Fact]
    public void Random_bytes_behind_each_signature_are_read_or_refused()
    {
        var random = new Random(Seed: 7);
        byte[][] signatures =
        [
            [0xFF, 0xD8, 0xFF],
            Parts.PngSignature,
            [.. "RIFF\0\x01\0\0WEBPVP8X"u8],
            [.. "RIFF\0\x01\0\0WEBPVP8L"u8],
            [],
        ];
        foreach (var signature in signatures)
        {
            for (var i = 0; i < 500; i++)
            {
                byte[] noise = [.. signature, .. new byte[random.Next(200)]];
                random.NextBytes(noise.AsSpan(signature.Length));
                IsRead(() => Reader.ReadHeader(noise));
                IsRead(() => Reader.RemoveMetadata(noise));
                IsRead(() => Reader.Decode(noise, 8, 8));
            }
        }
    }

    private static bool IsRead(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (UnusablePhotoException refusal)
        {
            Assert.NotEmpty(refusal.Message);
            return false;
        }
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var mutant = seed.ToArray();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            // Structure stands at the front, so most changes go there.
            var place = random.Next(random.Next(2) == 0 ? Math.Min(mutant.Length, 120) : mutant.Length);
            mutant[place] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(mutant[place] ^ (1 << random.Next(8))),
                _ => (byte)(random.Next(2) * 255),
            };
        }

        return random.Next(4) switch
        {
            0 => mutant[..random.Next(mutant.Length)],
            1 => [.. mutant[..random.Next(mutant.Length)], .. mutant[random.Next(mutant.Length)..]],
            _ => mutant,
        };
    }
}
