using System.Security.Cryptography;
using System.Text;

namespace GourmetGram.Application.Access;

/// <summary>What attempts to sign in are counted by, and how many are allowed within a quarter of an hour.</summary>
internal static class SignInKeys
{
    /// <summary>Guesses at one account, from wherever they come.</summary>
    private const int MostPerName = 5;

    /// <summary>Guesses from one address, at whatever accounts. People of an office may share an address.</summary>
    private const int MostPerAddress = 50;

    /// <summary>
    /// Returns the counters of an attempt. A browser in which the person has signed in before has one of its own, so that strangers who
    /// guess cannot keep the person out.
    /// </summary>
    /// <param name="name">The name as it was typed.</param>
    /// <param name="address">The client's IP address; null if unknown.</param>
    /// <param name="device">The known browser; null for others.</param>
    public static IReadOnlyDictionary<string, int> Of(string name, string? address, string? device)
    {
        var keys = new Dictionary<string, int>(StringComparer.Ordinal);
        if (device is not null)
        {
            keys[Hash("device", device)] = MostPerName;
            return keys;
        }

        keys[Hash("name", name.Trim().ToUpperInvariant())] = MostPerName;
        if (address is not null)
            keys[Hash("address", address)] = MostPerAddress;
        return keys;
    }

    private static string Hash(string kind, string value) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}:{value}")));
}
