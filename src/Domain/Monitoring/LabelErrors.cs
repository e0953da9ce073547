using System.Collections.Immutable;

namespace GourmetGram.Domain.Monitoring;

/// <summary>Label that may be wrong.</summary>
/// <param name="Item">Index of the photo in the input.</param>
/// <param name="Label">Class of the label.</param>
/// <param name="Likely">Class that the photo probably has.</param>
/// <param name="Score">Score, 0 (certainly wrong) to 1 (certainly right).</param>
public sealed record LabelSuspect(int Item, int Label, int Likely, double Score);

/// <summary>Labels that may be wrong, and how many of all labels are.</summary>
/// <param name="Labels">Number of labels with a class.</param>
/// <param name="Thresholds">Mean probability of each class on photos with this label; 2 for classes without labels.</param>
/// <param name="Counts">Confident photos, [label][likely class]; at least 1 on the diagonal.</param>
/// <param name="Joint">Estimated shares of all labels, [label][likely class]; they sum to 1, or to 0 without labels.</param>
/// <param name="Suspects">Labels that may be wrong, worst first.</param>
/// <param name="WrongShare">Guessed share of wrong labels, 0 to 1.</param>
public sealed record LabelErrorsResult(
    int Labels,
    ImmutableArray<double> Thresholds,
    ImmutableArray<ImmutableArray<int>> Counts,
    ImmutableArray<ImmutableArray<double>> Joint,
    ImmutableArray<LabelSuspect> Suspects,
    double WrongShare
)
{
    /// <summary>Whether there are too few labels to show anything.</summary>
    public bool IsTooFew => Labels < LabelErrors.LeastLabels;

    /// <summary>Number of labels that are missing.</summary>
    public int Needed => Math.Max(LabelErrors.LeastLabels - Labels, 0);
}

/// <summary>
/// Labels that contradict a confident model: confident learning (Northcutt et al. 2021, arXiv:1911.00068; docs/statistics.md 5.10). Asking
/// again decides about a suspect, never its score.
/// </summary>
public static class LabelErrors
{
    /// <summary>Fewest labels for showing suspects.</summary>
    public const int LeastLabels = 100;

    /// <summary>Above every probability: a class without labels is nobody's likely class.</summary>
    private const double NeverReached = 2;

    /// <summary>
    /// Finds suspects, also among fewer than <see cref="LeastLabels"/> labels; see <see cref="LabelErrorsResult.IsTooFew"/>.
    /// </summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="probabilities">
    /// Probability of each class, [photo][class], from a model that was not trained with the photo, and given before the label.
    /// Photos in the order of ids, which decides between equal scores.
    /// </param>
    /// <param name="labels">Class of each photo; null for *None of these*, which takes no part.</param>
    /// <exception cref="ArgumentException">A label is no class, or the numbers of photos or probabilities do not match.</exception>
    public static LabelErrorsResult Find(int classes, IReadOnlyList<IReadOnlyList<double>> probabilities, IReadOnlyList<int?> labels)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfNegative(classes);
        if (probabilities.Count != labels.Count || probabilities.Any(photo => photo.Count != classes))
            throw new ArgumentException("Every label needs a probability for each class.", nameof(probabilities));
        if (labels.Any(label => label < 0 || label >= classes))
            throw new ArgumentException("A label is no class.", nameof(labels));

        List<(int Item, int Label)> rows = [.. labels.Index().Where(row => row.Item.HasValue).Select(row => (row.Index, row.Item!.Value))];
        var numbers = new int[classes];
        var thresholds = new double[classes];
        foreach (var (item, label) in rows)
        {
            numbers[label]++;
            thresholds[label] += probabilities[item][label];
        }

        for (var one = 0; one < classes; one++)
            thresholds[one] = numbers[one] == 0 ? NeverReached : thresholds[one] / numbers[one];

        var counts = Enumerable.Range(0, classes).Select(_ => new int[classes]).ToArray();
        var suspects = new List<LabelSuspect>();
        foreach (var (item, label) in rows)
        {
            if (LikelyClass(probabilities[item], thresholds) is not { } likely)
                continue;
            counts[label][likely]++;
            if (likely != label)
                suspects.Add(new LabelSuspect(item, label, likely, ScoreOf(probabilities[item], label)));
        }

        for (var one = 0; one < classes; one++)
            counts[one][one] = Math.Max(counts[one][one], 1);
        var joint = JointOf(counts, numbers);
        return new LabelErrorsResult(
            rows.Count,
            [.. thresholds],
            [.. counts.Select(row => row.ToImmutableArray())],
            [.. joint.Select(row => row.ToImmutableArray())],
            [.. suspects.OrderBy(suspect => suspect.Score).ThenBy(suspect => suspect.Item)],
            rows.Count == 0 ? 0 : Math.Max(1 - joint.Index().Sum(row => row.Item[row.Index]), 0)
        );
    }

    private static int? LikelyClass(IReadOnlyList<double> probabilities, double[] thresholds)
    {
        int? likely = null;
        for (var one = 0; one < thresholds.Length; one++)
        {
            if (probabilities[one] >= thresholds[one] - 1e-6 && (likely is null || probabilities[one] > probabilities[likely.Value]))
                likely = one;
        }

        return likely;
    }

    private static double ScoreOf(IReadOnlyList<double> probabilities, int label) =>
        (probabilities[label] - probabilities.Where((_, one) => one != label).DefaultIfEmpty(0).Max() + 1) / 2;

    private static double[][] JointOf(int[][] counts, int[] numbers)
    {
        var joint = counts.Select((row, label) => Array.ConvertAll(row, count => (double)count / row.Sum() * numbers[label])).ToArray();
        var sum = joint.Sum(row => row.Sum());
        return sum > 0 ? Array.ConvertAll(joint, row => Array.ConvertAll(row, share => share / sum)) : joint;
    }
}
