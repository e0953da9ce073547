using FluentValidation;
using FluentValidation.Results;
using Quartz;

namespace GourmetGram.Infrastructure.Scheduling;

/// <summary>Cron expressions as Quartz reads them, in UTC.</summary>
internal static class JobCron
{
    /// <exception cref="ValidationException">It is no cron expression, or never fires.</exception>
    public static void Require(string text, DateTimeOffset now)
    {
        try
        {
            if (Next(text, 1, now).Count == 0)
                throw Invalid(text, "it never fires");
        }
        catch (FormatException e)
        {
            throw Invalid(text, e.Message);
        }
    }

    /// <exception cref="FormatException">It is no cron expression.</exception>
    public static CronExpression Parse(string text) => new(text, TimeZoneInfo.Utc);

    /// <returns>The next times; none when they are all over.</returns>
    /// <exception cref="FormatException">It is no cron expression.</exception>
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
                $"'{text}' is no schedule: {reason.TrimEnd('.')}. Six fields are expected: seconds, minutes, hours, day, month, weekday, e.g. '0 0/5 * * * ?' for every five minutes."
            ),
        ]);
}
