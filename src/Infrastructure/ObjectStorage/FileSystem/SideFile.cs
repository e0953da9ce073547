using System.Text.Json;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.ObjectStorage.FileSystem;

/// <summary>
/// Stores what a file cannot hold about its object: tags, and a media type that does not follow from the key. Its path is
/// <c>objects/.details/{bucket}/{key}.json</c>, and it exists only if there is something to store, so most photos need no second file. It
/// is written (or deleted) before its object is replaced, and deleted after its object, so a new object never has the tags of an old one.
/// </summary>
internal static class SideFile
{
    private const string FolderName = ".details";

    private static readonly IReadOnlyDictionary<string, string> NoTags = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <param name="MediaType">Null when it follows from the key.</param>
    public sealed record Content(string? MediaType)
    {
        public static readonly Content None = new(MediaType: null);

        public IReadOnlyDictionary<string, string> Tags { get; init; } = NoTags;

        /// <summary>Whether the key alone implies all of the content.</summary>
        public bool FollowsFrom(string key) => Tags.Count == 0 && (MediaType is null || MediaType == MediaTypeOf(key));
    }

    public static string PathOf(string root, ObjectAddress address) =>
        Path.Combine(root, FolderName, address.Bucket, address.Key + ".json");

    /// <summary>Returns the media type that a key's extension implies.</summary>
    public static string MediaTypeOf(string key) =>
        Path.GetExtension(key) switch
        {
            ".jpg" => "image/jpeg",
            ".png" => "image/png",
            ".webp" => "image/webp",
            ".json" => "application/json",
            _ => "application/octet-stream",
        };

    public static byte[] Write(Content content) => JsonSerializer.SerializeToUtf8Bytes(content, JsonSerializerOptions.Web);

    /// <exception cref="IOException">The file was not written by <see cref="Write"/>.</exception>
    public static Content Read(ReadOnlySpan<byte> file)
    {
        try
        {
            return JsonSerializer.Deserialize<Content>(file, JsonSerializerOptions.Web) ?? Content.None;
        }
        catch (JsonException e)
        {
            throw new IOException($"its tag file is damaged: {e.Message}", e);
        }
    }
}
