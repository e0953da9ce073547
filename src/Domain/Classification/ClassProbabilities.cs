using System.Collections.Immutable;

namespace GourmetGram.Domain.Classification;

/// <summary>
/// The model's calibrated answer: one probability for each class, in model order, summing to 1. For an answer imported from another system,
/// only the probability of the best class may be known.
/// </summary>
public sealed record ClassProbabilities
{
    private const double SumTolerance = 1e-4;

    /// <summary>The probabilities in model order, each in [0, 1], or <see cref="float.NaN"/> where a probability is unknown.</summary>
    public ImmutableArray<float> Values { get; }

    /// <summary>Wraps probabilities that were computed earlier (a stored row).</summary>
    /// <exception cref="ArgumentException">There are fewer than two values, a value is outside [0, 1], the sum is not 1, or some values are
    /// unknown, but not all except one.</exception>
    public ClassProbabilities(ImmutableArray<float> values)
    {
        if (values.IsDefault || values.Length < 2)
            throw new ArgumentException("At least two classes are required.", nameof(values));
        var sum = 0.0;
        var isPartial = values.Count(float.IsNaN) == values.Length - 1;
        foreach (var value in values)
        {
            if (!(value is >= 0 and <= 1) && !(isPartial && float.IsNaN(value)))
                throw new ArgumentException($"{value} is not a probability.", nameof(values));
            sum += value;
        }

        if (!isPartial && Math.Abs(sum - 1) > SumTolerance)
            throw new ArgumentException($"The probabilities sum to {sum}, not 1.", nameof(values));
        Values = values;
    }

    /// <summary>Creates an answer for which only the best class is known.</summary>
    /// <param name="index">Index of the best class, in model order.</param>
    /// <param name="confidence">Probability of the best class.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="ArgumentException">There are fewer than two classes, the confidence is not a probability, or the index is out of
    /// range.</exception>
    public static ClassProbabilities BestOnly(int index, float confidence, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, classes);
        var values = new float[classes];
        Array.Fill(values, float.NaN);
        values[index] = confidence;
        return new ClassProbabilities([.. values]);
    }

    /// <summary>Returns the softmax of <c>logits / temperature</c> (temperature scaling: Guo et al. 2017, arXiv:1706.04599).</summary>
    /// <param name="logits">Raw scores in model order.</param>
    /// <param name="temperature">Greater than 0; 1 leaves the model's own confidence unchanged.</param>
    /// <exception cref="ArgumentException">A logit is not finite, or the temperature is not greater than 0.</exception>
    public static ClassProbabilities FromLogits(ReadOnlySpan<float> logits, double temperature)
    {
        if (!(temperature > 0) || double.IsInfinity(temperature))
            throw new ArgumentException($"The temperature must be greater than 0, found {temperature}.", nameof(temperature));
        var largest = double.NegativeInfinity;
        foreach (var logit in logits)
        {
            if (!float.IsFinite(logit))
                throw new ArgumentException("The model's output contains a number that is not finite.", nameof(logits));
            largest = Math.Max(largest, logit);
        }

        var exponentials = new double[logits.Length];
        var sum = 0.0;
        for (var i = 0; i < logits.Length; i++)
            sum += exponentials[i] = Math.Exp((logits[i] - largest) / temperature);
        return new ClassProbabilities([.. exponentials.Select(e => (float)(e / sum))]);
    }

    /// <summary>Index of the most probable class; the first one if several are equal.</summary>
    public int PredictedIndex
    {
        get
        {
            var best = 0;
            for (var i = 1; i < Values.Length; i++)
            {
                if (Values[i] > Values[best] || float.IsNaN(Values[best]))
                    best = i;
            }

            return best;
        }
    }

    /// <summary>Probability of the predicted class.</summary>
    public float Confidence => Values[PredictedIndex];

    public bool Equals(ClassProbabilities? other) => other is not null && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in Values)
            hash.Add(value);
        return hash.ToHashCode();
    }
}
