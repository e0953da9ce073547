using System.Text;

namespace GourmetGram.Domain.Classification;

/// <summary>Facts about a photo's bytes, as they were uploaded and as they are stored.</summary>
/// <param name="UploadSha256">SHA-256 of the uploaded bytes, lower-case hex. It identifies the same photo sent twice.</param>
/// <param name="StoredSha256">SHA-256 of the stored bytes, after metadata was removed, lower-case hex.</param>
/// <param name="StoredBytes">Number of stored bytes.</param>
/// <param name="MediaType"><c>image/jpeg</c>, <c>image/png</c> or <c>image/webp</c>, detected from the content.</param>
/// <param name="Extension"><c>.jpg</c>, <c>.png</c> or <c>.webp</c>.</param>
/// <param name="Width">Width in pixels as a viewer shows it, orientation applied.</param>
/// <param name="Height">Height in pixels as a viewer shows it, orientation applied.</param>
/// <param name="FileName">The file name from the upload. It is only data and is never used as a path; null when the client gave
/// none.</param>
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
    /// <summary>
    /// Returns a file name that can be stored: without control characters and unpaired surrogates, which no name needs and databases
    /// refuse. Returns null when nothing is left.
    /// </summary>
    public static string? CleanFileName(string? given)
    {
        var name = string.Concat((given ?? "").EnumerateRunes().Where(rune => !Rune.IsControl(rune) && rune != Rune.ReplacementChar));
        return name.Length == 0 ? null : name;
    }
}
