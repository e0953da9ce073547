namespace GourmetGram.Application.Classification;

/// <summary>What a photo's header says.</summary>
/// <param name="MediaType"><c>image/jpeg</c>, <c>image/png</c> or <c>image/webp</c>.</param>
/// <param name="Extension"><c>.jpg</c>, <c>.png</c> or <c>.webp</c>.</param>
/// <param name="Width">Width in pixels as a viewer shows it, orientation applied.</param>
/// <param name="Height">Height in pixels as a viewer shows it, orientation applied.</param>
/// <param name="DecodeBytes">Memory that decoding it takes at most, estimated from its kind and size.</param>
public sealed record PhotoHeader(string MediaType, string Extension, int Width, int Height, long DecodeBytes);

/// <summary>Why a photo cannot be used.</summary>
public enum PhotoFault
{
    /// <summary>No bytes at all.</summary>
    Empty,

    /// <summary>More bytes than <see cref="LimitsOptions.UploadMebibytes"/>.</summary>
    TooManyBytes,

    /// <summary>Not a JPEG, PNG or WebP.</summary>
    UnknownFormat,

    /// <summary>More pixels than <see cref="LimitsOptions.Megapixels"/>, or more than a photo of its kind can have within <see cref="LimitsOptions.DecodeMebibytes"/>.</summary>
    TooManyPixels,

    /// <summary>The header promises a photo that the rest does not hold.</summary>
    Damaged,
}

/// <summary>A photo cannot be used; the message tells the sender what to do. Nothing was stored.</summary>
public sealed class UnusablePhotoException(PhotoFault fault, string message) : Exception(message)
{
    public PhotoFault Fault { get; } = fault;
}

/// <summary>Reads JPEG, PNG and WebP, told apart by their content and never by their name.</summary>
public interface IPhotoReader
{
    /// <summary>Reads the header only: format and size, against the limits on bytes, pixels and memory. Decodes nothing.</summary>
    /// <exception cref="UnusablePhotoException">Any fault that the header shows.</exception>
    PhotoHeader ReadHeader(ReadOnlyMemory<byte> upload);

    /// <summary>
    /// The same photo without EXIF, XMP, IPTC, comments, thumbnails and trailing bytes. Compressed pixels are copied, not encoded again; orientation and colour profile stay.
    /// </summary>
    /// <exception cref="UnusablePhotoException">The file's structure is broken (<see cref="PhotoFault.Damaged"/>).</exception>
    byte[] RemoveMetadata(ReadOnlyMemory<byte> upload);

    /// <summary>
    /// Decodes, turns it upright, lays transparency on white and squashes it to <paramref name="width"/>×<paramref name="height"/> with an antialiased triangle filter (Pillow's BILINEAR).
    /// </summary>
    /// <returns>width × height × 3 bytes, row by row, RGB.</returns>
    /// <exception cref="UnusablePhotoException">The pixels cannot be decoded (<see cref="PhotoFault.Damaged"/>).</exception>
    byte[] Decode(ReadOnlyMemory<byte> upload, int width, int height);

    /// <summary>
    /// A smaller JPEG of a photo for looking at: upright, in sRGB, without metadata, transparency on white, sides in proportion. A photo that is small already keeps its size.
    /// </summary>
    /// <param name="photo">JPEG, PNG or WebP.</param>
    /// <param name="longestSide">Most pixels of the longer side.</param>
    /// <exception cref="UnusablePhotoException">The pixels cannot be decoded (<see cref="PhotoFault.Damaged"/>), or the limits on photos are lower now than when it came.</exception>
    byte[] Thumbnail(ReadOnlyMemory<byte> photo, int longestSide);
}
