using System.Runtime.InteropServices;
using GourmetGram.Application.Classification;
using NetVips;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>
/// Decodes the usual JPEG, in colour and without conversion, with libvips, whose libjpeg-turbo uses vector instructions. Skia's copy of the
/// same decoder is built without them and takes half as long again.
/// </summary>
internal static partial class VipsJpeg
{
    private const int Channels = 3;

    /// <summary>The answer to the sender says what is wrong with a photo. libvips would also print it.</summary>
    private static readonly Log.LogDelegate Silent = static (_, _, _) => { };

    static VipsJpeg()
    {
        // The gate decides how many photos are decoded at the same time, each on its caller's thread.
        NetVips.NetVips.Concurrency = 1;
        // A photo is decoded once, so results are not worth keeping.
        Cache.Max = 0;
        Cache.MaxFiles = 0;
        Cache.MaxMem = 0;
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, Silent);
    }

    /// <param name="photo">The file.</param>
    /// <param name="layout">Size from the file's header.</param>
    /// <param name="shrink">1, 2, 4 or 8: how many times smaller to decode.</param>
    /// <param name="width">Width of the result, in pixels.</param>
    /// <param name="height">Height of the result, in pixels.</param>
    /// <returns>width × height × 3 bytes, row by row, RGB; null if the picture is not stored in three colours.</returns>
    /// <exception cref="UnusablePhotoException">The pixels cannot be decoded.</exception>
    public static byte[]? Decode(byte[] photo, PhotoLayout layout, int shrink, int width, int height)
    {
        try
        {
            // A buffer would be copied.
            using var source = Source.NewFromMemory(photo);
            using var image = Image.JpegloadSource(source, shrink: shrink, access: Enums.Access.Sequential, failOn: Enums.FailOn.Truncated);
            if (image.Bands != Channels)
                return null;
            // The limit on pixels was checked against our own reading of the header, so libvips must have read the same size.
            if (image.Width != layout.Width / shrink || image.Height != layout.Height / shrink)
                throw Faults.Damaged("it says in different places that it has different sizes");
            var extent = ((double)layout.Width / shrink, (double)layout.Height / shrink);
            using var region = Region.New(image);
            return new TriangleResizer((image.Width, image.Height), extent, Channels, width, height).Resize(
                (first, count, rows) => Fetch(region, first, image.Width, count, rows)
            );
        }
        catch (VipsException)
        {
            throw Faults.Damaged("its compressed pixels cannot be decoded");
        }
    }

    /// <summary>
    /// Copies rows of a picture. <see cref="Region.Fetch"/> would return an array, and all rows of a photo together are megabytes, which
    /// is most of what classifying it allocates.
    /// </summary>
    private static unsafe void Fetch(Region region, int first, int width, int count, Span<byte> rows)
    {
        var pixels = FetchPixels(region, 0, first, width, count, out var length);
        if (pixels == 0)
            throw new VipsException("no pixels");
        try
        {
            new ReadOnlySpan<byte>((void*)pixels, checked((int)length)).CopyTo(rows);
        }
        finally
        {
            NetVips.NetVips.Free(pixels);
        }
    }

    [LibraryImport("libvips.so.42", EntryPoint = "vips_region_fetch")]
    private static partial nint FetchPixels(SafeHandle region, int left, int top, int width, int height, out nuint length);
}
