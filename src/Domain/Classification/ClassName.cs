using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace GourmetGram.Domain.Classification;

/// <summary>Rules for class names: which names are valid, and which spellings name the same class.</summary>
public static class ClassName
{
    /// <summary>Maximum length of a name in UTF-16 characters.</summary>
    public const int MostCharacters = 200;

    /// <summary>
    /// Maximum number of characters in any spelling of a name, per character of the normalized name. A longer text cannot be a valid name
    /// and is not normalized.
    /// </summary>
    private const int LongestSpelling = 8;

    private const int ByteOrderMark = 0xFEFF;
    private const int ZeroWidthSpace = 0x200B;

    /// <summary>
    /// Returns the spelling under which a name is stored and compared: Unicode Normalization Form C. Names from outside (a manifest, a
    /// request, a file of another program) may spell é as one character or, like file names on macOS, as two.
    /// </summary>
    public static string Normalize(string name) => NormalizationFormC.Of(name);

    /// <summary>Returns the index of the class with this name in any Unicode spelling, or null. Case matters.</summary>
    /// <param name="labels">Class names in model order, normalized.</param>
    /// <param name="name">The name in any Unicode spelling.</param>
    public static int? IndexIn(ImmutableArray<string> labels, string name)
    {
        var index = name.Length > MostCharacters * LongestSpelling ? -1 : labels.IndexOf(Normalize(name));
        return index < 0 ? null : index;
    }

    /// <summary>
    /// Returns the rule that a name breaks, worded for an error message; null when the name is valid. A valid name fits on one line of a
    /// page, in a file name and in a tag.
    /// </summary>
    public static string? FindFault(string name)
    {
        var runes = name.EnumerateRunes().ToList();
        if (runes.TrueForAll(IsInvisible))
            return "a name with visible characters";
        // An unpaired surrogate is enumerated as U+FFFD, the character that damaged texts contain.
        if (
            runes.Exists(rune =>
                rune == Rune.ReplacementChar
                || Rune.GetUnicodeCategory(rune)
                    is UnicodeCategory.Control
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
            )
        )
            return "no line break, control character or invalid character";
        if (IsSpace(runes[0]) || IsSpace(runes[^1]))
            return "no space at its start or end";
        return Normalize(name).Length > MostCharacters ? $"at most {MostCharacters} characters" : null;
    }

    /// <summary>Finds names that people cannot tell apart, because they differ only in Unicode spelling or case.</summary>
    /// <param name="labels">Class names in model order, in any spelling.</param>
    /// <returns>The index of each repeated name, and the index of the first name that it repeats.</returns>
    public static IEnumerable<(int Index, int First)> FindRepeated(IReadOnlyList<string> labels)
    {
        var first = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < labels.Count; index++)
        {
            if (!first.TryAdd(Normalize(labels[index]), index))
                yield return (index, first[Normalize(labels[index])]);
        }
    }

    private static bool IsSpace(Rune rune) => Rune.IsWhiteSpace(rune) || rune.Value is ByteOrderMark or ZeroWidthSpace;

    private static bool IsInvisible(Rune rune) =>
        Rune.IsWhiteSpace(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format;
}
