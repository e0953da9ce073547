namespace GourmetGram.WebUi.Shared;

/// <summary>Puts time spans into words, where a date would say less.</summary>
internal static class WhileAgo
{
    /// <summary>Returns "5 hours" or "2 days", in whole units, rounded down.</summary>
    public static string Of(TimeSpan span) =>
        span switch
        {
            { TotalMinutes: < 1 } => "less than a minute",
            { TotalHours: < 1 } => Count((int)span.TotalMinutes, "minute"),
            { TotalDays: < 1 } => Count((int)span.TotalHours, "hour"),
            _ => Count((int)span.TotalDays, "day"),
        };

    private static string Count(int number, string unit) => number == 1 ? $"1 {unit}" : $"{number} {unit}s";
}
