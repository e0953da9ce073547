using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace GourmetGram.Domain.Retraining;

/// <summary>What is known about a photo for finding related ones.</summary>
/// <param name="StoredSha256">SHA-256 of the stored photo.</param>
/// <param name="UploadSha256">SHA-256 of the uploaded photo.</param>
/// <param name="Person">The person who uploaded it; null for a program or an unknown person.</param>
/// <param name="At">When it was uploaded, UTC.</param>
/// <param name="Backbone">The model file that computed the embedding; null without an embedding.</param>
/// <param name="Embedding">The embedding as float16, little-endian.</param>
public sealed record RelatedPhoto(
    string StoredSha256,
    string UploadSha256,
    string? Person,
    DateTimeOffset At,
    string? Backbone,
    ReadOnlyMemory<byte> Embedding
);

/// <summary>
/// Groups related photos: equal uploads, near-duplicates, and photos that one person uploaded within an hour of each other. One group
/// belongs to one split, because a test with a relative of a training photo is too easy.
/// </summary>
public static class PhotoGroups
{
    /// <summary>Photos whose embeddings have at least this cosine are near-duplicates.</summary>
    public const double SimilarFrom = 0.98;

    /// <summary>Longest time between two photos of a person in one group. More photos can chain a group over a longer time.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>Photos whose embeddings are compared with as many others at a time.</summary>
    private const int Block = 256;

    /// <summary>Returns the group of each photo: the smallest stored hash in the group.</summary>
    /// <param name="photos">The photos, in any order.</param>
    /// <param name="cancellationToken">Cancels the comparison.</param>
    public static IReadOnlyList<string> Find(IReadOnlyList<RelatedPhoto> photos, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(photos);
        var sets = new Sets(photos.Count);
        foreach (var equal in Enumerable.Range(0, photos.Count).GroupBy(i => photos[i].UploadSha256, StringComparer.Ordinal))
            JoinAll(sets, equal);
        foreach (var equal in Enumerable.Range(0, photos.Count).GroupBy(i => photos[i].StoredSha256, StringComparer.Ordinal))
            JoinAll(sets, equal);
        JoinVisits(sets, photos);
        foreach (
            var comparable in Enumerable
                .Range(0, photos.Count)
                .Where(i => photos[i].Backbone is not null && photos[i].Embedding.Length > 0)
                .GroupBy(i => (photos[i].Backbone, photos[i].Embedding.Length))
        )
            JoinSimilar(sets, photos, [.. comparable], cancellationToken);
        var names = new string?[photos.Count];
        for (var i = 0; i < photos.Count; i++)
        {
            ref var name = ref names[sets.Find(i)];
            if (name is null || string.CompareOrdinal(photos[i].StoredSha256, name) < 0)
                name = photos[i].StoredSha256;
        }

        return [.. Enumerable.Range(0, photos.Count).Select(i => names[sets.Find(i)]!)];
    }

    private static void JoinAll(Sets sets, IEnumerable<int> equal)
    {
        var first = equal.First();
        foreach (var other in equal.Skip(1))
            sets.Join(first, other);
    }

    private static void JoinVisits(Sets sets, IReadOnlyList<RelatedPhoto> photos)
    {
        foreach (
            var ofPerson in Enumerable
                .Range(0, photos.Count)
                .Where(i => photos[i].Person is not null)
                .GroupBy(i => photos[i].Person, StringComparer.Ordinal)
        )
        {
            var inOrder = ofPerson.OrderBy(i => photos[i].At).ToList();
            foreach (var (earlier, later) in inOrder.Zip(inOrder.Skip(1)))
            {
                if (photos[later].At - photos[earlier].At <= LongestPause)
                    sets.Join(earlier, later);
            }
        }
    }

    /// <summary>Compares embeddings block by block, so that only two blocks are in memory as floats.</summary>
    private static void JoinSimilar(Sets sets, IReadOnlyList<RelatedPhoto> photos, int[] rows, CancellationToken cancellationToken)
    {
        var blocks = rows.Chunk(Block).ToList();
        for (var i = 0; i < blocks.Count; i++)
        {
            var left = Unit(photos, blocks[i]);
            for (var j = i; j < blocks.Count; j++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var right = i == j ? left : Unit(photos, blocks[j]);
                for (var a = 0; a < blocks[i].Length; a++)
                {
                    for (var b = i == j ? a + 1 : 0; b < blocks[j].Length; b++)
                    {
                        var (one, other) = (blocks[i][a], blocks[j][b]);
                        if (left[a] is { } x && right[b] is { } y && sets.Find(one) != sets.Find(other) && Dot(x, y) >= SimilarFrom)
                            sets.Join(one, other);
                    }
                }
            }
        }
    }

    /// <summary>Returns the embeddings with length 1; null for an embedding that is zero or not finite.</summary>
    private static float[]?[] Unit(IReadOnlyList<RelatedPhoto> photos, int[] rows) => Array.ConvertAll(rows, row =>
        {
            var bytes = photos[row].Embedding.Span;
            var values = new float[bytes.Length / 2];
            for (var i = 0; i < values.Length; i++)
                values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]);
            var length = Math.Sqrt(Dot(values, values));
            if (!double.IsFinite(length) || length == 0)
                return null;
            for (var i = 0; i < values.Length; i++)
                values[i] = (float)(values[i] / length);
            return values;
        });

    /// <summary>Adds in a fixed order on every processor, so that a pair near the limit is similar everywhere or nowhere.</summary>
    private static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sums = Vector256<float>.Zero;
        var i = 0;
        for (; i + Vector256<float>.Count <= x.Length; i += Vector256<float>.Count)
            sums += Vector256.Create(x[i..]) * Vector256.Create(y[i..]);
        double sum = 0;
        for (var lane = 0; lane < Vector256<float>.Count; lane++)
            sum += sums[lane];
        for (; i < x.Length; i++)
            sum += (double)x[i] * y[i];
        return sum;
    }

    /// <summary>Disjoint sets (union by smaller root, with path halving).</summary>
    private sealed class Sets
    {
        private readonly int[] parents;

        public Sets(int count) => parents = [.. Enumerable.Range(0, count)];

        public int Find(int i)
        {
            while (parents[i] != i)
                i = parents[i] = parents[parents[i]];
            return i;
        }

        public void Join(int one, int other)
        {
            var (a, b) = (Find(one), Find(other));
            (parents[Math.Max(a, b)], parents[Math.Min(a, b)]) = (Math.Min(a, b), Math.Min(a, b));
        }
    }
}
