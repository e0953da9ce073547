using System.IO.Compression;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>
/// ICC colour profiles of photos, which define what the stored colours mean. The largest in use, for printers, have about 3 MB.
/// </summary>
internal static class ColourProfile
{
    /// <summary>A larger profile is dropped, because viewers would spend their memory on it.</summary>
    public const int MostBytes = 4 << 20;

    /// <summary>Whether a zlib stream contains a profile small enough to keep.</summary>
    public static bool IsKept(ReadOnlySpan<byte> compressed)
    {
        using var zlib = new ZLibStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
        var buffer = new byte[1 << 14];
        try
        {
            var length = 0;
            while (zlib.Read(buffer) is > 0 and var read)
            {
                length += read;
                if (length > MostBytes)
                    return false;
            }

            return length > 0;
        }
        catch (InvalidDataException)
        {
            // Viewers ignore a profile that cannot be unpacked.
            return false;
        }
    }
}
