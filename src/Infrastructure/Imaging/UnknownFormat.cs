using System.Buffers.Binary;
using System.Text;
using GourmetGram.Application.Classification;

namespace GourmetGram.Infrastructure.Imaging;

/// <summary>Names the file type that was sent instead of a usable photo, so that the sender knows what to change.</summary>
internal static class UnknownFormat
{
    private const string RawPhoto = "a camera's raw photo";
    private const string IPhoneHint = "On an iPhone: Settings, Camera, Formats, Most Compatible.";
    private const int TextProbe = 1024;
    private const int MostBrands = 32;

    public static UnusablePhotoException Name(ReadOnlySpan<byte> file)
    {
        if (file.Length >= 12 && file[4..].StartsWith("ftyp"u8))
            return NameMediaFile(BrandsOf(file));
        return Faults.UnknownFormat(NameBySignature(file) ?? (IsSvg(file) ? "an SVG drawing" : null));
    }

    private static string? NameBySignature(ReadOnlySpan<byte> file) =>
        file switch
        {
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "a GIF",
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "a PDF",
            [(byte)'P', (byte)'K', 3, 4, ..] => "a ZIP archive or an Office document",
            [(byte)'B', (byte)'M', ..] when file.Length > 26 => "a BMP",
            [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => "a Photoshop document",
            [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ', ..] => "a JPEG XL",
            [0xFF, 0x4F, 0xFF, 0x51, ..] or [0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' ', ..] => "a JPEG 2000",
            [0x1A, 0x45, 0xDF, 0xA3, ..] => "a video",
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'A', (byte)'V', (byte)'I', (byte)' ', ..] => "a video",
            _ when IsRaw(file) => RawPhoto,
            [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => "a TIFF or a camera's raw photo",
            _ when IsOldQuickTime(file) => "a video",
            _ => null,
        };

    /// <summary>
    /// Whether a file is a raw photo that does not begin like a TIFF: Canon's CR2 and CRW, Panasonic's and Olympus's own, Fujifilm's,
    /// Minolta's, Sigma's.
    /// </summary>
    private static bool IsRaw(ReadOnlySpan<byte> file) =>
        (file.Length > 10 && file.StartsWith("II*\0"u8) && file[8..].StartsWith("CR"u8))
        || (file.Length >= 14 && file.StartsWith("II"u8) && file[6..].StartsWith("HEAPCCDR"u8))
        || file.StartsWith("IIU\0"u8)
        || file.StartsWith("IIRO"u8)
        || file.StartsWith("IIRS"u8)
        || file.StartsWith("MMOR"u8)
        || file.StartsWith("FUJIFILMCCD-RAW"u8)
        || file.StartsWith("\0MRM"u8)
        || file.StartsWith("FOVb"u8);

    /// <summary>Whether a file begins with one of these atoms, as QuickTime files did before brands were introduced.</summary>
    private static bool IsOldQuickTime(ReadOnlySpan<byte> file) =>
        file.Length >= 8 && (file[4..].StartsWith("moov"u8) || file[4..].StartsWith("mdat"u8) || file[4..].StartsWith("wide"u8));

    private static bool IsSvg(ReadOnlySpan<byte> file)
    {
        var text = file[..Math.Min(file.Length, TextProbe)];
        return text.TrimStart(" \t\r\n\uFEFF"u8).StartsWith("<"u8) && text.IndexOf("<svg"u8) >= 0;
    }

    /// <summary>Reads the brands of an ISO media file (ISO/IEC 14496-12): its own brand first, then those it is compatible with.</summary>
    private static List<string> BrandsOf(ReadOnlySpan<byte> file)
    {
        var size = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(file), (uint)file.Length);
        var brands = new List<string> { Encoding.ASCII.GetString(file.Slice(8, 4)) };
        for (var position = 16; position + 4 <= size && brands.Count < MostBrands; position += 4)
            brands.Add(Encoding.ASCII.GetString(file.Slice(position, 4)));
        return brands;
    }

    /// <summary>Names the file type. A codec's brand says more than a structural one (mif1, msf1), which HEIC and AVIF share.</summary>
    private static UnusablePhotoException NameMediaFile(List<string> brands)
    {
        if (brands[0] is "crx ")
            return Faults.UnknownFormat(RawPhoto);
        if (brands[0] is "jxl ")
            return Faults.UnknownFormat("a JPEG XL");
        if (brands[0] is "jp2 " or "jpx " or "jpm " or "jph ")
            return Faults.UnknownFormat("a JPEG 2000");
        var isPicture = IsHeic(brands[0]) || IsAvif(brands[0]) || IsHeif(brands[0]);
        if (!isPicture)
            return Faults.UnknownFormat(brands[0] is "M4A " or "M4B " or "M4P " ? "an audio file" : "a video");
        return brands.Find(brand => IsAvif(brand) || IsHeic(brand)) switch
        {
            null => Faults.UnknownFormat("a HEIF photo", IPhoneHint),
            var codec when IsAvif(codec) => Faults.UnknownFormat("an AVIF"),
            _ => Faults.UnknownFormat("a HEIC photo", IPhoneHint),
        };
    }

    private static bool IsAvif(string brand) => brand is "avif" or "avis" or "avio" or "MA1A" or "MA1B";

    private static bool IsHeic(string brand) =>
        brand is "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" or "hevm" or "hevs" or "MiHE" or "MiHB";

    private static bool IsHeif(string brand) => brand is "mif1" or "mif2" or "mif3" or "msf1" or "miaf" or "MiPr";
}
