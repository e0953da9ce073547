using System.Text.Json;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.ObjectStorage.FileSystem;

/// <summary>
/// What a file cannot tell of its object: tags, and a media type that does not follow from the key. It stands at <c>objects/.details/{bucket}/{key}.json</c>, and only where there is
/// something to say: most photos need no second file. It is written, or taken away, before its object is replaced, and removed after it: a new object never has the tags of an old one.
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

        /// <summary>Whether the key says all of it.</summary>
        public bool FollowsFrom(string key) => Tags.Count == 0 && (MediaType is null || MediaType == MediaTypeOf(key));
    }

    public static string PathOf(string root, ObjectAddress address) =>
        Path.Combine(root, FolderName, address.Bucket, address.Key + ".json");

    /// <summary>What a key's extension says.</summary>
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

    /// <exception cref="IOException">It is not what <see cref="Write"/> makes.</exception>
    public static Content Read(ReadOnlySpan<byte> file)
    {
        try
        {
            return JsonSerializer.Deserialize<Content>(file, JsonSerializerOptions.Web) ?? Content.None;
        }
        catch (JsonException e)
        {
            throw new IOException($"its file of tags is damaged: {e.Message}", e);
        }
    }
}
