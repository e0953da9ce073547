using GourmetGram.Application.Classification;
using GourmetGram.Infrastructure.Imaging;
using Microsoft.Extensions.Options;
using SkiaSharp;

namespace GourmetGram.Tests.Unit.Imaging;

/// <summary>Pictures to test with, and the reader under test.</summary>
internal static class Photos
{
    public static readonly string GoldenFolder = Path.Combine(AppContext.BaseDirectory, "models", "food11", "golden");

    public static IPhotoReader Reader(int megapixels = 40, int mebibytes = 20) =>
        new PhotoReader(Options.Create(new LimitsOptions { Megapixels = megapixels, UploadMebibytes = mebibytes }));

    /// <summary>A photo of the folder Files.</summary>
    public static byte[] File(string name) => System.IO.File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "photos", name));

    /// <summary>What is seen of an upload: it is cleaned, and the clean file is decoded.</summary>
    /// <returns>width × height × 3 bytes, RGB.</returns>
    public static byte[] Show(this IPhotoReader reader, ReadOnlyMemory<byte> upload, int width, int height) =>
        reader.Decode(reader.RemoveMetadata(upload), width, height);

    public static byte[] Golden(string file) => System.IO.File.ReadAllBytes(Path.Combine(GoldenFolder, file));

    /// <summary>A small picture in which every corner looks different.</summary>
    public static byte[] Encode(SKEncodedImageFormat format, int width = 32, int height = 24, byte alpha = 255, int quality = 100)
    {
        using var bitmap = new SKBitmap(
            new SKImageInfo(width, height, SKColorType.Rgba8888, alpha == 255 ? SKAlphaType.Opaque : SKAlphaType.Unpremul)
        );
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)(x * 255 / width), (byte)(y * 255 / height), (byte)((x + y) * 3), alpha));
        }

        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    public static UnusablePhotoException AssertRefused(PhotoFault fault, Action read)
    {
        var refusal = Assert.Throws<UnusablePhotoException>(read);
        Assert.Equal(fault, refusal.Fault);
        return refusal;
    }
}
