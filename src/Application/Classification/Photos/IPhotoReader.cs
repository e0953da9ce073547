namespace GourmetGram.Application.Classification;

/// <summary>Properties of a photo, read from its header.</summary>
/// <param name="MediaType"><c>image/jpeg</c>, <c>image/png</c> or <c>image/webp</c>.</param>
/// <param name="Extension"><c>.jpg</c>, <c>.png</c> or <c>.webp</c>.</param>
/// <param name="Width">Width in pixels as a viewer shows it, orientation applied.</param>
/// <param name="Height">Height in pixels as a viewer shows it, orientation applied.</param>
/// <param name="DecodeBytes">Most memory that decoding takes, estimated from format and size.</param>
public sealed record PhotoHeader(string MediaType, string Extension, int Width, int Height, long DecodeBytes)
{
    public double Megapixels => Width * (double)Height / LimitsOptions.PixelsPerMegapixel;
}

/// <summary>Why a photo cannot be used.</summary>
public enum PhotoFault
{
    /// <summary>The upload has no bytes.</summary>
    Empty,

    /// <summary>The upload has more bytes than <see cref="LimitsOptions.UploadMebibytes"/>.</summary>
    TooManyBytes,

    /// <summary>The upload is not a JPEG, PNG or WebP, or is a variant that browsers cannot show.</summary>
    UnknownFormat,

    /// <summary>
    /// The photo has more pixels than <see cref="LimitsOptions.Megapixels"/>, or its format needs more memory to decode than
    /// <see cref="LimitsOptions.DecodeMebibytes"/>.
    /// </summary>
    TooManyPixels,

    /// <summary>The header is valid, but parts of the photo are missing or broken.</summary>
    Damaged,
}

/// <summary>Thrown if a photo cannot be used. The message tells the sender what to do. Nothing was stored.</summary>
public sealed class UnusablePhotoException(PhotoFault fault, string message) : Exception(message)
{
    public PhotoFault Fault { get; } = fault;
}

/// <summary>Reads JPEG, PNG and WebP. The format is detected from the content, never from the file name.</summary>
public interface IPhotoReader
{
    /// <summary>Reads the header only, and checks format, bytes, pixels and memory against the limits. Decodes nothing.</summary>
    /// <exception cref="UnusablePhotoException">The header shows that the photo cannot be used.</exception>
    PhotoHeader ReadHeader(ReadOnlyMemory<byte> upload);

    /// <summary>
    /// Removes EXIF, XMP, IPTC, comments, embedded thumbnails and any data after the picture, and adds a missing end marker. Compressed
    /// pixels are copied, not encoded again; orientation and colour profile stay. The exception is a WebP with an orientation: browsers
    /// ignore it, so the picture is rotated and encoded again without loss.
    /// </summary>
    /// <returns>A file that viewers show completely.</returns>
    /// <exception cref="UnusablePhotoException">
    /// Parts of the picture are missing or the file is malformed (<see cref="PhotoFault.Damaged"/>), or the header shows that the photo
    /// cannot be used.
    /// </exception>
    byte[] RemoveMetadata(ReadOnlyMemory<byte> upload);

    /// <summary>
    /// Decodes the photo, turns it upright, puts transparency on white, and resizes it to
    /// <paramref name="width"/>×<paramref name="height"/> without preserving proportions, with an antialiased triangle filter (Pillow's
    /// BILINEAR).
    /// </summary>
    /// <param name="photo">The result of <see cref="RemoveMetadata"/>, which refuses a JPEG with missing parts; decoding would fill them
    /// with grey.</param>
    /// <param name="width">Width of the result in pixels.</param>
    /// <param name="height">Height of the result in pixels.</param>
    /// <returns>width × height × 3 bytes, row by row, RGB.</returns>
    /// <exception cref="UnusablePhotoException">The pixels cannot be decoded (<see cref="PhotoFault.Damaged"/>).</exception>
    byte[] Decode(ReadOnlyMemory<byte> photo, int width, int height);

    /// <summary>
    /// Creates a smaller JPEG for display: upright, in sRGB, without metadata, transparency on white, proportions preserved. A photo that
    /// is already small keeps its size.
    /// </summary>
    /// <param name="photo">JPEG, PNG or WebP, as returned by <see cref="RemoveMetadata"/>.</param>
    /// <param name="longestSide">Maximum length of the longer side in pixels.</param>
    /// <exception cref="UnusablePhotoException">
    /// The pixels cannot be decoded (<see cref="PhotoFault.Damaged"/>), or the limits on photos were lowered since the upload.
    /// </exception>
    byte[] Thumbnail(ReadOnlyMemory<byte> photo, int longestSide);
}
