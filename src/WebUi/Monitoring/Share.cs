using System.Globalization;

namespace GourmetGram.WebUi.Monitoring;

/// <summary>Formats shares and intervals in whole percent.</summary>
internal static class Share
{
    /// <param name="share">0 to 1; null for no number.</param>
    public static string Percent(double? share) => share is { } known ? $"{Whole(known)}%" : "–";

    /// <summary>Returns an interval: <c>80–87%</c>.</summary>
    public static string Interval(double? low, double? high) =>
        low is { } from && high is { } to ? (Whole(from) == Whole(to) ? Percent(from) : $"{Whole(from)}–{Whole(to)}%") : "–";

    /// <summary>Returns a difference or half of an interval in points, with one decimal: <c>3.5</c>.</summary>
    public static string Points(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);

    // Only exactly 0 and 1 are shown as 0 and 100.
    private static string Whole(double share) =>
        share switch
        {
            > 0 and < 0.01 => "1",
            > 0.99 and < 1 => "99",
            _ => (100 * share).ToString("0", CultureInfo.InvariantCulture),
        };
}
