using MathNet.Numerics.Distributions;

namespace GourmetGram.Domain.Monitoring;

/// <summary>Agreement of annotators on photos with two or more answers.</summary>
/// <param name="Photos">Number of photos with two or more answers.</param>
/// <param name="UnanimousPhotos">Number of these on which all answers are the same.</param>
/// <param name="Pairs">Number of pairs of answers to the same photo.</param>
/// <param name="AgreeingPairs">Number of these that are the same.</param>
/// <param name="Alpha">Krippendorff's α: 1 for full agreement, 0 for agreement by chance, below 0 for less; null without photos.</param>
/// <param name="Low">Lower end of the 95 % interval of α, at least −1; null if there are too few photos.</param>
/// <param name="High">Upper end of the 95 % interval of α, at most 1; null if there are too few photos.</param>
public sealed record AgreementResult(
    int Photos,
    int UnanimousPhotos,
    long Pairs,
    long AgreeingPairs,
    double? Alpha,
    double? Low,
    double? High
)
{
    /// <summary>Whether there are fewer photos than <see cref="Agreement.LeastPhotos"/>: neither α nor an interval is shown.</summary>
    public bool IsTooFew => Photos < Agreement.LeastPhotos;

    /// <summary>Number of photos that are missing for an estimate.</summary>
    public int Needed => Math.Max(Agreement.LeastPhotos - Photos, 0);

    /// <summary>Share of agreeing pairs, 0 to 1; null without a pair. α alone is misleading when one class dominates.</summary>
    public double? AgreeingShare => Pairs == 0 ? null : (double)AgreeingPairs / Pairs;
}

/// <summary>
/// Agreement of annotators: Krippendorff's α for nominal answers with missing ones (Krippendorff 2011, "Computing Krippendorff's
/// Alpha-Reliability"), with a delete-one jackknife interval over photos (docs/statistics.md 5.8).
/// </summary>
public static class Agreement
{
    /// <summary>Fewest photos with two or more answers for an estimate.</summary>
    public const int LeastPhotos = 20;

    /// <summary>Computes the agreement.</summary>
    /// <param name="answers">
    /// Answers per photo, as numbers of classes. *None of these* is an answer with a number of its own; *Unusable* is left out.
    /// Photos with fewer than two answers do not count.
    /// </param>
    public static AgreementResult Compute(IReadOnlyList<IReadOnlyList<int>> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        List<Photo> photos = [.. answers.Where(photo => photo.Count >= 2).Select(Photo.From)];
        var sums = new Sums();
        foreach (var photo in photos)
            sums.Add(photo, 1);
        var (alpha, low, high) = (sums.Alpha, (double?)null, (double?)null);
        if (photos.Count >= LeastPhotos)
            (low, high) = IntervalOf(alpha!.Value, photos, sums);

        return new AgreementResult(
            photos.Count,
            photos.Count(photo => photo.Counts.Count == 1),
            photos.Sum(photo => (long)photo.Number * (photo.Number - 1) / 2),
            photos.Sum(photo => photo.AgreeingOrdered / 2),
            alpha,
            low,
            high
        );
    }

    private static (double Low, double High) IntervalOf(double alpha, List<Photo> photos, Sums sums)
    {
        var without = new double[photos.Count];
        for (var i = 0; i < photos.Count; i++)
        {
            sums.Add(photos[i], -1);
            without[i] = sums.Alpha ?? alpha;
            sums.Add(photos[i], 1);
        }

        var mean = without.Average();
        var squares = without.Sum(one => (one - mean) * (one - mean));
        var half = Normal.InvCDF(0, 1, 0.975) * Math.Sqrt((photos.Count - 1.0) / photos.Count * squares);
        return (Math.Max(alpha - half, -1), Math.Min(alpha + half, 1));
    }

    /// <summary>Answers to one photo: how often each was given.</summary>
    private sealed record Photo(IReadOnlyDictionary<int, int> Counts, int Number, long AgreeingOrdered)
    {
        public double Disagreement => (((double)Number * (Number - 1)) - AgreeingOrdered) / (Number - 1);

        public static Photo From(IReadOnlyList<int> answers)
        {
            var counts = answers.CountBy(answer => answer).ToDictionary();
            return new Photo(counts, answers.Count, counts.Values.Sum(count => (long)count * (count - 1)));
        }
    }

    /// <summary>Sums over photos, to which a photo can be added and from which it can be taken.</summary>
    private sealed class Sums
    {
        private readonly Dictionary<int, long> _counts = [];
        private double _disagreement;
        private long _disagreeingPhotos;
        private long _number;
        private double _squares;

        public double? Alpha
        {
            get
            {
                if (_number == 0)
                    return null;
                var expected = (((double)_number * _number) - _squares) / ((double)_number * (_number - 1));
                // The sum of fractions can leave a rest where no photo disagrees.
                var observed = _disagreeingPhotos == 0 ? 0 : _disagreement / _number;
                return expected <= 0 ? 1 : 1 - (observed / expected);
            }
        }

        public void Add(Photo photo, int sign)
        {
            _number += sign * photo.Number;
            _disagreement += sign * photo.Disagreement;
            _disagreeingPhotos += photo.Counts.Count > 1 ? sign : 0;
            foreach (var (answer, count) in photo.Counts)
            {
                var before = _counts.GetValueOrDefault(answer);
                var after = before + (sign * count);
                _counts[answer] = after;
                _squares += ((double)after * after) - ((double)before * before);
            }
        }
    }
}
