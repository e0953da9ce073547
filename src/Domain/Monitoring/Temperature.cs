using System.Collections.Immutable;

namespace GourmetGram.Domain.Monitoring;

/// <summary>Model's output for a labelled photo.</summary>
/// <param name="Weight">Calibrated weight of the label, at least 0.</param>
/// <param name="Logits">Logits per class, finite; see <see cref="Temperature.LogitsOf"/>.</param>
/// <param name="Label">Index of the class; null for *None of these*, which takes no part.</param>
public sealed record LabelledLogits(double Weight, ImmutableArray<double> Logits, int? Label);

/// <summary>Temperature of a model version.</summary>
/// <param name="Value">Temperature, by which the logits are divided before they become probabilities.</param>
/// <param name="NllBefore">Mean weighted negative log-likelihood of the labels before, in nats; 0 without labels.</param>
/// <param name="NllAfter">The same at the temperature.</param>
/// <param name="Labels">Number of labels with a class.</param>
/// <param name="Wrong">Number of these whose class does not have the largest logit.</param>
/// <param name="IsKept">Whether the earlier temperature was kept.</param>
public sealed record TemperatureFit(double Value, double NllBefore, double NllAfter, int Labels, int Wrong, bool IsKept);

/// <summary>
/// Temperature scaling (Guo et al. 2017, arXiv:1706.04599) with the weights of the labels (docs/statistics.md 5.4). The temperature changes
/// confidences, never the named class.
/// </summary>
public static class Temperature
{
    /// <summary>Smallest temperature.</summary>
    public const double Least = 0.2;

    /// <summary>Largest temperature.</summary>
    public const double Most = 5;

    /// <summary>Fewest labels for a new temperature.</summary>
    public const int LeastLabels = 100;

    /// <summary>Fewest wrong answers of the model for a new temperature.</summary>
    public const int LeastWrong = 10;

    private const double Precision = 1e-6;

    /// <summary>Probabilities below the smallest single are stored as 0, which would rule out a class for ever.</summary>
    private const double LeastProbability = float.Epsilon;

    /// <summary>Returns logits that give the probabilities at a temperature; they equal the model's own up to a constant.</summary>
    /// <param name="probabilities">Probability of each class.</param>
    /// <param name="temperature">Temperature with which the probabilities were computed.</param>
    public static ImmutableArray<double> LogitsOf(IEnumerable<double> probabilities, double temperature)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        return [.. probabilities.Select(one => temperature * Math.Log(Math.Max(one, LeastProbability)))];
    }

    /// <summary>
    /// Fits a new temperature, or keeps the current one if fewer than <see cref="LeastLabels"/> labels or fewer than
    /// <see cref="LeastWrong"/> wrong answers are known.
    /// </summary>
    /// <param name="rows">Labelled photos.</param>
    /// <param name="current">Present temperature.</param>
    /// <exception cref="ArgumentException">A label is no class.</exception>
    public static TemperatureFit Refit(IReadOnlyList<LabelledLogits> rows, double current)
    {
        var fit = Fit(rows, current);
        return fit.Labels < LeastLabels || fit.Wrong < LeastWrong
            ? fit with
            {
                Value = current,
                NllAfter = fit.NllBefore,
                IsKept = true,
            }
            : fit;
    }

    /// <summary>Fits the temperature between <see cref="Least"/> and <see cref="Most"/> to any number of labels.</summary>
    /// <param name="rows">Labelled photos.</param>
    /// <param name="before">Temperature for comparison; kept if no other one is better.</param>
    /// <exception cref="ArgumentException">A label is no class.</exception>
    public static TemperatureFit Fit(IReadOnlyList<LabelledLogits> rows, double before = 1)
    {
        ArgumentNullException.ThrowIfNull(rows);
        List<LabelledLogits> labelled = [.. rows.Where(row => row.Label is not null)];
        if (labelled.Any(row => row.Label < 0 || row.Label >= row.Logits.Length))
            throw new ArgumentException("A label is no class.", nameof(rows));

        var wrong = labelled.Count(row => row.Logits.IndexOf(row.Logits.Max()) != row.Label);
        var nllBefore = NllOf(labelled, before);
        var value = Math.Exp(Minimum(logarithm => NllOf(labelled, Math.Exp(logarithm)), Math.Log(Least), Math.Log(Most)));
        var nllAfter = NllOf(labelled, value);
        return nllAfter < nllBefore || before is < Least or > Most
            ? new TemperatureFit(value, nllBefore, nllAfter, labelled.Count, wrong, IsKept: false)
            : new TemperatureFit(before, nllBefore, nllBefore, labelled.Count, wrong, IsKept: true);
    }

    private static double NllOf(List<LabelledLogits> rows, double temperature)
    {
        var (sum, weights) = (0.0, 0.0);
        foreach (var row in rows)
        {
            var largest = row.Logits.Max();
            var exponentials = 0.0;
            foreach (var logit in row.Logits)
                exponentials += Math.Exp((logit - largest) / temperature);
            sum += row.Weight * (Math.Log(exponentials) - ((row.Logits[row.Label!.Value] - largest) / temperature));
            weights += row.Weight;
        }

        return weights > 0 ? sum / weights : 0;
    }

    /// <summary>
    /// Golden-section search. MathNet's widens the interval when the minimum is at its end; here the ends are the answer then.
    /// </summary>
    private static double Minimum(Func<double, double> function, double low, double high)
    {
        var ratio = (Math.Sqrt(5) - 1) / 2;
        var (left, right) = (high - (ratio * (high - low)), low + (ratio * (high - low)));
        var (atLeft, atRight) = (function(left), function(right));
        while (high - low > Precision)
        {
            if (atLeft <= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (ratio * (high - low));
                atLeft = function(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (ratio * (high - low));
                atRight = function(right);
            }
        }

        return (low + high) / 2;
    }
}
