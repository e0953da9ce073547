using System.Collections.Immutable;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Tests.Unit.Retraining;

public sealed class HeadTrainerTests
{
    private const int Classes = 3;
    private const int Dimension = 5;

    /// <summary>Classes of the holdout photos, in order, as letters.</summary>
    private const string AnswersAt3 =
        "ahaaacbaaaaaaafcaaaiaaaaaaaabaaaaaeaeaeaaaagaacaafabbbbbbbfbbbbbbcbbbbbbcbbbbbbbkbbbbcbbccbbbbbbcbbbcccccccccc"
        + "cjcccfccdcccccccccccfffccfcccccgceacccfciddddddddddkddddaddddddfddddddddddddddddddddddddddeeeebeeeeeeeefeceeee"
        + "eeeeeeeefeeaeeceeeeefeeeeeeeeeffffffkfiffffffffffcfhffffefdffgfcfiffffffffffbffkggggggggggggggggghaggggcggghag"
        + "gfggggggghggggggggkghhhhhhhhhhhhkhhhhkhhhhhhhhhhfahhhhfhhhhhhhhhhhhhhhihigaiiiaiiiifiiieiiiiiiiiiiiiiiiiifiiii"
        + "iiiiiiiijijjjdjjjjjjjjjjjjjjjjjjjjjjjjjjjjkjjjjjjjjjjjjjjjjjddfhikkkkkkkkkkkfkkakkkkkgkkfkkkkkkkhkkkehkkkhkkkk";

    private const string AnswersAt30 =
        "akaaacbaaaaaaafcaaaiaaaaaaaabaaaaakaeaeaaaagaacaafabbbbbbbfbbbbbbcbbbbbbcbbbbbbbkbbbbcbbccbbbbbbcbbccccccccccc"
        + "cccccfccccccccccccccfffccacccccgceaccccchddddddddddkddddaddddddfddddddddddddddddddddddddddeeeeaeeeeeeeefeceeee"
        + "eeeeeeeeffeaeeceeeeefeeeceeeeeffffffkfiffffffffffcfhffffefdffgfcfiffffffffffbffkggggggggggggggggghaggggcggghag"
        + "gfggggggghggggggggkghhhhhhhhhhhhkhhhhhhhhhhhhhhhfahhhhhhhhhhhhhhhhhhhhihihaiiiaiiiifiiieiiiiiiiiiiiiiiiiifiiii"
        + "iiiiiiiijijjjdjjjjjjjjjjjjjjjjjjjjjjjjjjjjkjjjjjjjjjjjjjjjjjddfhikkkkkkkkkkkfkkakkkkkgkkfkgkkkkkhkkkehkkkhkkkk";

    private static readonly LinearHead Prior = new(
        Classes,
        Dimension,
        [.. Enumerable.Range(0, Classes * Dimension).Select(i => (i % 4) - 1.5f)],
        [0.5f, -1, 2]
    );

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_gradient_is_that_of_the_objective(bool hasPrior)
    {
        const double step = 0.01;
        var photos = Synthetic(150, seed: 1);
        var settings = new HeadFitSettings(4, 1e-4, hasPrior ? Prior : null, Threads: 2);
        var random = new Random(2);
        double[] point = [.. Enumerable.Range(0, (Classes * Dimension) + Classes).Select(_ => random.NextDouble() - 0.5)];
        var gradient = new double[point.Length];
        HeadTrainer.Evaluate(photos, settings, point, gradient);

        for (var i = 0; i < point.Length; i++)
            Assert.Equal((At(i, step) - At(i, -step)) / (2 * step), gradient[i], 1e-4);

        double At(int i, double by)
        {
            double[] moved = [.. point];
            moved[i] += by;
            return HeadTrainer.Evaluate(photos, settings, moved, new double[point.Length]);
        }
    }

    [Fact]
    public void The_objective_is_mean_weighted_cross_entropy_plus_the_penalty()
    {
        ImmutableArray<TrainingPhoto> photos =
        [
            new([1, 0], [1, 0], 3, "a", "b"),
            new([0, 2], [0.25, 0.75], 1, "b", "b"),
            new([9, 9], [0, 1], 0, "without weight", "b"),
        ];
        double[] point = [1, 2, -1, 0.5, 0.1, -0.2];
        double[] logits = [1.1, -1.2, 4.1, 0.8];
        double LogSum(double one, double two) => Math.Log(Math.Exp(one) + Math.Exp(two));
        var first = LogSum(logits[0], logits[1]) - logits[0];
        var second = LogSum(logits[2], logits[3]) - (0.25 * logits[2]) - (0.75 * logits[3]);
        var mean = ((3 * first) + second) / 4;

        Assert.Equal(mean + (0.5 * 7 / 2 * 6.25), Evaluate(prior: null), 1e-6);
        var prior = new LinearHead(2, 2, [1, 1, 1, 1], [1, 1]);
        Assert.Equal(mean + (0.5 * 7 / 2 * (0 + 1 + 4 + 0.25 + 0.81 + 1.44)), Evaluate(prior), 1e-6);

        double Evaluate(LinearHead? prior) => HeadTrainer.Evaluate(photos, new HeadFitSettings(7, 1e-4, prior, 1), point, new double[6]);
    }

    /// <summary>
    /// Minimum and answers were computed with another program, in float64 up to a gradient of 2e-8. The two best classes of a photo are at
    /// least 0.01 apart there.
    /// </summary>
    [Theory]
    [InlineData(3, 0.13838849340, AnswersAt3)]
    [InlineData(30, 0.42748188092, AnswersAt30)]
    public void A_final_fit_reaches_the_minimum_and_names_the_same_classes_as_another_program(double l2, double minimum, string answers)
    {
        var settings = new HeadFitSettings(l2, HeadSelection.FinalTolerance, Prior: null, Threads: 2);
        var fit = HeadTrainer.Fit(Reference.Photos.Replay, settings, null, null, CancellationToken.None);

        Assert.InRange((fit.Objective / minimum) - 1, -1e-7, 1e-6);
        Assert.Equal(answers, string.Concat(Reference.Photos.Holdout.Select(photo => (char)('a' + fit.Head.Classify(photo)))));
    }

    [Fact]
    public void The_same_photos_give_the_same_bits_whatever_the_number_of_threads()
    {
        var settings = new HeadFitSettings(10, 1e-3, null, 1);
        var fits = new[] { 1, 1, 2, 3, 16 }
            .Select(threads =>
                HeadTrainer.Fit(Reference.Photos.Replay, settings with { Threads = threads }, null, null, CancellationToken.None)
            )
            .ToList();

        Assert.All(fits, fit => Assert.Equal(fits[0].Head.ToBytes(), fit.Head.ToBytes()));
        Assert.All(fits, fit => Assert.Equal(fits[0].Objective, fit.Objective));
    }

    [Fact]
    public void Only_ratios_of_weights_matter()
    {
        var settings = new HeadFitSettings(1, 1e-6, null, 1);
        var photos = Synthetic(200, seed: 3);
        var one = HeadTrainer.Fit(photos, settings, null, null, CancellationToken.None);
        var other = HeadTrainer.Fit(
            [.. photos.Select(photo => photo with { Weight = 8 * photo.Weight })],
            settings,
            null,
            null,
            CancellationToken.None
        );

        Assert.All(one.Head.Weights.Zip(other.Head.Weights), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
    }

    [Fact]
    public void A_strong_penalty_keeps_the_head_at_its_prior()
    {
        var photos = Synthetic(200, seed: 4);
        var fit = HeadTrainer.Fit(photos, new HeadFitSettings(1e7, 1e-6, Prior, 1), null, null, CancellationToken.None);

        Assert.All(fit.Head.Weights.Zip(Prior.Weights), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        Assert.All(fit.Head.Biases.Zip(Prior.Biases), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
    }

    [Fact]
    public void A_warm_start_ends_at_the_same_head_in_fewer_passes()
    {
        var settings = new HeadFitSettings(3, 1e-5, null, 1);
        var photos = Synthetic(300, seed: 5);
        var cold = HeadTrainer.Fit(photos, settings, null, null, CancellationToken.None);
        var warm = HeadTrainer.Fit(photos, settings, cold.Head, null, CancellationToken.None);

        Assert.True(warm.Passes < cold.Passes, $"{warm.Passes} < {cold.Passes}");
        Assert.Equal(cold.Objective, warm.Objective, 1e-6);
    }

    [Fact]
    public void Progress_is_told_and_a_fit_is_cancelled_within_one_pass()
    {
        using var stop = new CancellationTokenSource();
        var passes = new Passes(stop);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            HeadTrainer.Fit(Synthetic(300, seed: 6), new HeadFitSettings(0.1, 1e-9, null, 1), null, passes, stop.Token)
        );
        Assert.Equal(Passes.Most, passes.Last);
    }

    [Fact]
    public void Photos_that_do_not_fit_together_are_refused()
    {
        var photos = Synthetic(2, seed: 7);
        var settings = new HeadFitSettings(1, 1e-4, null, 1);
        Assert.Throws<ArgumentException>(() => Fit([], settings));
        Assert.Throws<ArgumentException>(() => Fit([photos[0] with { Weight = 0 }], settings));
        Assert.Throws<ArgumentException>(() => Fit([photos[0], photos[1] with { Embedding = [1] }], settings));
        Assert.Throws<ArgumentException>(() => Fit([photos[0], photos[1] with { Target = [1, 0] }], settings));
        Assert.Throws<ArgumentException>(() => Fit(photos, settings with { Prior = new LinearHead(2, 2, [1, 1, 1, 1], [1, 1]) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit(photos, settings with { L2 = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit(photos, settings with { Threads = 0 }));

        static void Fit(ImmutableArray<TrainingPhoto> photos, HeadFitSettings settings) =>
            HeadTrainer.Fit(photos, settings, null, null, CancellationToken.None);
    }

    /// <summary>Three overlapping clouds with soft targets and different weights.</summary>
    private static ImmutableArray<TrainingPhoto> Synthetic(int count, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => new TrainingPhoto(
                    [.. Enumerable.Range(0, Dimension).Select(d => random.NextSingle() + (d == i % Classes ? 0.5f : 0))],
                    [.. Enumerable.Range(0, Classes).Select(k => k == i % Classes ? 0.8 : 0.1)],
                    0.5 + random.NextDouble(),
                    $"{i}",
                    "b"
                )),
        ];
    }

    private sealed class Passes(CancellationTokenSource stop) : IProgress<int>
    {
        public const int Most = 3;

        public int Last { get; private set; }

        public void Report(int value)
        {
            Last = value;
            if (value == Most)
                stop.Cancel();
        }
    }
}
