using System.Text;

namespace GourmetGram.Domain.Classification;

/// <summary>What is known of a photo's bytes, as they came and as they are kept.</summary>
/// <param name="UploadSha256">SHA-256 of the bytes received, lower-case hex: tells the same photo sent twice.</param>
/// <param name="StoredSha256">SHA-256 of the bytes kept, after metadata was removed, lower-case hex.</param>
/// <param name="StoredBytes">Size of the bytes kept.</param>
/// <param name="MediaType"><c>image/jpeg</c>, <c>image/png</c> or <c>image/webp</c>, told from the content.</param>
/// <param name="Extension"><c>.jpg</c>, <c>.png</c> or <c>.webp</c>.</param>
/// <param name="Width">Width in pixels as a viewer shows it, orientation applied.</param>
/// <param name="Height">Height in pixels as a viewer shows it, orientation applied.</param>
/// <param name="FileName">The name it was uploaded under: data only, never a path; null when the client gave none.</param>
public sealed record StoredPhoto(
    string UploadSha256,
    string StoredSha256,
    long StoredBytes,
    string MediaType,
    string Extension,
    int Width,
    int Height,
    string? FileName
)
{
    /// <summary>A file name fit to be kept: without control characters and halves of surrogate pairs, which no name needs and databases refuse. Null when nothing is left.</summary>
    public static string? CleanFileName(string? given)
    {
        var name = string.Concat((given ?? "").EnumerateRunes().Where(rune => !Rune.IsControl(rune) && rune != Rune.ReplacementChar));
        return name.Length == 0 ? null : name;
    }
}
