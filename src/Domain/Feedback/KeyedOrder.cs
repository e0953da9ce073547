using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace GourmetGram.Domain.Feedback;

/// <summary>
/// An order that nobody without the secret can foresee or influence, and that whoever has it can repeat: ids sorted by HMAC-SHA-256 of what they are sorted for. The k first of any set are a
/// simple random sample of it.
/// </summary>
/// <param name="KeyId">Tells which secret it was, and is not one.</param>
/// <param name="Secret">At least 16 random bytes.</param>
public sealed record KeyedOrder(string KeyId, ImmutableArray<byte> Secret)
{
    /// <summary>The place of an id among all others of the same purpose and loop: the smallest is the first.</summary>
    /// <param name="purpose">What the order is for: orders for different purposes know nothing of each other.</param>
    /// <param name="loop">Name of the loop.</param>
    /// <param name="id">What is put in order.</param>
    /// <returns>63 bits, uniform.</returns>
    public long PlaceOf(string purpose, string loop, Guid id) => Hash($"{purpose}/{loop}/{id:N}");

    /// <summary>A number that stands for a text and does not give it away.</summary>
    /// <returns>63 bits, uniform.</returns>
    public long Hash(string text)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Secret.AsSpan(), Encoding.UTF8.GetBytes(text), hash);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(hash) >> 1);
    }
}
