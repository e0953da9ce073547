using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Application.Monitoring;

/// <summary>Photos of one week and model version, per weekday.</summary>
/// <param name="Week">The Monday.</param>
/// <param name="Classes">Number of photos per weekday and predicted class.</param>
/// <param name="Bins">Number of photos per weekday and bin of confidence.</param>
internal sealed record DriftWeek(DateOnly Week, IReadOnlyList<IReadOnlyList<double>> Classes, IReadOnlyList<IReadOnlyList<double>> Bins)
{
    private const int Weekdays = 7;

    /// <summary>Number of photos.</summary>
    public int Photos { get; } = (int)Classes.Sum(day => day.Sum());

    /// <summary>Returns the Monday of the last week that has ended: on the last day of the period, or before it.</summary>
    /// <param name="period">The period.</param>
    /// <param name="today">Today, UTC: a day that has not ended yet.</param>
    public static DateOnly LastBefore(Period period, DateOnly today)
    {
        var last = period.To < today ? period.To : today.AddDays(-1);
        return last.AddDays(-(int)last.DayOfWeek).AddDays(1 - Weekdays);
    }

    /// <summary>
    /// Returns the last week and those of the eight weeks before it that can be compared with it, oldest first: weeks with photos in which
    /// the model could answer from the first moment.
    /// </summary>
    public static IReadOnlyList<DriftWeek> Of(ModelVersion model, DateOnly last, IEnumerable<DailyCount> counts)
    {
        var days = counts.ToLookup(count => count.Day);
        return
        [
            .. Enumerable
                .Range(-Drift.EarlierWeeks, Drift.EarlierWeeks + 1)
                .Select(number => last.AddDays(number * Weekdays))
                .Where(week => week == last || model.FirstSeenAt <= new DateTimeOffset(week, TimeOnly.MinValue, TimeSpan.Zero))
                .Select(week => Of(week, model.Labels.Length, days))
                .Where(week => week.Week == last || week.Photos > 0),
        ];
    }

    /// <summary>Returns the number of photos per bin in all weeks.</summary>
    public static IReadOnlyList<double> Sum(IEnumerable<IReadOnlyList<IReadOnlyList<double>>> weeks, int bins)
    {
        var sum = new double[bins];
        foreach (var day in weeks.SelectMany(week => week))
        {
            for (var bin = 0; bin < bins; bin++)
                sum[bin] += day[bin];
        }

        return sum;
    }

    private static DriftWeek Of(DateOnly week, int classes, ILookup<DateOnly, DailyCount> days)
    {
        var byClass = Enumerable.Range(0, Weekdays).Select(_ => new double[classes]).ToArray();
        var byBin = Enumerable.Range(0, Weekdays).Select(_ => new double[WindowCount.Bins]).ToArray();
        for (var weekday = 0; weekday < Weekdays; weekday++)
        {
            foreach (var count in days[week.AddDays(weekday)])
            {
                byClass[weekday][count.PredictedIndex] += count.Photos;
                byBin[weekday][count.Bin] += count.Photos;
            }
        }

        return new DriftWeek(week, byClass, byBin);
    }
}
