namespace GourmetGram.Infrastructure.Imaging;

/// <summary>Size and orientation of the picture, read from the file's header.</summary>
/// <param name="Width">Pixels per row as stored, before <paramref name="Orientation"/> is applied.</param>
/// <param name="Height">Rows as stored, before <paramref name="Orientation"/> is applied.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8.</param>
/// <param name="BytesPerPixel">Memory that decoding takes per pixel; each format documents its measurement.</param>
internal sealed record PhotoLayout(int Width, int Height, int Orientation, int BytesPerPixel)
{
    /// <summary>
    /// Memory that decoding takes regardless of the photo's size: strips of the widest JPEG and the resized picture. The measured maximum
    /// is 36 MB, for the largest thumbnail, when pixels take no other memory.
    /// </summary>
    private const long Fixed = 36_000_000;

    public long DecodeBytes => Fixed + ((long)Width * Height * BytesPerPixel);
}

/// <summary>The structure of one file format. Compressed pixels stay bytes: implementations decode nothing.</summary>
internal interface IPhotoFormat
{
    string MediaType { get; }

    /// <summary>File extension including its dot.</summary>
    string Extension { get; }

    /// <summary>Whether the file begins like a file of this format.</summary>
    bool Matches(ReadOnlySpan<byte> file);

    /// <summary>
    /// Reads the header up to the picture's size. Damage after that only loses the orientation, so a photo is checked for size before it is
    /// checked for damage.
    /// </summary>
    /// <exception cref="Application.Classification.UnusablePhotoException">No usable size is found.</exception>
    PhotoLayout ReadLayout(ReadOnlySpan<byte> file);

    /// <summary>
    /// Returns the file with only the parts that show the picture. Implementations list the parts to keep, never those to remove.
    /// </summary>
    /// <exception cref="Application.Classification.UnusablePhotoException">The structure is broken.</exception>
    byte[] RemoveMetadata(ReadOnlySpan<byte> file);
}
