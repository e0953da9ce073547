using System.Security.Cryptography;
using System.Text;

namespace GourmetGram.Infrastructure.Messaging;

/// <summary>Signs webhooks by the Standard Webhooks specification 1.0.0: HMAC-SHA256 over id, time and body.</summary>
internal static class WebhookSignature
{
    private const string SecretPrefix = "whsec_";

    /// <summary>Returns the key in a secret; null if the text is not a secret with a key of 24 to 64 bytes.</summary>
    public static byte[]? FindKey(string secret)
    {
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal))
            return null;
        var text = secret.AsSpan(SecretPrefix.Length);
        var key = new byte[text.Length];
        return Convert.TryFromBase64Chars(text, key, out var length) && length is >= 24 and <= 64 ? key[..length] : null;
    }

    /// <summary>Returns the header <c>webhook-signature</c>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="id">Header <c>webhook-id</c>.</param>
    /// <param name="timestamp">Header <c>webhook-timestamp</c>: Unix time in seconds.</param>
    /// <param name="body">The bytes of the body.</param>
    public static string Sign(byte[] key, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}";
    }
}
