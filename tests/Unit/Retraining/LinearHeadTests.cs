using System.Collections.Immutable;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Tests.Unit.Retraining;

public sealed class LinearHeadTests
{
    private static readonly LinearHead Head = new(2, 3, [1, 2, 3, -4, 5, -6], [0.5f, -0.25f]);

    [Fact]
    public void Logits_are_the_products_of_rows_and_embedding_plus_the_biases()
    {
        var logits = new float[2];
        Head.Logits([1, 10, 100], logits);

        Assert.Equal([321.5f, -554.25f], logits);
    }

    [Fact]
    public void Bytes_are_little_endian_weights_row_by_row_and_then_biases()
    {
        var bytes = Head.ToBytes();

        Assert.Equal(LinearHead.BytesOf(2, 3), bytes.Length);
        Assert.Equal([0, 0, 128, 63, 0, 0, 0, 64], bytes[..8]);
        Assert.Equal([0, 0, 0, 63, 0, 0, 128, 190], bytes[^8..]);
        Assert.Equal(Head, LinearHead.FromBytes(bytes, 2, 3));
    }

    [Fact]
    public void Heads_are_equal_by_their_numbers()
    {
        var equal = new LinearHead(2, 3, [.. Head.Weights], [.. Head.Biases]);

        Assert.Equal(Head, equal);
        Assert.Equal(Head.GetHashCode(), equal.GetHashCode());
        Assert.NotEqual(Head, new LinearHead(2, 3, Head.Weights.SetItem(5, -6.5f), Head.Biases));
        Assert.NotEqual(Head, new LinearHead(2, 3, Head.Weights, Head.Biases.SetItem(0, 0)));
        Assert.NotEqual(new LinearHead(2, 3, [1, 1, 1, 1, 1, 1], [1, 1]), new LinearHead(3, 2, [1, 1, 1, 1, 1, 1], [1, 1, 1]));
        Assert.False(Head.Equals(null));
    }

    [Fact]
    public void What_is_no_head_is_refused()
    {
        ImmutableArray<float> weights = [1, 2, 3, 4];
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearHead(1, 4, weights, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearHead(2, 0, [], [1, 2]));
        Assert.Throws<ArgumentException>(() => new LinearHead(2, 3, weights, [1, 2]));
        Assert.Throws<ArgumentException>(() => new LinearHead(2, 2, weights, [1]));
        Assert.Throws<ArgumentException>(() => new LinearHead(2, 2, weights.SetItem(1, float.NaN), [1, 2]));
        Assert.Throws<ArgumentException>(() => new LinearHead(2, 2, weights, [1, float.PositiveInfinity]));
        Assert.Throws<ArgumentException>(() => LinearHead.FromBytes(Head.ToBytes().AsSpan(4), 2, 3));
        Assert.Throws<ArgumentException>(() => Head.Logits([1, 2], new float[2]));
        Assert.Throws<ArgumentException>(() => Head.Logits([1, 2, 3], new float[3]));
    }
}
