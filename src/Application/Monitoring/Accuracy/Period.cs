namespace GourmetGram.Application.Monitoring;

/// <summary>The photos that a monitoring query is about. Days are UTC.</summary>
/// <param name="From">First day; null for 29 days before the last one.</param>
/// <param name="To">Last day; null for today.</param>
/// <param name="ModelVersion">Version of the model, as predictions name it; null for all versions.</param>
public sealed record PeriodQuery(DateOnly? From = null, DateOnly? To = null, string? ModelVersion = null)
{
    private const int DefaultDays = 30;

    /// <summary>Returns the days of the period.</summary>
    internal Period Resolve(DateTimeOffset now)
    {
        var to = To ?? DateOnly.FromDateTime(now.UtcDateTime);
        return new Period(From ?? to.AddDays(-Math.Min(DefaultDays - 1, to.DayNumber)), to);
    }
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
