using SkiaSharp;

namespace GourmetGram.Benchmarks.Load;

/// <summary>Photos as cameras make them, from a drawing and noise.</summary>
internal static class LoadPhotos
{
    public static byte[] Make(string drawing, int width, int height, int quality)
    {
        using var source = SKBitmap.Decode(drawing);
        using var photo = source.Resize(
            new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque),
            new SKSamplingOptions(SKCubicResampler.Mitchell)
        );
        var random = new Random(1);
        var pixels = photo.GetPixelSpan();
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp(pixels[i] + random.Next(-6, 7), 0, 255);
        using var jpeg = photo.Encode(SKEncodedImageFormat.Jpeg, quality);
        return jpeg.ToArray();
    }
}
