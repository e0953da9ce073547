using System.Globalization;
using GourmetGram.Application.Monitoring;

namespace GourmetGram.WebUi.Monitoring;

/// <summary>The days that a monitoring page is about, as its address names them.</summary>
internal static class Days
{
    private const int Usual = 30;
    private const int Most = 3660;

    /// <summary>The lengths that pages offer.</summary>
    public static readonly (int Days, string Name)[] Lengths = [(30, "30 days"), (90, "90 days"), (365, "A year")];

    /// <summary>Returns the number of days until today, if no days are given.</summary>
    public static int LengthOf(int? asked) => asked is > 0 and <= Most ? asked.Value : Usual;

    /// <summary>Returns the period of a page.</summary>
    public static PeriodQuery ToPeriod(
        DateOnly? from,
        DateOnly? to,
        string? modelVersion,
        int length,
        TimeProvider time,
        DateOnly? asKnownOn = null
    )
    {
        var last = to ?? asKnownOn ?? DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var version = string.IsNullOrWhiteSpace(modelVersion) ? null : modelVersion;
        return new PeriodQuery(from ?? last.AddDays(1 - length), last, version, asKnownOn);
    }

    /// <summary>Returns a period as a query string.</summary>
    public static string ToAddress(PeriodQuery period) =>
        $"from={Text(period.From!.Value)}&to={Text(period.To!.Value)}"
        + (period.ModelVersion is null ? "" : $"&modelVersion={Uri.EscapeDataString(period.ModelVersion)}")
        + (period.AsKnownOn is { } day ? $"&asKnownOn={Text(day)}" : "");

    /// <summary>Returns a day as forms and addresses have it.</summary>
    public static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
