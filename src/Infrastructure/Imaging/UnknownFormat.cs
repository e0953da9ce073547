using System.Text;
using GourmetGram.Application.Classification;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>Names what was sent instead of a photo that can be used, so that the sender knows what to change.</summary>
internal static class UnknownFormat
{
    private const string IPhoneHint = "On an iPhone: Settings, Camera, Formats, Most Compatible.";
    private const int TextProbe = 1024;

    public static UnusablePhotoException Name(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("GIF8"u8))
            return Faults.UnknownFormat("a GIF");
        if (file.StartsWith("%PDF"u8))
            return Faults.UnknownFormat("a PDF");
        if (file.StartsWith("PK\u0003\u0004"u8))
            return Faults.UnknownFormat("a ZIP archive (or an Office document, which is one)");
        if (file.StartsWith("BM"u8) && file.Length > 26)
            return Faults.UnknownFormat("a BMP");
        if (file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8))
            return Faults.UnknownFormat("a TIFF or a camera's raw photo");
        if (file.Length >= 12 && file[4..].StartsWith("ftyp"u8))
            return NameMediaFile(Encoding.ASCII.GetString(file.Slice(8, 4)));
        var text = file[..Math.Min(file.Length, TextProbe)];
        if (text.TrimStart(" \t\r\n\uFEFF"u8).StartsWith("<"u8) && text.IndexOf("<svg"u8) >= 0)
            return Faults.UnknownFormat("an SVG drawing");
        return Faults.UnknownFormat(found: null);
    }

    /// <param name="brand">Four letters that say what an ISO media file holds.</param>
    private static UnusablePhotoException NameMediaFile(string brand) =>
        brand switch
        {
            "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" => Faults.UnknownFormat("a HEIC photo", IPhoneHint),
            "mif1" or "msf1" => Faults.UnknownFormat("a HEIF photo", IPhoneHint),
            "avif" or "avis" => Faults.UnknownFormat("an AVIF"),
            _ => Faults.UnknownFormat("a video"),
        };
}
