using System.Security.Claims;
using System.Text.Json.Serialization;

namespace GourmetGram.Application.Access;

/// <summary>Colours of the pages.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Theme>))]
public enum Theme
{
    /// <summary>Like the device.</summary>
    System = 0,

    Light,

    Dark,
}

/// <summary>
/// How pages name a person and look to the person. They are claims of the account, so that a request of a signed-in browser brings them
/// along, and no page asks the database.
/// </summary>
/// <param name="Name">The name that pages show in place of the sign-in name; null for the sign-in name.</param>
/// <param name="TimeZone">IANA name of the time zone in which pages show times; null for the zone of the installation or browser.</param>
/// <param name="Theme">Colours of the pages.</param>
public sealed record DisplaySettings(string? Name, string? TimeZone, Theme Theme)
{
    /// <summary>Type of the claim with the name.</summary>
    public const string NameClaim = "gourmetgram:display-name";

    private const string ZoneClaim = "gourmetgram:time-zone";
    private const string ThemeClaim = "gourmetgram:theme";

    /// <summary>Types of all claims that the settings consist of.</summary>
    public static IReadOnlyList<string> ClaimTypes { get; } = [NameClaim, ZoneClaim, ThemeClaim];

    /// <summary>Reads the settings from claims; claims that are missing or unknown give the defaults.</summary>
    public static DisplaySettings From(IEnumerable<Claim> claims)
    {
        var known = claims
            .Where(claim => ClaimTypes.Contains(claim.Type, StringComparer.Ordinal))
            .DistinctBy(claim => claim.Type, StringComparer.Ordinal)
            .ToDictionary(claim => claim.Type, claim => claim.Value, StringComparer.Ordinal);
        return new DisplaySettings(
            known.GetValueOrDefault(NameClaim),
            known.GetValueOrDefault(ZoneClaim),
            Enum.TryParse<Theme>(known.GetValueOrDefault(ThemeClaim), out var theme) ? theme : Theme.System
        );
    }

    /// <summary>Returns the claims; none for a default.</summary>
    public IReadOnlyList<Claim> ToClaims()
    {
        (string Type, string? Value)[] all =
        [
            (NameClaim, Name),
            (ZoneClaim, TimeZone),
            (ThemeClaim, Theme == Theme.System ? null : Theme.ToString()),
        ];
        return [.. all.Where(claim => claim.Value is not null).Select(claim => new Claim(claim.Type, claim.Value!))];
    }
}
