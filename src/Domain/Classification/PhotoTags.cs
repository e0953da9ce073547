using System.Collections.Immutable;
using System.Text;

namespace GourmetGram.Domain.Classification;

/// <summary>
/// The tags that a client gave with a photo: up to ten pairs of key and value, such as <c>kiosk=1</c>. Accuracy is estimated for each tag.
/// A photo without tags has none of these objects.
/// </summary>
public sealed class PhotoTags : IEquatable<PhotoTags>
{
    /// <summary>Maximum number of tags of a photo.</summary>
    public const int Most = 10;

    /// <summary>Maximum length of a key in characters.</summary>
    public const int MostKeyCharacters = 40;

    /// <summary>Maximum length of a value in characters (Unicode code points).</summary>
    public const int MostValueCharacters = 100;

    /// <summary>Maximum number of UTF-16 characters of an invalid tag that an error message repeats.</summary>
    private const int MostQuoted = 60;

    private static readonly ImmutableSortedDictionary<string, string> Empty = ImmutableSortedDictionary.Create<string, string>(
        StringComparer.Ordinal
    );

    private PhotoTags(ImmutableSortedDictionary<string, string> values) => Values = values;

    /// <summary>The values by key, sorted by key.</summary>
    public ImmutableSortedDictionary<string, string> Values { get; }

    /// <summary>The tags as <c>key=value</c>, sorted by key.</summary>
    public IEnumerable<string> Texts => Values.Select(tag => $"{tag.Key}={tag.Value}");

    /// <summary>Reads tags.</summary>
    /// <param name="texts">The tags, each as <c>key=value</c>.</param>
    /// <returns>Null without tags.</returns>
    /// <exception cref="FormatException">A tag is invalid. The message says what to do.</exception>
    public static PhotoTags? Parse(IEnumerable<string> texts) => texts.Aggregate((PhotoTags?)null, (tags, text) => Add(tags, text));

    /// <summary>Returns the tags with one more.</summary>
    /// <param name="tags">The tags so far; null for none.</param>
    /// <param name="text">The new tag, as <c>key=value</c>. The value may contain further equals signs.</param>
    /// <exception cref="FormatException">The tag is invalid. The message says what to do.</exception>
    public static PhotoTags Add(PhotoTags? tags, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var values = tags?.Values ?? Empty;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            throw new FormatException($"'{Quote(text)}' is not a tag. Write it as key=value, such as kiosk=1.");
        var key = text[..equals];
        if (key.Length is 0 or > MostKeyCharacters || !key.All(IsKeyCharacter))
            throw new FormatException(
                $"'{Quote(key)}' is not the key of a tag. Use 1 to {MostKeyCharacters} of the characters a–z, 0–9, '_', '-' and '.'."
            );
        var value = NormalizationFormC.Of(text[(equals + 1)..]);
        // An unpaired surrogate becomes U+FFFD, the character that damaged texts contain.
        if (
            value.EnumerateRunes().Count() is 0 or > MostValueCharacters
            || value.EnumerateRunes().Any(rune => Rune.IsControl(rune) || rune == Rune.ReplacementChar)
        )
            throw new FormatException(
                $"The value of the tag '{key}' is not valid. Use 1 to {MostValueCharacters} characters without line breaks and other "
                    + "control characters."
            );
        if (values.ContainsKey(key))
            throw new FormatException($"The tag '{key}' is given more than once. Give each key once.");
        return values.Count < Most
            ? new PhotoTags(values.Add(key, value))
            : throw new FormatException($"There are more than {Most} tags. Give at most {Most}.");
    }

    /// <summary>Wraps tags that were checked earlier (a stored row).</summary>
    /// <param name="values">The values by key; at least one.</param>
    public static PhotoTags Restore(IEnumerable<KeyValuePair<string, string>> values) => new(Empty.AddRange(values));

    /// <summary>Returns whether a tag is among them.</summary>
    /// <param name="text">The tag, as <c>key=value</c>.</param>
    public bool Contains(string text) => Texts.Contains(text, StringComparer.Ordinal);

    public bool Equals(PhotoTags? other) => other is not null && Values.SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as PhotoTags);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in Values)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    /// <summary>Returns the tags as <c>key=value</c>, separated by commas.</summary>
    public override string ToString() => string.Join(", ", Texts);

    private static bool IsKeyCharacter(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-' or '.';

    private static string Quote(string text) =>
        string.Concat((text.Length > MostQuoted ? text[..MostQuoted] + "…" : text).EnumerateRunes().Where(rune => !Rune.IsControl(rune)));
}
