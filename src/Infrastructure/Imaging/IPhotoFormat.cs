namespace GourmetGram.Infrastructure.Imaging;

/// <summary>What a file says of its picture.</summary>
/// <param name="Width">Pixels a row as they are stored, before <paramref name="Orientation"/>.</param>
/// <param name="Height">Rows as they are stored, before <paramref name="Orientation"/>.</param>
/// <param name="Orientation">EXIF orientation, 1 to 8.</param>
/// <param name="BytesPerPixel">Memory that decoding takes; each format says what was measured.</param>
internal sealed record PhotoLayout(int Width, int Height, int Orientation, int BytesPerPixel)
{
    /// <summary>What decoding takes whatever the size: strips of the widest JPEG, the resized picture. Measured for the largest thumbnail: up to 36 MB where pixels take nothing else.</summary>
    private const long Fixed = 36_000_000;

    public long DecodeBytes => Fixed + ((long)Width * Height * BytesPerPixel);
}

/// <summary>The structure of one file format. Compressed pixels are bytes here: nothing is decoded.</summary>
internal interface IPhotoFormat
{
    string MediaType { get; }

    /// <summary>File extension with its dot.</summary>
    string Extension { get; }

    /// <summary>Whether the file begins as this format does.</summary>
    bool Matches(ReadOnlySpan<byte> file);

    /// <summary>Reads as far as the size stands; what is broken behind it only hides the orientation, so that a photo's size is judged before its health.</summary>
    /// <exception cref="Application.Classification.UnusablePhotoException">No usable size is found.</exception>
    PhotoLayout ReadLayout(ReadOnlySpan<byte> file);

    /// <summary>The file with nothing but what shows the picture: a list of what stays, never of what goes.</summary>
    /// <exception cref="Application.Classification.UnusablePhotoException">The structure is broken.</exception>
    byte[] RemoveMetadata(ReadOnlySpan<byte> file);
}
