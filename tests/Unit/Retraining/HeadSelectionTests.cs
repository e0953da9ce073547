using System.Collections.Immutable;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Tests.Unit.Retraining;

public sealed class HeadSelectionTests
{
    private static readonly ReferencePhotos All = Reference.Photos;

    /// <summary>A fifth of the replay set, for tests in which only the recipe matters.</summary>
    private static readonly ReferencePhotos Small = All with { Replay = [.. All.Replay.Where((_, i) => i % 5 == 0)] };

    [Fact]
    public void The_biases_are_corrected_to_the_shares_of_the_classes_in_the_traffic()
    {
        const int soup = 9;
        ImmutableArray<TrainingPhoto> traffic =
        [
            .. Reference.Photos.Holdout.Where(photo => photo.Class == soup).Take(40),
            .. Enumerable.Range(0, 2).SelectMany(_ => Reference.Photos.Holdout.Where(photo => photo.Class != soup).Take(40)),
        ];
        var request = Reference.Request() with { L2 = 30, Measured = traffic };
        var plain = HeadSelection.Train(request, progress: null, CancellationToken.None);
        var matched = HeadSelection.Train(request with { MatchesShares = true }, progress: null, CancellationToken.None);

        Assert.Empty(plain.Shares);
        Assert.Equal(1, matched.Shares.Sum(), 1e-9);
        Assert.Equal(41.0 / (120 + 11), matched.Shares[soup], 1e-9);
        Assert.Equal(plain.Head.Weights, matched.Head.Weights);
        // The replay photos have each class equally often, so each bias moves by T · log(11 · share).
        var moves = matched.Shares.Select((share, k) => (matched.Head.Biases[k] - plain.Head.Biases[k]) / Math.Log(11 * share)).ToList();
        Assert.All(moves, move => Assert.Equal(moves[0], move, 1e-3));
        Assert.InRange(moves[0], 0.2, 5);
        Assert.Equal(plain.Holdout!.Accuracy, matched.Holdout!.Accuracy);
        var few = request with { MatchesShares = true, Measured = [.. traffic.Take(99)] };
        var refused = Assert.Throws<TrainingRefusedException>(() => HeadSelection.Train(few, progress: null, CancellationToken.None));
        Assert.Contains("100 are needed, and there are 99", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Log loss by L2 on the held-out photos, measured with another program: docs/training.md.</summary>
    [Fact]
    public void Without_own_labels_the_holdout_chooses()
    {
        var trained = Train(Reference.Request());

        double[] expected = [0.671, 0.604, 0.609, 0.662, 0.735];
        Assert.Equal(HeadSelection.Path, trained.Path.Select(point => point.L2));
        Assert.All(trained.Path.Skip(1).Zip(expected), pair => Assert.Equal(pair.Second, pair.First.HoldoutLogLoss!.Value, 0.02));
        Assert.All(trained.Path, point => Assert.Null(point.OwnLogLoss));
        Assert.Equal(30, trained.L2);
        Assert.Equal(0.836, trained.Holdout!.Accuracy, 0.008);
        Assert.Equal(550, trained.Holdout.Photos);
        Assert.Equal(trained.Holdout.Accuracy, trained.Holdout.Classes.Average(figures => figures.Accuracy!.Value), 1e-9);
        Assert.Equal(trained.Temperature.NllAfter, trained.Holdout.LogLoss, 1e-9);
        Assert.True(trained.Holdout.CalibrationError < 0.05, $"{trained.Holdout.CalibrationError}");
        Assert.False(trained.Temperature.IsKept);
        Assert.Null(trained.OutOfFold);
        Assert.Equal(1, trained.ReplayWeight);
        Assert.Empty(trained.Warnings);
    }

    /// <summary>On the photos of today, the head may be right less often than on those of the original training.</summary>
    [Fact]
    public void Enough_labels_of_the_random_sample_decide_about_the_temperature_and_nothing_else()
    {
        ImmutableArray<TrainingPhoto> measured =
        [
            .. All
                .Holdout.Where((_, i) => i % 4 == 0)
                .Select((photo, i) => i % 3 == 0 ? photo with { Target = TrainingPhoto.OneHot((photo.Class + 1) % 11, 11) } : photo),
        ];
        Assert.True(measured.Length >= Temperature.LeastLabels);
        var request = Reference.Request() with { Reference = Small, L2 = 30 };

        var without = Train(request);
        var trained = Train(request with { Measured = measured });
        var tooFew = Train(request with { Measured = measured[..(Temperature.LeastLabels - 1)] });

        Assert.True(
            trained.Temperature.Value > without.Temperature.Value + 0.1,
            $"{without.Temperature.Value} without, {trained.Temperature.Value} with"
        );
        Assert.Equal(measured.Length, trained.Temperature.Labels);
        Assert.Equal(without.Temperature, tooFew.Temperature);
        Assert.Equal(without.Head.ToBytes(), trained.Head.ToBytes());
    }

    /// <summary>Without replay the other nine would fall to nothing.</summary>
    [Fact]
    public void Fifty_labels_of_two_classes_do_not_make_the_head_forget_the_others()
    {
        int[] two = [2, 5];
        var (own, rest) = Split(photo => two.Contains(photo.Class), perClass: 25);
        ImmutableArray<TrainingPhoto> others = [.. rest.Where(photo => !two.Contains(photo.Class))];

        var trained = Train(Reference.Request(own) with { Reference = All with { Holdout = rest } });

        Assert.Equal(50, trained.LabelCounts.Sum());
        var (before, after) = (Reference.Champion.Accuracy(others), trained.Head.Accuracy(others));
        Assert.True(after >= before - 0.03, $"{before:0.000} → {after:0.000}");
        var alone = HeadTrainer.Fit(own, new HeadFitSettings(3, 1e-4, null, 2), null, null, CancellationToken.None).Head.Accuracy(others);
        Assert.True(alone < 0.1, $"Without replay: {alone:0.000}");
    }

    [Fact]
    public void The_same_request_gives_the_same_bits()
    {
        var (own, rest) = Split(_ => true, perClass: 2);
        var request = Reference.Request(own) with { Reference = Small with { Holdout = rest } };

        var (one, other) = (Train(request with { Threads = 1 }), Train(request with { Threads = 2 }));

        Assert.Equal(one.Head.ToBytes(), other.Head.ToBytes());
        Assert.Equal(one.Path, other.Path);
        Assert.Equal(one.Temperature, other.Temperature);
        Assert.Equal(one.Objective, other.Objective);
    }

    [Fact]
    public void Own_labels_take_part_in_the_choice_by_out_of_fold_predictions()
    {
        var (own, rest) = Split(_ => true, perClass: 5);
        var trained = Train(Reference.Request(own) with { Reference = All with { Holdout = rest } });

        Assert.Equal(55, trained.OutOfFold!.Photos);
        Assert.All(trained.OutOfFold.Classes, figures => Assert.Equal(5, figures.Photos));
        Assert.InRange(trained.OutOfFold.Accuracy, 0.7, 0.95);
        // 55 of 550 photos would have a tenth of the sum, so they get a quarter.
        Assert.All(trained.Path, point =>
            Assert.Equal((0.25 * point.OwnLogLoss!.Value) + (0.75 * point.HoldoutLogLoss!.Value), point.LogLoss, 1e-12)
        );
        Assert.Equal(1, trained.ReplayWeight);
        Assert.Equal(1430, trained.ReplayPhotos);
        Assert.Equal(Enumerable.Repeat(5, 11), trained.LabelCounts);
    }

    [Fact]
    public void The_replay_set_weighs_at_least_twice_as_much_as_the_own_labels()
    {
        var (own, rest) = Split(_ => true, perClass: 40);
        var trained = Train(
            Reference.Request(own.Select(photo => photo with { Weight = 3 })) with
            {
                Reference = Small with { Holdout = rest },
            }
        );

        Assert.Equal(2 * 3 * 440 / (double)Small.Replay.Length, trained.ReplayWeight, 1e-9);
    }

    [Fact]
    public void Photos_of_one_group_are_not_split_between_folds()
    {
        // One photo many times: predicted from its copies, it would be right.
        var (own, rest) = Split(photo => photo.Class is 0 or 1, perClass: 1);
        var wrong = own[0] with { Target = TrainingPhoto.OneHot(7, 11), Group = "copies" };
        ImmutableArray<TrainingPhoto> copies = [.. Enumerable.Repeat(wrong, 30), own[1]];

        var together = Train(Reference.Request(copies) with { Reference = Small with { Holdout = rest } });
        var apart = Train(
            Reference.Request(copies.Select((photo, i) => photo with { Group = $"{i}" })) with
            {
                Reference = Small with { Holdout = rest },
            }
        );

        Assert.Equal(0, together.OutOfFold!.Classes[7].Accuracy);
        Assert.Equal(1, apart.OutOfFold!.Classes[7].Accuracy);
    }

    [Fact]
    public void Photos_without_a_usable_embedding_are_skipped_and_counted()
    {
        var (own, rest) = Split(_ => true, perClass: 2);
        var request = Reference.Request(own) with { Reference = Small with { Holdout = rest } };

        var trained = Train(
            request with
            {
                Photos =
                [
                    own[0] with
                    {
                        Embedding = own[0].Embedding.SetItem(3, float.NaN),
                    },
                    own[1] with
                    {
                        Embedding = [],
                    },
                    own[2] with
                    {
                        Embedding = default,
                    },
                    own[3] with
                    {
                        Weight = 0,
                    },
                    .. own[4..],
                ],
            }
        );

        Assert.Equal(new SkippedPhotos(WithoutEmbedding: 2, NotFinite: 1, WithoutWeight: 1), trained.Skipped);
        Assert.Equal(18, trained.LabelCounts.Sum());
        Assert.Equal(Train(request with { Photos = own[4..] }).Head, trained.Head);
    }

    [Fact]
    public void Warnings_name_classes_with_few_labels_and_imbalance()
    {
        var (many, _) = Split(photo => photo.Class == 3, perClass: 40);
        var (few, rest) = Split(photo => photo.Class != 3, perClass: 11);
        var trained = Train(
            Reference.Request(many.Concat(few).Where(photo => photo.Class != 4)) with
            {
                Reference = Small with { Holdout = rest },
            }
        );

        Assert.Equal(
            [
                $"{Reference.Labels[3]} has 40 new labels, {Reference.Labels[0]} has 11: more than 3 to 1. "
                    + $"The model may name {Reference.Labels[3]} too often.",
                $"{Reference.Labels[4]} has 0 new labels; training can go on, but the gate cannot judge it.",
            ],
            trained.Warnings
        );
    }

    [Fact]
    public void Without_a_reference_set_the_head_stays_near_the_one_in_use()
    {
        int[] two = [2, 5];
        var (own, rest) = Split(photo => two.Contains(photo.Class), perClass: 25);
        var trained = Train(Reference.Request(own) with { Reference = null });

        Assert.Equal(HeadSelection.PriorL2, trained.L2);
        Assert.Empty(trained.Path);
        Assert.Null(trained.Holdout);
        Assert.Equal(50, trained.OutOfFold!.Photos);
        Assert.Equal(0, trained.ReplayPhotos);
        Assert.StartsWith("The model has no reference set.", trained.Warnings[0], StringComparison.Ordinal);
        Assert.True(trained.Temperature.IsKept);
        Assert.Equal(Reference.Temperature, trained.Temperature.Value);
        ImmutableArray<TrainingPhoto> others = [.. rest.Where(photo => !two.Contains(photo.Class))];
        var (before, after) = (Reference.Champion.Accuracy(others), trained.Head.Accuracy(others));
        Assert.True(after > before - 0.15, $"{before:0.000} → {after:0.000}");
    }

    [Fact]
    public void What_cannot_be_trained_is_refused_with_a_reason()
    {
        var (own, _) = Split(_ => true, perClass: 1);
        var request = Reference.Request(own);
        var without = request with { Reference = null };

        Assert.Equal(
            "There are no labelled photos, and the model has no reference set. Label some photos first.",
            Refusal(without with { Photos = [] })
        );
        Assert.StartsWith(
            "None of the 1 labelled photos has a usable embedding",
            Refusal(without with { Photos = [own[0] with { Embedding = [] }] }),
            StringComparison.Ordinal
        );
        Assert.Equal(
            $"All 1 labelled photos are of the class {Reference.Labels[own[0].Class]}. The model has no reference set, so training needs "
                + "labels of at least two classes.",
            Refusal(without with { Photos = [own[0]] })
        );
        Assert.StartsWith(
            "The model has no reference set, and its head cannot be read.",
            Refusal(without with { Champion = null }),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "2 of 11 labelled photos have embeddings of another backbone.",
            Refusal(request with { Photos = [.. own[..9], .. own[9..].Select(photo => photo with { Backbone = "other" })] }),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "1 of 11 labelled photos have embeddings of another length than 1280.",
            Refusal(request with { Photos = [.. own[..10], own[10] with { Embedding = [1, 2, 3] }] }),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "The model's reference set was computed with another model file",
            Refusal(request with { Backbone = "other", Photos = [] }),
            StringComparison.Ordinal
        );
        Assert.Throws<ArgumentException>(() => Train(request with { Photos = [own[0] with { Target = [1, 0] }] }));
        Assert.Throws<ArgumentException>(() => Train(request with { Photos = [own[0] with { Weight = double.NaN }] }));
    }

    [Fact]
    public void Progress_counts_fits_and_training_is_cancelled_between_and_within_them()
    {
        using var stop = new CancellationTokenSource();
        var steps = new List<TrainingProgress>();
        var progress = new Listener(step =>
        {
            steps.Add(step);
            if (step.Step == 2)
                stop.Cancel();
        });

        Assert.ThrowsAny<OperationCanceledException>(() =>
            HeadSelection.Train(Reference.Request() with { Reference = Small }, progress, stop.Token)
        );
        Assert.Equal([new TrainingProgress(1, 7, "Fold 1 of 1: L2 = 300"), new TrainingProgress(2, 7, "Fold 1 of 1: L2 = 100")], steps);
    }

    private static TrainedHead Train(HeadTrainingRequest request) =>
        HeadSelection.Train(request, null, TestContext.Current.CancellationToken);

    private static string Refusal(HeadTrainingRequest request) => Assert.Throws<TrainingRefusedException>(() => Train(request)).Message;

    /// <summary>Takes photos of the holdout as own labels, and returns those and the rest.</summary>
    private static (ImmutableArray<TrainingPhoto> Own, ImmutableArray<TrainingPhoto> Others) Split(
        Func<TrainingPhoto, bool> which,
        int perClass
    )
    {
        ImmutableArray<TrainingPhoto> own =
        [
            .. All.Holdout.Where(which).GroupBy(photo => photo.Class).SelectMany(photos => photos.Take(perClass)),
        ];
        return (own, [.. All.Holdout.Except(own)]);
    }

    private sealed class Listener(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
