using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;

namespace GourmetGram.Infrastructure.Media;

/// <summary>
/// Creates and checks links of the form <c>media/{id}?k={key}&amp;s={signature}[&amp;e={Unix seconds}][&amp;w={width}]</c>. The signature
/// is the HMAC-SHA-256 (RFC 2104) of all the rest, in base64url.
/// </summary>
internal sealed class SignedMediaLinks(MediaKeyRing keys, ILinks links, TimeProvider time) : IMediaLinks
{
    public async Task<string> AddressOfAsync(MediaLink link, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(link);
        var key = await keys.CurrentAsync(cancellationToken);
        var address = new StringBuilder().Append(
            CultureInfo.InvariantCulture,
            $"media/{link.Id}?k={key.Id}&s={Base64Url.EncodeToString(Sign(link, key))}"
        );
        if (link.ExpiresAt is { } end)
            address.Append(CultureInfo.InvariantCulture, $"&e={end.ToUnixTimeSeconds()}");
        if (link.Width is { } width)
            address.Append(CultureInfo.InvariantCulture, $"&w={width}");
        return links.Absolute(address.ToString());
    }

    public async Task RequireAsync(MediaLink link, string? keyId, string? signature, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(link);
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        // A text that is not base64url, or is too long, is treated like a wrong signature.
        var length =
            signature is { Length: <= HMACSHA256.HashSizeInBytes * 2 }
            && Base64Url.IsValid(signature, out var decoded)
            && decoded == given.Length
                ? Base64Url.DecodeFromChars(signature, given)
                : 0;
        var proof = given[..length].ToArray();
        if (
            keyId is not { Length: > 0 }
            || proof.Length == 0
            || await keys.FindAsync(keyId, cancellationToken) is not { } key
            || !CryptographicOperations.FixedTimeEquals(Sign(link, key), proof)
        )
        {
            throw new LinkRefusedException("This link is not valid or no longer valid. Get a new link from where you found this one.");
        }

        // Checked last, so that only the holder of a genuine link learns that it has expired.
        if (link.ExpiresAt <= time.GetUtcNow())
            throw new LinkRefusedException("This link has expired. Get a new link from where you found this one.");
    }

    private static byte[] Sign(MediaLink link, MediaKey key) =>
        HMACSHA256.HashData(
            key.Secret,
            Encoding.ASCII.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"media/{link.Id}\nw={link.Width}\ne={link.ExpiresAt?.ToUnixTimeSeconds()}")
            )
        );
}
