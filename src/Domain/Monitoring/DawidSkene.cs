using System.Collections.Immutable;

namespace GourmetGram.Domain.Monitoring;

/// <summary>Answer of a rater to a photo.</summary>
/// <param name="Photo">Index of the photo, from 0.</param>
/// <param name="Rater">Index of the rater, from 0: an annotator, a pooled source of users' feedback, or the model.</param>
/// <param name="Class">Index of the class, from 0; *None of these* is one more class, *Unusable* is no answer.</param>
public sealed record RaterAnswer(int Photo, int Rater, int Class);

/// <summary>Estimate for a rater.</summary>
/// <param name="Accuracy">"Agrees with the likely truth", 0 to 1.</param>
/// <param name="Confusion">Probability of an answer per true class, [true class][answer]; rows sum to 1.</param>
/// <param name="Answers">Number of all answers.</param>
/// <param name="SharedAnswers">Number of answers to photos with two or more raters.</param>
public sealed record RaterEstimate(double Accuracy, ImmutableArray<ImmutableArray<double>> Confusion, int Answers, int SharedAnswers)
{
    /// <summary>Whether there are too few answers to show the accuracy.</summary>
    public bool IsTooFew => SharedAnswers < DawidSkene.LeastAnswers;

    /// <summary>Number of answers that are missing for showing the accuracy.</summary>
    public int Needed => Math.Max(DawidSkene.LeastAnswers - SharedAnswers, 0);
}

/// <summary>Likely answers and qualities of raters.</summary>
/// <param name="Posterior">Probability of each class, [photo][class]; rows sum to 1. Never the truth of a measured photo.</param>
/// <param name="VoteShares">
/// Share of votes of each class, [photo][class]; the given class has 1 for a gold photo, all classes have the same without a vote.
/// </param>
/// <param name="Prevalence">Share of each class; sums to 1.</param>
/// <param name="Raters">Estimates in the order of raters.</param>
/// <param name="SharedPhotos">Number of photos with answers of two or more raters.</param>
/// <param name="Rounds">Number of rounds until nothing changed.</param>
public sealed record DawidSkeneResult(
    ImmutableArray<ImmutableArray<double>> Posterior,
    ImmutableArray<ImmutableArray<double>> VoteShares,
    ImmutableArray<double> Prevalence,
    ImmutableArray<RaterEstimate> Raters,
    int SharedPhotos,
    int Rounds
)
{
    /// <summary>Whether there are too few photos with two or more raters: only the majority may be shown.</summary>
    public bool IsMajorityOnly => SharedPhotos < DawidSkene.LeastSharedPhotos;
}

/// <summary>
/// Quality of raters and likely answers without known truth: the confusion of each rater and the truth of each photo are estimated in
/// turn (Dawid and Skene 1979), with a prior that a rater's classes share (docs/statistics.md 5.9).
/// </summary>
public static class DawidSkene
{
    /// <summary>Fewest photos with two or more raters for showing more than the majority.</summary>
    public const int LeastSharedPhotos = 50;

    /// <summary>Fewest answers to such photos for showing a rater's accuracy.</summary>
    public const int LeastAnswers = 20;

    private const int MostRounds = 2_000;
    private const double Unchanged = 1e-8;

    /// <summary>Estimates the truth of each photo and the confusion of each rater.</summary>
    /// <param name="photos">Number of photos. Photos without answers take part with the prevalence of the classes; leave them out.</param>
    /// <param name="classes">Number of classes, at least 1.</param>
    /// <param name="raters">Number of raters.</param>
    /// <param name="answers">Answers in a fixed order.</param>
    /// <param name="gold">Class of each adjudicated photo.</param>
    /// <exception cref="ArgumentOutOfRangeException">A photo, rater or class does not exist.</exception>
    public static DawidSkeneResult Fit(
        int photos,
        int classes,
        int raters,
        IReadOnlyList<RaterAnswer> answers,
        IReadOnlyDictionary<int, int> gold
    )
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(gold);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        foreach (var (photo, rater, answer) in answers)
            ThrowIfOutside(
                photo < 0 || photo >= photos || rater < 0 || rater >= raters || answer < 0 || answer >= classes,
                nameof(answers)
            );
        foreach (var (photo, answer) in gold)
            ThrowIfOutside(photo < 0 || photo >= photos || answer < 0 || answer >= classes, nameof(gold));

        // Photos with the same answers have the same truth in every round, and most photos have the same few answers.
        var patterns = Patterns.Of(photos, answers, gold);
        var truth = VoteSharesOf(patterns.Weights.Length, classes, patterns.Answers, patterns.Gold);
        var votes = Frozen(truth);
        var model = new Model(classes, raters, patterns.Weights);
        var rounds = 0;
        for (var change = double.PositiveInfinity; rounds < MostRounds && change >= Unchanged; rounds++)
        {
            model.Fit(truth, patterns.Answers);
            change = model.Judge(truth, patterns.Answers, patterns.Gold);
        }

        var frozen = Frozen(truth);

        var ratersOf = answers
            .GroupBy(answer => answer.Photo, answer => answer.Rater)
            .ToDictionary(one => one.Key, one => one.Distinct().Count());
        var all = answers.CountBy(answer => answer.Rater).ToDictionary();
        var shared = answers.Where(answer => ratersOf[answer.Photo] >= 2).CountBy(answer => answer.Rater).ToDictionary();
        return new DawidSkeneResult(
            [.. patterns.OfPhotos.Select(pattern => frozen[pattern])],
            [.. patterns.OfPhotos.Select(pattern => votes[pattern])],
            [.. model.Prevalence],
            [
                .. Enumerable
                    .Range(0, raters)
                    .Select(rater => new RaterEstimate(
                        model.Accuracy[rater],
                        Frozen(model.Confusion[rater]),
                        all.GetValueOrDefault(rater),
                        shared.GetValueOrDefault(rater)
                    )),
            ],
            ratersOf.Values.Count(number => number >= 2),
            rounds
        );
    }

    private static void ThrowIfOutside(bool isOutside, string name)
    {
        if (isOutside)
            throw new ArgumentOutOfRangeException(name, "A photo, rater or class does not exist.");
    }

    private static ImmutableArray<ImmutableArray<double>> Frozen(double[][] rows) => [.. rows.Select(row => row.ToImmutableArray())];

    private static double[][] VoteSharesOf(int photos, int classes, IReadOnlyList<RaterAnswer> answers, IReadOnlyDictionary<int, int> gold)
    {
        var shares = new double[photos][];
        for (var photo = 0; photo < photos; photo++)
            shares[photo] = new double[classes];
        foreach (var (photo, _, answer) in answers)
            shares[photo][answer]++;
        for (var photo = 0; photo < photos; photo++)
        {
            var sum = shares[photo].Sum();
            for (var one = 0; one < classes; one++)
                shares[photo][one] = sum > 0 ? shares[photo][one] / sum : 1.0 / classes;
            if (gold.TryGetValue(photo, out var known))
            {
                Array.Clear(shares[photo]);
                shares[photo][known] = 1;
            }
        }

        return shares;
    }

    /// <summary>The different sets of answers to a photo.</summary>
    /// <param name="OfPhotos">Number of the pattern of each photo.</param>
    /// <param name="Weights">Number of photos with each pattern.</param>
    /// <param name="Answers">The answers of each pattern; the photo's number is the pattern's.</param>
    /// <param name="Gold">Class of each adjudicated pattern.</param>
    private sealed record Patterns(int[] OfPhotos, int[] Weights, IReadOnlyList<RaterAnswer> Answers, IReadOnlyDictionary<int, int> Gold)
    {
        public static Patterns Of(int photos, IReadOnlyList<RaterAnswer> answers, IReadOnlyDictionary<int, int> gold)
        {
            var ofPhoto = answers.ToLookup(answer => answer.Photo);
            var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
            var numberOf = new int[photos];
            var weights = new List<int>();
            var distinct = new List<RaterAnswer>();
            var known = new Dictionary<int, int>();
            for (var photo = 0; photo < photos; photo++)
            {
                var own = ofPhoto[photo].OrderBy(answer => answer.Rater).ThenBy(answer => answer.Class).ToList();
                var key = string.Join(';', own.Select(answer => $"{answer.Rater},{answer.Class}"));
                if (gold.TryGetValue(photo, out var adjudicated))
                    key += $"={adjudicated}";
                if (!numbers.TryGetValue(key, out var number))
                {
                    number = numbers[key] = weights.Count;
                    weights.Add(0);
                    distinct.AddRange(own.Select(answer => answer with { Photo = number }));
                    if (gold.ContainsKey(photo))
                        known[number] = adjudicated;
                }

                numberOf[photo] = number;
                weights[number]++;
            }

            return new Patterns(numberOf, [.. weights], distinct, known);
        }
    }

    /// <param name="classes">Number of classes.</param>
    /// <param name="raters">Number of raters.</param>
    /// <param name="weights">Number of photos with each pattern of answers.</param>
    private sealed class Model(int classes, int raters, int[] weights)
    {
        private readonly int photos = weights.Sum();

        public double[] Prevalence { get; } = new double[classes];

        public double[] Accuracy { get; } = new double[raters];

        /// <summary>[rater][true class][answer].</summary>
        public double[][][] Confusion { get; } =
        [.. Enumerable.Range(0, raters).Select(_ => Enumerable.Range(0, classes).Select(_ => new double[classes]).ToArray())];

        /// <summary>Estimates prevalence, accuracies and confusions from the truth.</summary>
        public void Fit(double[][] truth, IReadOnlyList<RaterAnswer> answers)
        {
            for (var one = 0; one < classes; one++)
                Prevalence[one] = (truth.Zip(weights).Sum(pair => pair.First[one] * pair.Second) + 1) / (photos + classes);

            var number = new double[raters];
            Array.Fill(Accuracy, 8);
            foreach (var (photo, rater, answer) in answers)
            {
                Accuracy[rater] += weights[photo] * truth[photo][answer];
                number[rater] += weights[photo];
            }

            for (var rater = 0; rater < raters; rater++)
            {
                Accuracy[rater] /= number[rater] + 10;
                for (var one = 0; one < classes; one++)
                {
                    Array.Fill(Confusion[rater][one], classes > 1 ? 5 * (1 - Accuracy[rater]) / (classes - 1) : 0);
                    Confusion[rater][one][one] = 5 * Accuracy[rater];
                }
            }

            foreach (var (photo, rater, answer) in answers)
            {
                for (var one = 0; one < classes; one++)
                    Confusion[rater][one][answer] += weights[photo] * truth[photo][one];
            }

            foreach (var row in Confusion.SelectMany(rows => rows))
            {
                var sum = row.Sum();
                for (var answer = 0; answer < classes; answer++)
                    row[answer] /= sum;
            }
        }

        /// <summary>Estimates the truth of all photos that are not gold.</summary>
        /// <returns>Largest change of a probability.</returns>
        public double Judge(double[][] truth, IReadOnlyList<RaterAnswer> answers, IReadOnlyDictionary<int, int> gold)
        {
            var logarithms = new double[truth.Length][];
            for (var photo = 0; photo < truth.Length; photo++)
                logarithms[photo] = Array.ConvertAll(Prevalence, Math.Log);
            var confusions = Confusion.Select(rows => rows.Select(row => Array.ConvertAll(row, Math.Log)).ToArray()).ToArray();
            foreach (var (photo, rater, answer) in answers)
            {
                for (var one = 0; one < classes; one++)
                    logarithms[photo][one] += confusions[rater][one][answer];
            }

            var change = 0.0;
            for (var photo = 0; photo < truth.Length; photo++)
            {
                if (gold.ContainsKey(photo))
                    continue;
                var largest = logarithms[photo].Max();
                var shares = Array.ConvertAll(logarithms[photo], logarithm => Math.Exp(logarithm - largest));
                var sum = shares.Sum();
                for (var one = 0; one < classes; one++)
                {
                    var share = shares[one] / sum;
                    change = Math.Max(change, Math.Abs(share - truth[photo][one]));
                    truth[photo][one] = share;
                }
            }

            return change;
        }
    }
}
