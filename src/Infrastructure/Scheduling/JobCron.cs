using FluentValidation;
using FluentValidation.Results;
using Quartz;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>Parses cron expressions with Quartz, in UTC.</summary>
internal static class JobCron
{
    /// <exception cref="ValidationException">The text is not a cron expression, or it never fires.</exception>
    public static void Require(string text, DateTimeOffset now)
    {
        try
        {
            if (Next(text, 1, now).Count == 0)
                throw Invalid(text, "It never runs");
        }
        catch (FormatException e)
        {
            throw Invalid(text, e.Message);
        }
    }

    /// <exception cref="FormatException">The text is not a cron expression.</exception>
    public static CronExpression Parse(string text) => new(text, TimeZoneInfo.Utc);

    /// <returns>The next times; empty when all of them are over.</returns>
    /// <exception cref="FormatException">The text is not a cron expression.</exception>
    public static IReadOnlyList<DateTimeOffset> Next(string text, int count, DateTimeOffset now)
    {
        var cron = Parse(text);
        var times = new List<DateTimeOffset>(count);
        for (var time = cron.GetNextValidTimeAfter(now); time is { } next && times.Count < count; time = cron.GetNextValidTimeAfter(next))
            times.Add(next);
        return times;
    }

    private static ValidationException Invalid(string text, string reason) =>
        new([
            new ValidationFailure(
                "cron",
                $"“{text}” isn’t a valid schedule. Use six fields, e.g. 0 0 0 * * ? for daily at midnight. ({reason.TrimEnd('.')}.)"
            ),
        ]);
}
