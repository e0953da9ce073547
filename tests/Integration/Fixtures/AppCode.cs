using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>The codes of an authenticator app: RFC 6238 with SHA-1, six digits and 30 seconds.</summary>
internal static partial class AppCode
{
    /// <summary>How long a code is shown.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    /// <summary>Returns the secret, or the recovery codes, that the page of the account shows.</summary>
    public static string SecretIn(string html) => Secret().Match(html).Groups[1].Value;

    public static string Of(string secret, DateTimeOffset at)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var key = new List<byte>();
        var (buffer, bits) = (0, 0);
        foreach (var letter in secret)
        {
            buffer = ((buffer << 5) | alphabet.IndexOf(letter, StringComparison.Ordinal)) & 0xFFFF;
            bits += 5;
            if (bits < 8)
                continue;
            bits -= 8;
            key.Add((byte)(buffer >> bits));
        }

        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, at.ToUnixTimeSeconds() / (long)Step.TotalSeconds);
#pragma warning disable CA5350 // The apps know no other.
        var hash = HMACSHA1.HashData(key.ToArray(), counter);
#pragma warning restore CA5350
        var start = hash[^1] & 0xF;
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(start)) & 0x7FFF_FFFF;
        return (number % 1_000_000).ToString("000000", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("class=\"secret\"><code>([^<]+)<")]
    private static partial Regex Secret();
}
