namespace GourmetGram.Infrastructure.Hosting;

/// <summary>Hides secrets in texts that people see.</summary>
internal static class Redaction
{
    private const string AfterScheme = "://";

    /// <summary>
    /// Returns an address without its user and password, even if the address is not valid: <c>http://user:secret@minio:9000</c> becomes
    /// <c>http://***@minio:9000</c>.
    /// </summary>
    public static string? WithoutUser(string? address)
    {
        // Search for the last @, because a password may contain one.
        if (address is null || address.LastIndexOf('@') is not (>= 0 and var end))
            return address;
        var scheme = address.IndexOf(AfterScheme, StringComparison.Ordinal);
        var start = scheme >= 0 && scheme < end ? scheme + AfterScheme.Length : 0;
        return $"{address[..start]}***{address[end..]}";
    }
}
