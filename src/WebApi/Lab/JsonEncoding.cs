using System.Text;

namespace GourmetGram.WebApi.Lab;

/// <summary>
/// Converts JSON to UTF-8 from the encodings that the lab's server accepts. That server reads a body as Python's <c>json.loads</c> does:
/// UTF-8, UTF-16 and UTF-32, each with or without a byte order mark.
/// </summary>
internal static class JsonEncoding
{
    /// <summary>Converts a body to UTF-8 without a byte order mark, in place.</summary>
    /// <param name="buffer">Buffer that begins with the body.</param>
    /// <param name="length">Length of the body in bytes.</param>
    /// <returns>Length of the converted body in bytes; null when it does not fit into the buffer.</returns>
    public static int? ToUtf8(Span<byte> buffer, int length)
    {
        var body = buffer[..length];
        var encoding = Find(body);
        if (encoding is UTF8Encoding)
        {
            if (!body.StartsWith(encoding.Preamble))
                return length;
            body[encoding.Preamble.Length..].CopyTo(buffer);
            return length - encoding.Preamble.Length;
        }

        var text = encoding.GetString(body).TrimStart('\uFEFF');
        return Encoding.UTF8.TryGetBytes(text, buffer, out var written) ? written : null;
    }

    /// <summary>
    /// Returns the encoding of a body. JSON begins with an ASCII character, so without a byte order mark the zeros among the first bytes
    /// show the encoding.
    /// </summary>
    private static Encoding Find(ReadOnlySpan<byte> body) =>
        body switch
        {
            [0xFF, 0xFE, 0, 0, ..] or [not 0, 0, 0, 0, ..] => Encoding.UTF32,
            [0, 0, 0xFE, 0xFF, ..] or [0, 0, 0, not 0, ..] => new UTF32Encoding(bigEndian: true, byteOrderMark: false),
            [0xFF, 0xFE, ..] or [not 0, 0, ..] => Encoding.Unicode,
            [0xFE, 0xFF, ..] or [0, not 0, ..] => Encoding.BigEndianUnicode,
            _ => Encoding.UTF8,
        };
}
