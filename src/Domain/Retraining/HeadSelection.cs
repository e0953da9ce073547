using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Security.Cryptography;
using System.Text;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Domain.Retraining;

/// <summary>
/// Trains a head (docs/training.md): chooses the strength of the regularisation on photos that the backbone has not seen, fits the head to
/// all photos, and refits the temperature.
/// </summary>
public static class HeadSelection
{
    /// <summary>Strengths that are tried, from large to small.</summary>
    public static readonly ImmutableArray<double> Path = [300, 100, 30, 10, 3, 1];

    /// <summary>Strength where nothing can be chosen.</summary>
    public const double DefaultL2 = 30;

    /// <summary>Strength of the pull towards the model in use, without photos of the original training.</summary>
    public const double PriorL2 = 100;

    /// <summary>Most folds of the own photos.</summary>
    public const int MostFolds = 3;

    /// <summary>Least share of the holdout, and of the own photos, in the log loss that chooses the strength.</summary>
    public const double LeastShare = 0.25;

    /// <summary>Least total weight of the photos of the original training, as a multiple of the weight of the own photos.</summary>
    public const double ReplayShare = 2;

    /// <summary>Fewest new labels of a class with which a gate can judge the class.</summary>
    public const int FewestLabels = 10;

    /// <summary>Largest ratio of the labels of two classes without a warning.</summary>
    public const double MostImbalance = 3;

    /// <summary>
    /// Gradient tolerance of the fits that choose the strength. It is for the largest component: at 1e-2, fits from a warm start would stop
    /// where they begin.
    /// </summary>
    public const double SearchTolerance = 3e-4;

    /// <summary>
    /// Gradient tolerance of the final fit. At 1e-4 the objective stays up to 1e-3 of itself above the minimum, and a few photos in a
    /// thousand are named differently than by a program that goes on to the minimum.
    /// </summary>
    public const double FinalTolerance = 1e-6;

    /// <summary>Fewest photos of the traffic from whose labels the shares of the classes are taken.</summary>
    public const int FewestMeasured = 100;

    /// <summary>Trains a head.</summary>
    /// <param name="request">What to train from.</param>
    /// <param name="progress">Receives progress after each fit; may be null.</param>
    /// <param name="cancellationToken">Cancels the training.</param>
    /// <exception cref="TrainingRefusedException">Training cannot begin.</exception>
    /// <exception cref="ArgumentException">A target is not a share for each class, or a weight is negative.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public static TrainedHead Train(HeadTrainingRequest request, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        CheckTargets(request);
        ImmutableArray<TrainingPhoto> weighted = [.. request.Photos.Where(photo => photo.Weight > 0)];
        ImmutableArray<TrainingPhoto> known = [.. weighted.Where(photo => !photo.Embedding.IsDefaultOrEmpty)];
        ImmutableArray<TrainingPhoto> own = [.. known.Where(photo => TensorPrimitives.IsFiniteAll(photo.Embedding.AsSpan()))];
        var skipped = new SkippedPhotos(weighted.Length - known.Length, known.Length - own.Length, request.Photos.Length - weighted.Length);
        if (FindRefusal(request, own, skipped) is { } refusal)
            throw new TrainingRefusedException(refusal);
        return new Run(request, own, skipped, progress, cancellationToken).Train();
    }

    private static void CheckTargets(HeadTrainingRequest request)
    {
        const double tolerance = 1e-6;
        var all = request.Photos.Concat(request.Reference?.Replay ?? []).Concat(request.Reference?.Holdout ?? []);
        foreach (var photo in all)
        {
            if (
                photo.Target.Length != request.Labels.Length
                || photo.Target.Any(share => !(share >= 0))
                || Math.Abs(photo.Target.Sum() - 1) > tolerance
            )
                throw new ArgumentException($"A target is a share for each of the {request.Labels.Length} classes.", nameof(request));
            if (!(photo.Weight >= 0 && double.IsFinite(photo.Weight)))
                throw new ArgumentException($"{photo.Weight} is not a weight.", nameof(request));
        }
    }

    private static string? FindRefusal(HeadTrainingRequest request, ImmutableArray<TrainingPhoto> own, SkippedPhotos skipped)
    {
        if (request.MatchesShares && request.Measured.Length < FewestMeasured)
            return $"The shares of the classes are taken from blind labels of measuring windows. {FewestMeasured} are needed, and there "
                + $"are {request.Measured.Length}. Label more photos of the random sample, or train without the shares.";
        const string relabel = "Classify them again with the model in use, or leave them out of the dataset version.";
        var reference = (request.Reference?.Replay ?? []).Concat(request.Reference?.Holdout ?? []).ToList();
        var dimension = request.Champion?.Dimension
            ?? reference.Select(photo => (int?)photo.Embedding.Length).FirstOrDefault()
            ?? own.Select(photo => (int?)photo.Embedding.Length).FirstOrDefault();
        if (reference.Any(photo => photo.Backbone != request.Backbone || photo.Embedding.Length != dimension))
            return "The model's reference set was computed with another model file or variant than the one in use. Set Model:Variant to "
                + "the variant of the reference set, or use another model folder.";
        if (own.Count(photo => photo.Backbone != request.Backbone) is > 0 and var others)
            return $"{others} of {own.Length} labelled photos have embeddings of another backbone. {relabel}";
        if (own.Count(photo => photo.Embedding.Length != dimension) is > 0 and var different)
            return $"{different} of {own.Length} labelled photos have embeddings of another length than {dimension}. {relabel}";
        if (request.Reference is { Replay.IsEmpty: false })
            return null;

        if (own.IsEmpty)
            return skipped.WithoutEmbedding + skipped.NotFinite > 0
                ? $"None of the {skipped.WithoutEmbedding + skipped.NotFinite} labelled photos has a usable embedding, and the model has "
                    + "no reference set. Classify the photos again with the model in use."
                : "There are no labelled photos, and the model has no reference set. Label some photos first.";
        var classes = own.Select(photo => photo.Class).Distinct().ToList();
        if (classes.Count == 1 && own.All(photo => photo.Target[classes[0]] >= 1))
            return $"All {own.Length} labelled photos are of the class {request.Labels[classes[0]]}. The model has no reference set, so "
                + "training needs labels of at least two classes.";
        return request.Champion is null
            ? "The model has no reference set, and its head cannot be read. Train a whole model elsewhere and import it."
            : null;
    }

    /// <summary>One training.</summary>
    private sealed class Run(
        HeadTrainingRequest request,
        ImmutableArray<TrainingPhoto> own,
        SkippedPhotos skipped,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        private readonly ImmutableArray<TrainingPhoto> replay = request.Reference?.Replay ?? [];
        private readonly ImmutableArray<TrainingPhoto> holdout = request.Reference?.Holdout ?? [];
        private int step;
        private int steps;

        private int Classes => request.Labels.Length;

        private bool HasReplay => !replay.IsEmpty;

        /// <summary>Strength where none is chosen.</summary>
        private double Fallback => request.L2 ?? (HasReplay ? DefaultL2 : PriorL2);

        public TrainedHead Train()
        {
            var plans = Plans();
            var isChosen = request.L2 is null && HasReplay && (!holdout.IsEmpty || plans.Any(plan => plan.Out.Length > 0));
            double[] path =
                isChosen ? [.. Path]
                : plans.Any(plan => plan.Out.Length > 0) ? [Fallback]
                : [];
            steps = (path.Length * plans.Count) + 1;
            var candidates = path.Select(l2 => new Candidate(l2, holdout.Length, own.Length)).ToList();
            foreach (var (number, plan) in plans.Index())
                Search(plan, number, plans.Count, candidates);

            var points = candidates.Select(candidate => candidate.Summarize(holdout, own)).ToImmutableArray();
            var l2 = isChosen ? Choose(points) : Fallback;
            var weight = ReplayWeightFor(own);
            var fit = Fit([.. ReplayFor(own), .. own], l2, FinalTolerance, start: null);
            Report($"Final fit: L2 = {l2}");

            var shares = request.MatchesShares ? SharesOf(request.Measured) : [];
            var outOfFold = candidates.Find(candidate => candidate.L2 == l2)?.OutOfFold(own) ?? [];
            List<(TrainingPhoto, float[])> unseen = [.. holdout.Select(photo => (photo, LogitsOf(fit.Head, photo)))];
            var temperature = Temperature.Refit(
                [.. (unseen.Count > 0 ? unseen : outOfFold).Select(pair => Labelled(pair.Item1, pair.Item2))],
                request.Temperature
            );
            // The correction is for probabilities, so for logits it is multiplied by their temperature.
            var head = request.MatchesShares ? Correct(fit.Head, shares, weight, temperature.Value) : fit.Head;
            // Probabilities are wanted for the photos of today, which may differ from those of the original training.
            var measured = Temperature.Refit(
                [.. request.Measured.Select(photo => Labelled(photo, LogitsOf(head, photo)))],
                temperature.Value
            );
            if (!measured.IsKept)
                temperature = measured;
            ImmutableArray<int> counts = [.. Enumerable.Range(0, Classes).Select(k => own.Count(photo => photo.Class == k))];
            return new TrainedHead
            {
                Head = head,
                Temperature = temperature,
                L2 = l2,
                Objective = fit.Objective,
                Iterations = fit.Iterations,
                Path = isChosen ? points : [],
                Holdout = FiguresOf(unseen, temperature.Value),
                OutOfFold = FiguresOf(outOfFold, temperature.Value),
                LabelCounts = counts,
                ReplayPhotos = replay.Length,
                ReplayWeight = HasReplay ? weight : 0,
                Skipped = skipped,
                Shares = shares,
                Warnings = WarningsOf(counts),
            };
        }

        /// <summary>Adds log(share in the traffic / share among the photos that train) to each class.</summary>
        private LinearHead Correct(LinearHead head, ImmutableArray<double> shares, double replayWeight, double temperature)
        {
            var trained = new double[Classes];
            foreach (var photo in replay.Select(photo => photo with { Weight = photo.Weight * replayWeight }).Concat(own))
            {
                for (var k = 0; k < Classes; k++)
                    trained[k] += photo.Weight * photo.Target[k];
            }

            var sum = trained.Sum();
            return new LinearHead(
                head.Classes,
                head.Dimension,
                [.. head.Weights],
                [
                    .. head.Biases.Select(
                        (bias, k) => trained[k] > 0 ? (float)(bias + (temperature * Math.Log(shares[k] * sum / trained[k]))) : bias
                    ),
                ]
            );
        }

        /// <summary>Weighted shares with one more label for each class, so that no class is ruled out.</summary>
        private ImmutableArray<double> SharesOf(ImmutableArray<TrainingPhoto> measured)
        {
            var weight = measured.Sum(photo => photo.Weight);
            return
            [
                .. Enumerable
                    .Range(0, Classes)
                    .Select(k =>
                        ((measured.Length * measured.Sum(photo => photo.Weight * photo.Target[k]) / weight) + 1)
                        / (measured.Length + Classes)
                    ),
            ];
        }

        /// <summary>Splits own photos by groups, each fold with nearly the same number of photos.</summary>
        private List<Plan> Plans()
        {
            var groups = own.Index()
                .GroupBy(photo => photo.Item.Group, photo => photo.Index, StringComparer.Ordinal)
                .Select(group => (Name: group.Key, Photos: group.ToList()))
                .OrderByDescending(group => group.Photos.Count)
                // By hash, so that a fold does not consist of the photos of one week or uploader.
                .ThenBy(group => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(group.Name))), StringComparer.Ordinal)
                .ToList();
            if (groups.Count < 2)
                return HasReplay && !holdout.IsEmpty ? [new Plan(own, [])] : [];
            var folds = Enumerable.Range(0, Math.Min(MostFolds, groups.Count)).Select(_ => new List<int>()).ToList();
            foreach (var group in groups)
                folds.MinBy(fold => fold.Count)!.AddRange(group.Photos);
            return
            [
                .. folds.Select(fold => new Plan(
                    [.. own.Index().Where(photo => !fold.Contains(photo.Index)).Select(photo => photo.Item)],
                    [.. fold.Order()]
                )),
            ];
        }

        private void Search(Plan plan, int number, int plans, List<Candidate> candidates)
        {
            ImmutableArray<TrainingPhoto> photos = [.. ReplayFor(plan.Train), .. plan.Train];
            LinearHead? start = null;
            foreach (var candidate in candidates)
            {
                var fit = Fit(photos, candidate.L2, SearchTolerance, start);
                start = fit.Head;
                for (var i = 0; i < holdout.Length; i++)
                    candidate.AddHoldout(i, LogLoss(holdout[i], LogitsOf(fit.Head, holdout[i]), 1) / plans);
                foreach (var i in plan.Out)
                    candidate.AddOwn(i, LogitsOf(fit.Head, own[i]));
                Report($"Fold {number + 1} of {plans}: L2 = {candidate.L2}");
            }
        }

        private HeadFit Fit(ImmutableArray<TrainingPhoto> photos, double l2, double tolerance, LinearHead? start) =>
            HeadTrainer.Fit(
                photos,
                new HeadFitSettings(l2, tolerance, HasReplay ? null : request.Champion, request.Threads),
                start,
                pass: null,
                cancellationToken
            );

        private IEnumerable<TrainingPhoto> ReplayFor(ImmutableArray<TrainingPhoto> photos)
        {
            var weight = ReplayWeightFor(photos);
            return replay.Select(photo => photo with { Weight = photo.Weight * weight });
        }

        private double ReplayWeightFor(ImmutableArray<TrainingPhoto> photos) =>
            HasReplay ? Math.Max(1, ReplayShare * photos.Sum(photo => photo.Weight) / replay.Sum(photo => photo.Weight)) : 0;

        private void Report(string message)
        {
            step++;
            progress?.Report(new TrainingProgress(step, steps, message));
        }

        private ImmutableArray<string> WarningsOf(ImmutableArray<int> counts)
        {
            var warnings = new List<string>();
            if (request.MatchesShares)
                warnings.Add(
                    "The model expects each class as often as the random sample has it. Figures on held-out photos are those without this "
                        + "correction, because classes are equally frequent there."
                );
            if (!HasReplay)
                warnings.Add(
                    "The model has no reference set. The new head is pulled towards the one in use, so that it forgets less; it learns "
                        + "less, too."
                );
            if (own.IsEmpty)
                return [.. warnings];
            var most = counts.IndexOf(counts.Max());
            var least = Enumerable.Range(0, Classes).Where(k => counts[k] > 0).MinBy(k => counts[k]);
            if (counts[most] > MostImbalance * counts[least])
                warnings.Add(
                    $"{request.Labels[most]} has {counts[most]} new labels, {request.Labels[least]} has {counts[least]}: more than "
                        + $"{MostImbalance} to 1. The model may name {request.Labels[most]} too often."
                );
            warnings.AddRange(
                Enumerable
                    .Range(0, Classes)
                    .Where(k => counts[k] < FewestLabels)
                    .Select(k =>
                        $"{request.Labels[k]} has {counts[k]} new {(counts[k] == 1 ? "label" : "labels")}; training can go on, but the "
                        + "gate cannot judge it."
                    )
            );
            return [.. warnings];
        }
    }

    /// <summary>Photos to fit, and the indexes of own photos that are predicted.</summary>
    private sealed record Plan(ImmutableArray<TrainingPhoto> Train, ImmutableArray<int> Out);

    /// <summary>Collects predictions for one strength.</summary>
    private sealed class Candidate(double l2, int holdoutPhotos, int ownPhotos)
    {
        private readonly double[] holdoutLosses = new double[holdoutPhotos];
        private readonly float[]?[] ownLogits = new float[ownPhotos][];

        public double L2 => l2;

        public void AddHoldout(int photo, double loss) => holdoutLosses[photo] += loss;

        public void AddOwn(int photo, float[] logits) => ownLogits[photo] = logits;

        public List<(TrainingPhoto Photo, float[] Logits)> OutOfFold(ImmutableArray<TrainingPhoto> own) =>
            [.. own.Zip(ownLogits).Where(pair => pair.Second is not null).Select(pair => (pair.First, pair.Second!))];

        public RegularizationPoint Summarize(ImmutableArray<TrainingPhoto> holdout, ImmutableArray<TrainingPhoto> own)
        {
            var ofHoldout = Mean([.. holdout.Zip(holdoutLosses, (photo, loss) => (photo.Weight, loss))]);
            var ofOwn = Mean([.. OutOfFold(own).Select(pair => (pair.Photo.Weight, LogLoss(pair.Photo, pair.Logits, 1)))]);
            var share =
                ofHoldout is null ? 1
                : ofOwn is null ? 0
                : Math.Clamp(ofOwn.Weight / (ofOwn.Weight + ofHoldout.Weight), LeastShare, 1 - LeastShare);
            return new RegularizationPoint(
                l2,
                (share * (ofOwn?.Value ?? 0)) + ((1 - share) * (ofHoldout?.Value ?? 0)),
                Math.Sqrt(Math.Pow(share, 2) * (ofOwn?.Variance ?? 0) + (Math.Pow(1 - share, 2) * (ofHoldout?.Variance ?? 0))),
                ofHoldout?.Value,
                ofOwn?.Value
            );
        }

        private static WeightedMean? Mean(IReadOnlyList<(double Weight, double Loss)> losses)
        {
            if (losses.Count == 0)
                return null;
            var weight = losses.Sum(loss => loss.Weight);
            var mean = losses.Sum(loss => loss.Weight * loss.Loss) / weight;
            return new WeightedMean(weight, mean, losses.Sum(loss => Math.Pow(loss.Weight * (loss.Loss - mean), 2)) / (weight * weight));
        }

        private sealed record WeightedMean(double Weight, double Value, double Variance);
    }

    /// <summary>One-standard-error rule: the largest strength that is not clearly worse than the best one.</summary>
    private static double Choose(ImmutableArray<RegularizationPoint> points)
    {
        var best = points.MinBy(point => point.LogLoss)!;
        return points.Where(point => point.LogLoss <= best.LogLoss + best.StandardError).Max(point => point.L2);
    }

    private static float[] LogitsOf(LinearHead head, TrainingPhoto photo)
    {
        var logits = new float[head.Classes];
        head.Logits(photo.Embedding.AsSpan(), logits);
        return logits;
    }

    private static LabelledLogits Labelled(TrainingPhoto photo, float[] logits) =>
        new(photo.Weight, [.. logits.Select(logit => (double)logit)], photo.Class);

    private static double LogLoss(TrainingPhoto photo, float[] logits, double temperature)
    {
        var probabilities = ProbabilitiesOf(logits, temperature);
        return -photo.Target.Zip(probabilities, (share, probability) => share > 0 ? share * Math.Log(probability) : 0).Sum();
    }

    private static double[] ProbabilitiesOf(float[] logits, double temperature)
    {
        var largest = logits.Max();
        double[] exponentials = [.. logits.Select(logit => Math.Exp(((double)logit - largest) / temperature))];
        var sum = exponentials.Sum();
        return [.. exponentials.Select(exponential => Math.Max(exponential / sum, double.Epsilon))];
    }

    private static HeldOutFigures? FiguresOf(IReadOnlyList<(TrainingPhoto Photo, float[] Logits)> photos, double temperature)
    {
        if (photos.Count == 0)
            return null;
        var answers = photos
            .Select(pair =>
                (
                    pair.Photo,
                    Loss: LogLoss(pair.Photo, pair.Logits, temperature),
                    Confidence: ProbabilitiesOf(pair.Logits, temperature).Max(),
                    IsRight: pair.Logits.IndexOf(pair.Logits.Max()) == pair.Photo.Class
                )
            )
            .ToList();
        var weight = answers.Sum(answer => answer.Photo.Weight);
        return new HeldOutFigures(
            answers.Count,
            answers.Sum(answer => answer.IsRight ? answer.Photo.Weight : 0) / weight,
            answers.Sum(answer => answer.Photo.Weight * answer.Loss) / weight,
            Calibration.Of([.. answers.Select(answer => (answer.Photo.Weight, answer.Confidence, answer.IsRight))]).Error!.Value,
            [
                .. Enumerable
                    .Range(0, photos[0].Photo.Target.Length)
                    .Select(k =>
                    {
                        var ofClass = answers.Where(answer => answer.Photo.Class == k).ToList();
                        return new ClassFigures(
                            k,
                            ofClass.Count,
                            ofClass.Count == 0 ? null : (double)ofClass.Count(answer => answer.IsRight) / ofClass.Count
                        );
                    }),
            ]
        );
    }
}
