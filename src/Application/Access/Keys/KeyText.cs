using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace GourmetGram.Application.Access;

/// <summary>The text of API keys: <c>gg_</c> and 32 random bytes in Base64url.</summary>
internal static class KeyText
{
    public const string Prefix = "gg_";

    private const int SecretBytes = 32;
    private const int HintLength = 7;

    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    public static string HintOf(string key) => key[..HintLength];

    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
