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

    /// <summary>
    /// Returns the first ids in the order. The first of the union of two sets are the first of the union of their firsts, so a large set
    /// can be read piece by piece.
    /// </summary>
    /// <param name="purpose">Purpose of the order, see <see cref="PlaceOf"/>.</param>
    /// <param name="loop">Name of the loop.</param>
    /// <param name="ids">The ids, in any order.</param>
    /// <param name="count">Number of ids to return; all if there are fewer.</param>
    public IReadOnlyList<Guid> First(string purpose, string loop, IEnumerable<Guid> ids, int count)
    {
        ArgumentNullException.ThrowIfNull(ids);
        // A heap of the smallest positions with the largest on top: memory grows with the count, not with the ids.
        var first = new PriorityQueue<Guid, (long Place, Guid Id)>(
            Comparer<(long Place, Guid Id)>.Create((left, right) => right.CompareTo(left))
        );
        foreach (var id in ids)
        {
            var place = (PlaceOf(purpose, loop, id), id);
            if (first.Count < count)
                first.Enqueue(id, place);
            else if (count > 0)
                first.EnqueueDequeue(id, place);
        }

        return [.. first.UnorderedItems.OrderBy(item => item.Priority).Select(item => item.Element)];
    }

    /// <summary>Returns a number for a text that does not reveal the text.</summary>
    /// <returns>63 bits, uniform.</returns>
    public long Hash(string text)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Secret.AsSpan(), Encoding.UTF8.GetBytes(text), hash);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(hash) >> 1);
    }
}
