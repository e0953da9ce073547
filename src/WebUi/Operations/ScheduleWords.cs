using System.Globalization;

namespace GourmetGram.WebUi.Operations;

/// <summary>Puts schedules into words.</summary>
public static class ScheduleWords
{
    private const string Custom = "Custom schedule";
    private const int DaysOfWeek = 7;
    private const int PartsOfHour = 60;
    private const int HoursOfDay = 24;

    private static readonly string[] DayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    /// <summary>
    /// Returns "Every 10 seconds", "Hourly at :15" or "Daily at 00:00 UTC"; "Custom schedule" for a schedule that needs more than a few
    /// words.
    /// </summary>
    /// <param name="cron">A valid expression as Quartz reads it: seconds, minutes, hours, day, month, weekday, and perhaps a year.</param>
    public static string Of(string cron)
    {
        ArgumentNullException.ThrowIfNull(cron);
        var fields = cron.ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields is not [var second, var minute, var hour, var day, "*", var weekday] || DaysOf(day, weekday) is not { } days)
            return Custom;
        if (IntervalOf(second, minute, hour) is { } interval)
            return days.Length == 0 ? interval : $"{interval} ({days})";
        return TimesOf(second, minute, hour) is { } times ? $"{(days.Length == 0 ? "Daily" : days)} at {times} UTC" : Custom;
    }

    /// <summary>Returns the interval between runs in words; null where the fields name times of the day instead.</summary>
    private static string? IntervalOf(string second, string minute, string hour) =>
        (StepOf(second, PartsOfHour), StepOf(minute, PartsOfHour), StepOf(hour, HoursOfDay)) switch
        {
            ({ } seconds, 1, 1) => Every(seconds, "second"),
            (null, { } minutes, 1) when IsNumber(second) => Every(minutes, "minute"),
            (null, null, { } hours) when IsNumber(second) && IsNumber(minute) =>
                $"{(hours == 1 ? "Hourly" : Every(hours, "hour"))}{(Number(minute) == 0 ? "" : $" at :{Number(minute):00}")}",
            _ => null,
        };

    private static string Every(int count, string unit) => count == 1 ? $"Every {unit}" : $"Every {count} {unit}s";

    /// <summary>Returns the number of units between two runs; null where it is not always the same.</summary>
    private static int? StepOf(string field, int units)
    {
        if (field == "*")
            return 1;
        var step = field.StartsWith("*/", StringComparison.Ordinal) || field.StartsWith("0/", StringComparison.Ordinal) ? field[2..] : "";
        return IsNumber(step) && Number(step) is > 0 and var count && units % count == 0 && count < units ? count : null;
    }

    /// <summary>Returns times of the day: "06:00 and 18:00"; null for fields that are not a list of hours at one minute.</summary>
    private static string? TimesOf(string second, string minute, string hour)
    {
        var hours = hour.Split(',');
        if (!IsNumber(second) || !IsNumber(minute) || !hours.All(IsNumber))
            return null;
        var seconds = Number(second) == 0 ? "" : $":{Number(second):00}";
        return List(hours.Select(Number).Order().Select(value => $"{value:00}:{Number(minute):00}{seconds}"));
    }

    /// <summary>Returns the days; empty for every day, null for days that need more than a few words.</summary>
    private static string? DaysOf(string day, string weekday)
    {
        if (day is "*" or "?" && weekday is "*" or "?")
            return "";
        if (weekday is "?" or "*")
            return day == "L" ? "On the last day of each month"
                : IsNumber(day) ? $"On day {Number(day)} of each month"
                : null;
        if (day is not ("?" or "*"))
            return null;
        if (weekday.Split('-') is [var first, var last])
            return (DayOf(first), DayOf(last)) is ({ } from, { } to) ? $"{from} to {to}" : null;
        var names = weekday.Split(',').Select(DayOf).ToList();
        return names.Contains(null) ? null : List(names.Select(name => $"{name}s"));
    }

    private static string? DayOf(string field)
    {
        var index = IsNumber(field) ? Number(field) - 1 : Array.IndexOf(DayNames, field);
        return index is >= 0 and < DaysOfWeek ? CultureInfo.InvariantCulture.DateTimeFormat.DayNames[index] : null;
    }

    private static string List(IEnumerable<string> items) =>
        items.ToList() switch
        {
            [.. var former, var last] when former.Count > 0 => $"{string.Join(", ", former)} and {last}",
            var one => one[0],
        };

    private static bool IsNumber(string text) => text.Length is > 0 and < 5 && text.All(char.IsAsciiDigit);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
