using System.Globalization;

namespace GourmetGram.Application.Common;

/// <summary>Formats times as the lab writes them and as terminals show them.</summary>
public static class UtcText
{
    /// <returns>The time in UTC, to the second: <c>2026-11-23T10:00:00Z</c>.</returns>
    public static string ToUtcText(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
