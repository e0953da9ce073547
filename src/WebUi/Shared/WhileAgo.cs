namespace GourmetGram.WebUi.Shared;

/// <summary>Stretches of time in words, where a date would say less.</summary>
internal static class WhileAgo
{
    /// <summary>"5 hours", "2 days"; whole units, cut off.</summary>
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
