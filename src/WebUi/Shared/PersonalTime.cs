using System.Globalization;
using GourmetGram.Application.Access;
using GourmetGram.Application.Common;
using Microsoft.AspNetCore.Http;

namespace GourmetGram.WebUi.Shared;

/// <summary>Shows times in the time zone that a person with an account has chosen, else in that of the installation.</summary>
internal static class PersonalTime
{
    /// <summary>
    /// Returns the zone for the reader of a page. Null if the browser's applies: for visitors, and where neither the person nor the
    /// installation has a zone.
    /// </summary>
    public static TimeZoneInfo? ZoneOf(HttpContext context, DisplayOptions options)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        return context.User.ToCaller().IsReviewer
            ? TimeZones.Find(DisplaySettings.From(context.User.Claims).TimeZone) ?? TimeZones.Find(options.TimeZone)
            : null;
    }

    /// <summary>Returns a time in a zone and the words for its difference from UTC: <c>UTC</c> or <c>UTC+5:30</c>.</summary>
    public static (DateTimeOffset Time, string Suffix) In(DateTimeOffset at, TimeZoneInfo? zone)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone ?? TimeZoneInfo.Utc);
        var offset = local.Offset;
        if (offset == TimeSpan.Zero)
            return (local, "UTC");
        var sign = offset < TimeSpan.Zero ? "−" : "+";
        var minutes = offset.Minutes == 0 ? "" : offset.Duration().ToString(@"\:mm", CultureInfo.InvariantCulture);
        return (local, $"UTC{sign}{Math.Abs(offset.Hours).ToString(CultureInfo.InvariantCulture)}{minutes}");
    }
}
