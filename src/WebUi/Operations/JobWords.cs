using System.Globalization;
using GourmetGram.Application.Common;

namespace GourmetGram.WebUi.Operations;

/// <summary>Puts runs of jobs into words.</summary>
internal static class JobWords
{
    /// <summary>Returns the time until a run: "in 41 min".</summary>
    public static string Until(TimeSpan span) => span <= TimeSpan.Zero ? "now" : $"in {Span(span)}";

    /// <summary>Returns a time span in the largest unit that fits: "41 min".</summary>
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

    /// <summary>Returns how long a run took: "0.2 s"; empty when it has not started or not ended.</summary>
    public static string Took(JobRunView run) =>
        run is { StartedAt: { } start, EndedAt: { } end }
            ? string.Create(CultureInfo.InvariantCulture, $"{(end - start).TotalSeconds:0.0} s")
            : "";

    /// <summary>Returns the counts of a completed run: "4 stored, 2 tagged".</summary>
    public static string Counts(JobRunView run)
    {
        var counts = run
            .Counts.Where(count => count.Value != 0)
            .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value:N0} {InWords(count.Key)}"))
            .ToList();
        return counts.Count == 0 ? "Nothing to do" : string.Join(", ", counts);
    }

    /// <summary>Returns the outcome of a run that has ended: "0.2 s, 4 stored", "failed after 3.0 s".</summary>
    public static string Outcome(JobRunView run) =>
        run switch
        {
            { State: JobRunState.Completed } => $"{Took(run)}, {Counts(run)}",
            { StartedAt: null } => run.State.ToString().ToLowerInvariant(),
            _ => $"{run.State.ToString().ToLowerInvariant()} after {Took(run)}",
        };

    /// <summary>Returns who or what started a run: "by schedule".</summary>
    public static string By(JobRunView run) =>
        run.RequestedBy is { } who ? $"by {who}"
        : run.Attempt > 1 ? "again, after it was interrupted"
        : "by schedule";

    private static string InWords(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $" {char.ToLowerInvariant(c)}" : c.ToString()));
}
