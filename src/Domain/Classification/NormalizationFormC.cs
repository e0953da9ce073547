using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace GourmetGram.Domain.Classification;

/// <summary>
/// Unicode Normalization Form C (UAX #15): one spelling for all texts that Unicode calls canonically equivalent.
/// <see cref="string.Normalize()"/> cannot be used: with <c>InvariantGlobalization</c>, which saves the product the ICU library, it returns
/// its argument unchanged.
/// </summary>
internal static class NormalizationFormC
{
    // Hangul syllables are composed by arithmetic (The Unicode Standard, section 3.12).
    private const int HangulBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;

    private static readonly Tables Data = Tables.Read();

    /// <summary>Returns the text in Form C. An unpaired surrogate becomes U+FFFD.</summary>
    public static string Of(string text) => Ascii.IsValid(text) ? text : Compose(InOrder(Decompose(text)));

    private static IEnumerable<int> Decompose(string text) => text.EnumerateRunes().SelectMany(rune => PartsOf(rune.Value));

    private static IEnumerable<int> PartsOf(int point)
    {
        if (point is >= HangulBase and < HangulBase + (Leads * Vowels * Tails))
        {
            var syllable = point - HangulBase;
            int[] parts = [LeadBase + (syllable / (Vowels * Tails)), VowelBase + (syllable / Tails % Vowels)];
            return syllable % Tails == 0 ? parts : [.. parts, TailBase + (syllable % Tails)];
        }

        return Data.Parts.TryGetValue(point, out var found) ? found.SelectMany(PartsOf) : [point];
    }

    /// <summary>Sorts each run of combining marks by combining class. Marks of the same class stay in order.</summary>
    private static List<int> InOrder(IEnumerable<int> points)
    {
        var ordered = new List<int>();
        var marks = new List<int>();
        foreach (var point in points)
        {
            if (ClassOf(point) > 0)
            {
                marks.Add(point);
                continue;
            }

            ordered.AddRange(marks.OrderBy(ClassOf));
            marks.Clear();
            ordered.Add(point);
        }

        ordered.AddRange(marks.OrderBy(ClassOf));
        return ordered;
    }

    private static string Compose(List<int> points)
    {
        var composed = new List<int>(points.Count);
        var starter = -1;
        var lastClass = 0;
        foreach (var point in points)
        {
            var combiningClass = ClassOf(point);
            // A mark is blocked by an earlier mark of the same or a higher class. A second starter is blocked by any character in between.
            var isNext = starter == composed.Count - 1;
            if (starter >= 0 && (isNext || (lastClass > 0 && lastClass < combiningClass)) && Pair(composed[starter], point) is { } pair)
            {
                composed[starter] = pair;
                continue;
            }

            if (combiningClass == 0)
                starter = composed.Count;
            lastClass = combiningClass;
            composed.Add(point);
        }

        var text = new StringBuilder(composed.Count);
        foreach (var point in composed)
            text.Append(new Rune(point).ToString());
        return text.ToString();
    }

    private static int? Pair(int first, int second)
    {
        var (lead, vowel, tail) = (first - LeadBase, second - VowelBase, second - TailBase);
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels)
            return HangulBase + (((lead * Vowels) + vowel) * Tails);
        var syllable = first - HangulBase;
        if (syllable is >= 0 and < Leads * Vowels * Tails && syllable % Tails == 0 && tail is > 0 and < Tails)
            return first + tail;
        return Data.Pairs.TryGetValue((first, second), out var pair) ? pair : null;
    }

    private static int ClassOf(int point) => Data.Classes.GetValueOrDefault(point);

    /// <param name="Parts">The one-step decomposition of each character.</param>
    /// <param name="Pairs">The character that each pair of characters composes to.</param>
    /// <param name="Classes">Canonical combining classes other than 0.</param>
    private sealed record Tables(
        FrozenDictionary<int, int[]> Parts,
        FrozenDictionary<(int First, int Second), int> Pairs,
        FrozenDictionary<int, int> Classes
    )
    {
        private const string Resource = "CanonicalEquivalence.txt";

        /// <summary>Reads the embedded file. The header of the file describes its lines.</summary>
        public static Tables Read()
        {
            var parts = new Dictionary<int, int[]>();
            var pairs = new Dictionary<(int, int), int>();
            var classes = new Dictionary<int, int>();
            using var lines = new StreamReader(
                typeof(NormalizationFormC).Assembly.GetManifestResourceStream(typeof(NormalizationFormC), Resource)!
            );
            while (lines.ReadLine() is { } line)
            {
                if (line.StartsWith('#'))
                    continue;
                var words = line.Split(' ');
                if (words[1] == ":")
                {
                    var range = words[0].Split('-');
                    for (var point = Hex(range[0]); point <= Hex(range[^1]); point++)
                        classes.Add(point, int.Parse(words[2], CultureInfo.InvariantCulture));
                    continue;
                }

                int[] found = [.. words[2..].Select(Hex)];
                parts.Add(Hex(words[0]), found);
                if (words[1] == "=")
                    pairs.Add((found[0], found[1]), Hex(words[0]));
            }

            return new Tables(parts.ToFrozenDictionary(), pairs.ToFrozenDictionary(), classes.ToFrozenDictionary());
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
