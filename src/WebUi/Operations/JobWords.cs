using System.Globalization;
using GourmetGram.Application.Common;

namespace GourmetGram.WebUi.Operations;

/// <summary>Runs of jobs in words.</summary>
internal static class JobWords
{
    /// <summary>"in 41 min".</summary>
    public static string Until(TimeSpan span) => span <= TimeSpan.Zero ? "now" : $"in {Span(span)}";

    /// <summary>"41 min", in the largest unit that fits.</summary>
    public static string Span(TimeSpan span)
    {
        var (number, unit) = span switch
        {
            { TotalSeconds: < 60 } => (Math.Ceiling(span.TotalSeconds), "s"),
            { TotalMinutes: < 60 } => (Math.Round(span.TotalMinutes), "min"),
            { TotalHours: < 48 } => (Math.Round(span.TotalHours), "h"),
            _ => (Math.Round(span.TotalDays), "days"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{number} {unit}");
    }

    /// <summary>How long a run took: "0.2 s".</summary>
    public static string Took(JobRunView run) =>
        run is { StartedAt: { } start, EndedAt: { } end }
            ? string.Create(CultureInfo.InvariantCulture, $"{(end - start).TotalSeconds:0.0} s")
            : "";

    /// <summary>What came of a run that completed: "4 stored, 2 tagged".</summary>
    public static string Counts(JobRunView run)
    {
        var counts = run
            .Counts.Where(count => count.Value != 0)
            .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value:N0} {InWords(count.Key)}"))
            .ToList();
        return counts.Count == 0 ? "Nothing to do" : string.Join(", ", counts);
    }

    /// <summary>Who asked for a run: "by schedule".</summary>
    public static string By(JobRunView run) =>
        run.RequestedBy is { } who ? $"by {who}"
        : run.Attempt > 1 ? "again, after it was interrupted"
        : "by schedule";

    private static string InWords(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $" {char.ToLowerInvariant(c)}" : c.ToString()));
}
