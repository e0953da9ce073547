namespace GourmetGram.Application.Common;

/// <summary>Writes CSV (RFC 4180).</summary>
public static class CsvText
{
    /// <summary>Returns a cell, in quotes if it needs them.</summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
