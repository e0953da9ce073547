namespace GourmetGram.WebUi.Access;

/// <summary>Recognises addresses to which people may be led after they have signed in.</summary>
public static class LocalPaths
{
    /// <summary>
    /// Returns whether an address from the request is an escaped path on this site. Browsers drop control characters and read a backslash
    /// as a slash.
    /// </summary>
    public static bool IsLocalPath(string? address) =>
        address is ['/', ..] and not ['/', '/' or '\\', ..] && address.All(c => c is > ' ' and <= '~');
}
