using FluentValidation;
using FluentValidation.Results;

namespace GourmetGram.Application.Monitoring;

/// <summary>The photos that a monitoring query is about. Days are UTC.</summary>
/// <param name="From">First day; null for 29 days before the last one.</param>
/// <param name="To">Last day; null for today, or for <paramref name="AsKnownOn"/>.</param>
/// <param name="ModelVersion">Version of the model, as predictions name it; null for all versions.</param>
/// <param name="AsKnownOn">
/// The day at whose end the estimate is to be what was known then; null for what is known now. Only estimates of accuracy use it.
/// </param>
public sealed record PeriodQuery(DateOnly? From = null, DateOnly? To = null, string? ModelVersion = null, DateOnly? AsKnownOn = null)
{
    private const int DefaultDays = 30;
    private const int FirstYear = 1970;
    private const int LastYear = 9998;
    private const int MostDays = 3660;

    /// <summary>Returns the days of the period.</summary>
    /// <exception cref="ValidationException">The period ends before it starts, or is too long.</exception>
    internal Period Resolve(DateTimeOffset now)
    {
        // Near the ends of the calendar, days could not be added. Photos cannot be older than 1970, because their ids are UUIDv7.
        if (From?.Year < FirstYear || To?.Year < FirstYear || From?.Year > LastYear || To?.Year > LastYear)
            throw Refuse($"A period is between the years {FirstYear} and {LastYear}.");
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (AsKnownOn > today)
            throw Refuse("Nothing is known of a day to come. Choose today or an earlier day.", "asKnownOn");
        if (AsKnownOn?.Year < FirstYear)
            throw Refuse($"Choose a day from the year {FirstYear} on.", "asKnownOn");
        var to = To ?? AsKnownOn ?? today;
        var period = new Period(From ?? to.AddDays(1 - DefaultDays), to);
        if (period.From > period.To)
            throw Refuse("The first day must not be after the last day.");
        if (period.Days > MostDays)
            throw Refuse($"A period has at most {MostDays} days.");
        return period;
    }

    /// <summary>Returns the first moment of which nothing is to be known; null if everything that is known now is to be used.</summary>
    internal DateTimeOffset? KnownBefore(DateTimeOffset now) =>
        AsKnownOn is { } day && new Period(day, day).End is var end && end <= now ? end : null;

    private static ValidationException Refuse(string message, string member = "from") => new([new ValidationFailure(member, message)]);
}

/// <summary>A number of whole days, UTC.</summary>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
public sealed record Period(DateOnly From, DateOnly To)
{
    /// <summary>The moment at which the period starts.</summary>
    public DateTimeOffset Start => new(From, TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>The first moment after the period.</summary>
    public DateTimeOffset End => new(To.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>Number of days.</summary>
    public int Days => To.DayNumber - From.DayNumber + 1;

    /// <summary>The period of the same length that ends the day before.</summary>
    public Period Before => new(From.AddDays(-Days), From.AddDays(-1));
}
