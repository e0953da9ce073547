using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace GourmetGram.Domain.Feedback;

/// <summary>
/// A random order that can be repeated with the secret, and that cannot be predicted or influenced without it. Ids are sorted by an
/// HMAC-SHA-256 of the purpose, the loop and the id. The first k ids of any set are a simple random sample of the set.
/// </summary>
/// <param name="KeyId">Identifies the secret without revealing it.</param>
/// <param name="Secret">At least 16 random bytes.</param>
public sealed record KeyedOrder(string KeyId, ImmutableArray<byte> Secret)
{
    /// <summary>Returns the position of an id among all ids with the same purpose and loop. The smallest position is the first.</summary>
    /// <param name="purpose">Purpose of the order. Orders for different purposes are independent of each other.</param>
    /// <param name="loop">Name of the loop.</param>
    /// <param name="id">The id to be ordered.</param>
    /// <returns>63 bits, uniform.</returns>
    public long PlaceOf(string purpose, string loop, Guid id) => Hash($"{purpose}/{loop}/{id:N}");

    /// <summary>Returns a number for a text that does not reveal the text.</summary>
    /// <returns>63 bits, uniform.</returns>
    public long Hash(string text)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Secret.AsSpan(), Encoding.UTF8.GetBytes(text), hash);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(hash) >> 1);
    }
}
