using System.ComponentModel.DataAnnotations;

namespace GourmetGram.Application.Access;

/// <summary>The time zones of the IANA database that this machine knows.</summary>
public static class TimeZones
{
    private static readonly Lazy<Dictionary<string, TimeZoneInfo>> Known = new(() =>
        TimeZoneInfo
            .GetSystemTimeZones()
            .Where(zone => zone.Id == TimeZoneInfo.Utc.Id || zone.Id.Contains('/', StringComparison.Ordinal))
            .Append(TimeZoneInfo.Utc)
            .DistinctBy(zone => zone.Id, StringComparer.Ordinal)
            .ToDictionary(zone => zone.Id, StringComparer.Ordinal)
    );

    /// <summary>IANA names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Value.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Returns the zone with an IANA name; null when there is none.</summary>
    public static TimeZoneInfo? Find(string? name) => name is null ? null : Known.Value.GetValueOrDefault(name);
}

/// <summary>Accepts the name of a time zone, or none.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class KnownTimeZoneAttribute : ValidationAttribute
{
    public KnownTimeZoneAttribute()
        : base("{0} must be the name of a time zone such as Europe/Stockholm, or UTC.") { }

    public override bool IsValid(object? value) => value is null || TimeZones.Find(value as string) is not null;
}
