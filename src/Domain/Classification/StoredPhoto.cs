using System.Text;

namespace GourmetGram.Domain.Classification;

/// <summary>Facts about a photo's bytes, as they were uploaded and as they are stored.</summary>
public sealed record StoredPhoto
{
    /// <summary>SHA-256 of the uploaded bytes, lower-case hex. It identifies the same photo sent twice.</summary>
    public required string UploadSha256 { get; init; }

    /// <summary>SHA-256 of the stored bytes, after metadata was removed, lower-case hex.</summary>
    public required string StoredSha256 { get; init; }

    /// <summary>Number of stored bytes.</summary>
    public required long StoredBytes { get; init; }

    /// <summary><c>image/jpeg</c>, <c>image/png</c> or <c>image/webp</c>, detected from the content.</summary>
    public required string MediaType { get; init; }

    /// <summary><c>.jpg</c>, <c>.png</c> or <c>.webp</c>.</summary>
    public required string Extension { get; init; }

    /// <summary>Width in pixels as a viewer shows it, orientation applied.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels as a viewer shows it, orientation applied.</summary>
    public required int Height { get; init; }

    /// <summary>The file name from the upload. It is only data and is never used as a path; null when the client gave none.</summary>
    public required string? FileName { get; init; }

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
