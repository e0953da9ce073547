using System.Runtime.InteropServices;
using GourmetGram.Application.Classification;
using Microsoft.Extensions.Options;
using SkiaSharp;

namespace GourmetGram.Infrastructure.Imaging;

internal sealed class PhotoReader(IOptions<LimitsOptions> limits) : IPhotoReader
{
    /// <summary>JPEG quality, 0 to 100. On a photo made smaller, the loss is invisible.</summary>
    private const int ThumbnailQuality = 80;

    private static readonly IPhotoFormat[] Formats = [new JpegFile(), new PngFile(), new WebpFile()];

    public PhotoHeader ReadHeader(ReadOnlyMemory<byte> upload)
    {
        var (format, layout) = Inspect(upload.Span);
        return ExifOrientation.Transposes(layout.Orientation)
            ? new PhotoHeader(format.MediaType, format.Extension, layout.Height, layout.Width, layout.DecodeBytes)
            : new PhotoHeader(format.MediaType, format.Extension, layout.Width, layout.Height, layout.DecodeBytes);
    }

    public byte[] RemoveMetadata(ReadOnlyMemory<byte> upload) => Inspect(upload.Span).Format.RemoveMetadata(upload.Span);

    public byte[] Decode(ReadOnlyMemory<byte> photo, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        return DecodeUpright(photo, Inspect(photo.Span).Layout, width, height);
    }

    public byte[] Thumbnail(ReadOnlyMemory<byte> photo, int longestSide)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(longestSide);
        var layout = Inspect(photo.Span).Layout;
        var (width, height) = ExifOrientation.Transposes(layout.Orientation)
            ? (layout.Height, layout.Width)
            : (layout.Width, layout.Height);
        var scale = Math.Min(1, longestSide / (double)Math.Max(width, height));
        width = Math.Max(1, (int)Math.Round(width * scale));
        height = Math.Max(1, (int)Math.Round(height * scale));

        // The thumbnail has no profile, so its colours are converted: a browser reads a JPEG without a profile as sRGB.
        using var colours = SKColorSpace.CreateSrgb();
        return EncodeJpeg(DecodeUpright(photo, layout, width, height, colours), width, height);
    }

    private static byte[] DecodeUpright(ReadOnlyMemory<byte> photo, PhotoLayout layout, int width, int height, SKColorSpace? colours = null)
    {
        // Resize before rotating, so that only the small picture is rotated.
        var (storedWidth, storedHeight) = ExifOrientation.Transposes(layout.Orientation) ? (height, width) : (width, height);
        var stored = PhotoDecoder.Decode(photo, layout, storedWidth, storedHeight, colours);
        if (layout.Orientation == ExifOrientation.Upright)
            return stored;
        var upright = new byte[stored.Length];
        ExifOrientation.Turn(
            MemoryMarshal.Cast<byte, Rgb>(stored),
            storedWidth,
            storedHeight,
            layout.Orientation,
            MemoryMarshal.Cast<byte, Rgb>(upright.AsSpan())
        );
        return upright;
    }

    private static byte[] EncodeJpeg(ReadOnlySpan<byte> rgb, int width, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque, colorspace: null));
        var pixels = bitmap.GetPixelSpan();
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
        {
            rgb.Slice(from, 3).CopyTo(pixels[to..]);
            pixels[to + 3] = byte.MaxValue;
        }

        using var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, ThumbnailQuality);
        return jpeg.ToArray();
    }

    /// <summary>Checks everything that can be checked without decoding the pixels.</summary>
    private (IPhotoFormat Format, PhotoLayout Layout) Inspect(ReadOnlySpan<byte> file)
    {
        if (file.Length > limits.Value.UploadBytes)
            throw Faults.TooManyBytes(file.Length, limits.Value.UploadBytes);
        var format = FormatOf(file);
        var layout = format.ReadLayout(file);
        if (layout.Width == 0 || layout.Height == 0)
            throw Faults.Damaged($"its header says {layout.Width} × {layout.Height} pixels");
        if ((long)layout.Width * layout.Height > limits.Value.Pixels)
            throw Faults.TooManyPixels(layout.Width, layout.Height, limits.Value.Pixels);
        if (layout.DecodeBytes > limits.Value.DecodeBytes)
            throw Faults.TooMuchMemory(layout, limits.Value);
        return (format, layout);
    }

    private static IPhotoFormat FormatOf(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
            throw Faults.Empty();
        foreach (var format in Formats)
        {
            if (format.Matches(file))
                return format;
        }

        throw UnknownFormat.Name(file);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Rgb(byte Red, byte Green, byte Blue);
}
