using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace GourmetGram.WebApi.Hosting;

/// <summary>
/// Rewrites the file name in the headers of a form's part. Clients differ: browsers write %22 for a quote and leave a backslash unchanged,
/// curl writes a backslash before both, and old programs use the system's code page.
/// </summary>
internal static partial class PartFileName
{
    private const string Header = "content-disposition:";

    private static readonly Encoding ShiftJis = CodePagesEncodingProvider.Instance.GetEncoding(
        932,
        EncoderFallback.ReplacementFallback,
        new DecoderReplacementFallback("\uFFFD")
    )!;

    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    /// <summary>
    /// Returns the headers with the file name as <c>filename*=UTF-8''…</c> (RFC 8187), or unchanged when the name is plain.
    /// </summary>
    /// <param name="headers">Header lines, each with its CR LF.</param>
    public static ReadOnlyMemory<byte> Rewrite(ReadOnlyMemory<byte> headers)
    {
        // Latin-1 maps each byte to one character, so bytes that are not UTF-8 survive.
        var lines = Encoding.Latin1.GetString(headers.Span).Split("\r\n");
        var index = Array.FindIndex(lines, line => line.StartsWith(Header, StringComparison.OrdinalIgnoreCase));
        if (index < 0 || Parameter().Match(lines[index]) is not { Success: true } found)
            return headers;
        var value = Encoding.Latin1.GetBytes(found.Groups["value"].Value);
        if (IsPlain(value))
            return headers;

        var rest = lines[index].Remove(found.Index, found.Length);
        var name = rest.Contains("filename*=", StringComparison.OrdinalIgnoreCase)
            ? ""
            : $"; filename*=UTF-8''{Uri.EscapeDataString(Decode(value))}";
        lines[index] = rest.Insert(found.Index, name);
        return Encoding.Latin1.GetBytes(string.Join("\r\n", lines));
    }

    /// <summary>
    /// Returns whether every form reader finds the same name: the name is valid UTF-8 without a backslash, quote or percent sign.
    /// </summary>
    private static bool IsPlain(ReadOnlySpan<byte> value) => Utf8.IsValid(value) && !value.ContainsAny((byte)'\\', (byte)'"', (byte)'%');

    private static string Decode(byte[] value) =>
        EncodingOf(value)
            .GetString(value)
            // Backslashes are replaced first, because an unescaped name may contain a literal percent sign.
            .Replace("\\\"", "\"", StringComparison.Ordinal)
            .Replace(@"\\", @"\", StringComparison.Ordinal)
            // Browsers escape only these three characters. Any other percent sign is part of the name.
            .Replace("%22", "\"", StringComparison.Ordinal)
            .Replace("%0D", "\r", StringComparison.OrdinalIgnoreCase)
            .Replace("%0A", "\n", StringComparison.OrdinalIgnoreCase);

    private static Encoding EncodingOf(byte[] value) =>
        Utf8.IsValid(value) ? Encoding.UTF8
        : IsShiftJis(value) ? ShiftJis
        : Windows1252;

    /// <summary>
    /// Returns whether the bytes are valid Shift JIS and one character begins with a byte that is a control character in Latin-1.
    /// </summary>
    private static bool IsShiftJis(byte[] value)
    {
        var isCertain = false;
        for (var i = 0; i < value.Length; i++)
        {
            isCertain |= value[i] is >= 0x81 and <= 0x9F;
            // These bytes begin a two-byte character.
            if (value[i] is (>= 0x81 and <= 0x9F) or (>= 0xE0 and <= 0xFC))
                i++;
        }

        return isCertain && !ShiftJis.GetString(value).Any(c => c == '\uFFFD' || char.IsControl(c));
    }

    /// <summary>
    /// Matches the parameter with the semicolon before it. The closing quote is the one before a semicolon, or else the last one on the
    /// line.
    /// </summary>
    [GeneratedRegex(
        """;[ \t]*filename=(?:"(?<value>(?:[^"\\]|\\.)*)"[ \t]*(?=;|\z)|"(?<value>.*)"[ \t]*\z|(?<value>[^";\s]+))""",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Parameter();
}
