using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace GourmetGram.Application.Common;

/// <summary>
/// The tags that every S3 server accepts; the file store has the same limits. An object has up to ten tags, with names of up to 128 and
/// values of up to 256 ASCII letters, digits, spaces and <c>+ - = . _ : / @</c>. Amazon accepts letters of all scripts; MinIO does not.
/// </summary>
public static class ObjectTags
{
    private const int MostTags = 10;
    private const int NameLength = 128;
    private const int ValueLength = 256;

    /// <summary>
    /// ASCII replacements for Latin letters outside ASCII. The runtime cannot decompose them, because the product runs without ICU
    /// (invariant globalization).
    /// </summary>
    private static readonly FrozenDictionary<char, string> Letters = new (string Plain, string Marked)[]
    {
        ("A", "ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤẦẨẪẬẮẰẲẴẶ"),
        ("B", "ḂḄḆ"),
        ("C", "ÇĆĈĊČḈ"),
        ("D", "ĎḊḌḎḐḒ"),
        ("E", "ÈÉÊËĒĔĖĘĚȄȆȨḔḖḘḚḜẸẺẼẾỀỂỄỆ"),
        ("F", "Ḟ"),
        ("G", "ĜĞĠĢǦǴḠ"),
        ("H", "ĤȞḢḤḦḨḪ"),
        ("I", "ÌÍÎÏĨĪĬĮİǏȈȊḬḮỈỊ"),
        ("J", "Ĵ"),
        ("K", "ĶǨḰḲḴ"),
        ("L", "ĹĻĽḶḸḺḼ"),
        ("M", "ḾṀṂ"),
        ("N", "ÑŃŅŇǸṄṆṈṊ"),
        ("O", "ÒÓÔÕÖŌŎŐƠǑǪǬȌȎȪȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢ"),
        ("P", "ṔṖ"),
        ("R", "ŔŖŘȐȒṘṚṜṞ"),
        ("S", "ŚŜŞŠȘṠṢṤṦṨ"),
        ("T", "ŢŤȚṪṬṮṰ"),
        ("U", "ÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖṲṴṶṸṺỤỦỨỪỬỮỰ"),
        ("V", "ṼṾ"),
        ("W", "ŴẀẂẄẆẈ"),
        ("X", "ẊẌ"),
        ("Y", "ÝŶŸȲẎỲỴỶỸ"),
        ("Z", "ŹŻŽẐẒẔ"),
        ("a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
        ("b", "ḃḅḇ"),
        ("c", "çćĉċčḉ"),
        ("d", "ďḋḍḏḑḓ"),
        ("e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
        ("f", "ḟ"),
        ("g", "ĝğġģǧǵḡ"),
        ("h", "ĥȟḣḥḧḩḫẖ"),
        ("i", "ìíîïĩīĭįǐȉȋḭḯỉị"),
        ("j", "ĵǰ"),
        ("k", "ķǩḱḳḵ"),
        ("l", "ĺļľḷḹḻḽ"),
        ("m", "ḿṁṃ"),
        ("n", "ñńņňǹṅṇṉṋ"),
        ("o", "òóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"),
        ("p", "ṕṗ"),
        ("r", "ŕŗřȑȓṙṛṝṟ"),
        ("s", "śŝşšșṡṣṥṧṩ"),
        ("t", "ţťțṫṭṯṱẗ"),
        ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
        ("v", "ṽṿ"),
        ("w", "ŵẁẃẅẇẉẘ"),
        ("x", "ẋẍ"),
        ("y", "ýÿŷȳẏẙỳỵỷỹ"),
        ("z", "źżžẑẓẕ"),
        ("ss", "ß"),
        ("SS", "ẞ"),
        ("ae", "æ"),
        ("AE", "Æ"),
        ("oe", "œ"),
        ("OE", "Œ"),
        ("o", "ø"),
        ("O", "Ø"),
        ("d", "đð"),
        ("D", "ĐÐ"),
        ("l", "ł"),
        ("L", "Ł"),
        ("th", "þ"),
        ("Th", "Þ"),
        ("i", "ı"),
    }
        .SelectMany(row => row.Marked.Select(letter => KeyValuePair.Create(letter, row.Plain)))
        .ToFrozenDictionary();

    /// <summary>
    /// Converts a text to a tag value: removes marks from letters (<c>Crème brûlée</c> becomes <c>Creme brulee</c>), replaces every other
    /// character that is not allowed with <c>_</c>, and cuts the value after 256 characters.
    /// </summary>
    public static string ValueOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var value = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark)
                continue;
            if (rune.IsAscii && IsAllowed((char)rune.Value))
                value.Append((char)rune.Value);
            else
                value.Append(rune.IsBmp && Letters.TryGetValue((char)rune.Value, out var letters) ? letters : "_");
        }

        return value.Length <= ValueLength ? value.ToString() : value.ToString(0, ValueLength);
    }

    /// <summary>Throws unless every S3 server accepts the tags.</summary>
    /// <exception cref="TagsRefusedException">Some S3 server would refuse the tags.</exception>
    public static void Require(IReadOnlyDictionary<string, string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        if (tags.Count > MostTags)
            throw new TagsRefusedException($"An object can have at most {MostTags} tags, found {tags.Count}.");
        foreach (var (name, value) in tags)
        {
            if (name.Length is 0 or > NameLength || !name.All(IsAllowed))
                throw new TagsRefusedException(
                    $"'{name}' is not a valid tag name. Use 1 to {NameLength} ASCII letters, digits, spaces and + - = . _ : / @."
                );
            if (value.Length > ValueLength || !value.All(IsAllowed))
                throw new TagsRefusedException(
                    $"'{value}' is not a valid value for tag {name}. Use up to {ValueLength} ASCII letters, digits, spaces and "
                        + "+ - = . _ : / @."
                );
        }
    }

    private static bool IsAllowed(char c) =>
        char.IsAsciiLetterOrDigit(c) || c is ' ' or '+' or '-' or '=' or '.' or '_' or ':' or '/' or '@';
}
