using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace GourmetGram.Domain.Retraining;

/// <summary>
/// Last layer of a model: <c>logits = weights · embedding + biases</c>. Immutable; two heads with the same numbers are equal.
/// </summary>
public sealed class LinearHead : IEquatable<LinearHead>
{
    /// <summary>Creates a head.</summary>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="dimension">Length of the embedding, at least 1.</param>
    /// <param name="weights">classes × dimension finite numbers, row by row.</param>
    /// <param name="biases">One finite number per class.</param>
    /// <exception cref="ArgumentException">A length differs, or a number is not finite.</exception>
    public LinearHead(int classes, int dimension, ImmutableArray<float> weights, ImmutableArray<float> biases)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        if (weights.IsDefault || weights.Length != (long)classes * dimension)
            throw new ArgumentException(
                $"A head of {classes} classes and {dimension} dimensions has {classes}×{dimension} weights.",
                nameof(weights)
            );
        if (biases.IsDefault || biases.Length != classes)
            throw new ArgumentException($"A head of {classes} classes has {classes} biases.", nameof(biases));
        if (!TensorPrimitives.IsFiniteAll(weights.AsSpan()) || !TensorPrimitives.IsFiniteAll(biases.AsSpan()))
            throw new ArgumentException("A head's weights and biases are finite numbers.", nameof(weights));
        (Classes, Dimension, Weights, Biases) = (classes, dimension, weights, biases);
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Length of the embedding.</summary>
    public int Dimension { get; }

    /// <summary>Weights, row by row: one row of <see cref="Dimension"/> numbers per class.</summary>
    public ImmutableArray<float> Weights { get; }

    /// <summary>One bias per class.</summary>
    public ImmutableArray<float> Biases { get; }

    /// <summary>Number of bytes of <see cref="ToBytes"/>.</summary>
    public static int BytesOf(int classes, int dimension) => checked((classes * dimension) + classes) * sizeof(float);

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <param name="bytes">Weights and biases.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="dimension">Length of the embedding.</param>
    /// <exception cref="ArgumentException">The number of bytes does not match, or a number is not finite.</exception>
    public static LinearHead FromBytes(ReadOnlySpan<byte> bytes, int classes, int dimension)
    {
        if (bytes.Length != BytesOf(classes, dimension))
            throw new ArgumentException(
                $"A head of {classes} classes and {dimension} dimensions has {BytesOf(classes, dimension)} bytes, not {bytes.Length}.",
                nameof(bytes)
            );
        var numbers = new float[bytes.Length / sizeof(float)];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        return new LinearHead(classes, dimension, [.. numbers.AsSpan(0, classes * dimension)], [.. numbers.AsSpan(classes * dimension)]);
    }

    /// <summary>Computes the logits of a photo.</summary>
    /// <param name="embedding"><see cref="Dimension"/> numbers.</param>
    /// <param name="logits">Receives <see cref="Classes"/> numbers, before temperature.</param>
    /// <exception cref="ArgumentException">A length differs.</exception>
    public void Logits(ReadOnlySpan<float> embedding, Span<float> logits)
    {
        if (embedding.Length != Dimension)
            throw new ArgumentException($"The embedding has {embedding.Length} numbers, the head needs {Dimension}.", nameof(embedding));
        if (logits.Length != Classes)
            throw new ArgumentException($"The head gives {Classes} logits, not {logits.Length}.", nameof(logits));
        for (var k = 0; k < logits.Length; k++)
            logits[k] = TensorPrimitives.Dot(Weights.AsSpan(k * Dimension, Dimension), embedding) + Biases[k];
    }

    /// <summary>Returns the weights row by row, then the biases, as little-endian float32.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[BytesOf(Classes, Dimension)];
        for (var i = 0; i < Weights.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), Weights[i]);
        for (var k = 0; k < Biases.Length; k++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan((Weights.Length + k) * sizeof(float)), Biases[k]);
        return bytes;
    }

    public bool Equals(LinearHead? other) =>
        ReferenceEquals(this, other)
        || (
            other is not null
            && Classes == other.Classes
            && Dimension == other.Dimension
            && Weights.AsSpan().SequenceEqual(other.Weights.AsSpan())
            && Biases.AsSpan().SequenceEqual(other.Biases.AsSpan())
        );

    public override bool Equals(object? obj) => Equals(obj as LinearHead);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Classes);
        hash.Add(Dimension);
        foreach (var weight in Weights)
            hash.Add(weight);
        foreach (var bias in Biases)
            hash.Add(bias);
        return hash.ToHashCode();
    }
}
