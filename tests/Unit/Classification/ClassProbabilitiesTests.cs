using System.Collections.Immutable;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Tests.Unit.Classification;

public sealed class ClassProbabilitiesTests
{
    [Fact]
    public void Softmax_of_known_logits_is_known()
    {
        // e^0, e^1, e^2 over their sum.
        var probabilities = ClassProbabilities.FromLogits([0, 1, 2], temperature: 1);
        Assert.Equal([0.0900306f, 0.2447285f, 0.6652409f], probabilities.Values.ToArray(), (a, b) => Math.Abs(a - b) < 1e-6f);
        Assert.Equal((2, probabilities.Values[2]), (probabilities.PredictedIndex, probabilities.Confidence));
    }

    [Fact]
    public void A_temperature_below_one_sharpens_and_never_changes_the_class()
    {
        var plain = ClassProbabilities.FromLogits([0.2f, 1.4f, 0.9f], temperature: 1);
        var sharp = ClassProbabilities.FromLogits([0.2f, 1.4f, 0.9f], temperature: 0.415);
        Assert.True(sharp.Confidence > plain.Confidence);
        Assert.Equal(plain.PredictedIndex, sharp.PredictedIndex);
    }

    [Fact]
    public void Large_logits_do_not_overflow() =>
        Assert.Equal(1, ClassProbabilities.FromLogits([1000, -1000], temperature: 0.1).Confidence);

    [Fact]
    public void Of_equal_classes_the_first_is_predicted() => Assert.Equal(0, ClassProbabilities.FromLogits([1, 1, 1], 1).PredictedIndex);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_senseless_temperature_is_refused(double temperature) =>
        Assert.Throws<ArgumentException>(() => ClassProbabilities.FromLogits([1, 2], temperature));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_logit_that_is_not_finite_is_refused(float logit) =>
        Assert.Throws<ArgumentException>(() => ClassProbabilities.FromLogits([1, logit], 1));

    [Fact]
    public void What_is_no_distribution_is_refused()
    {
        foreach (
            var values in new ImmutableArray<float>[]
            {
                [],
                [1],
                [0.5f, 0.6f],
                [-0.1f, 1.1f],
                [float.NaN, float.NaN],
                [float.NaN, 0.5f, 0.5f],
                [float.NaN, 1.1f],
            }
        )
            Assert.Throws<ArgumentException>(() => new ClassProbabilities(values));
    }

    [Fact]
    public void Of_a_foreign_answer_the_best_class_alone_may_be_known()
    {
        var answer = ClassProbabilities.BestOnly(index: 2, confidence: 0.3f, classes: 4);
        Assert.Equal((2, 0.3f), (answer.PredictedIndex, answer.Confidence));
        Assert.Equal([float.NaN, float.NaN, 0.3f, float.NaN], answer.Values);
        Assert.Equal(answer, new ClassProbabilities(answer.Values));
        Assert.Throws<ArgumentException>(() => ClassProbabilities.BestOnly(0, 1.1f, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassProbabilities.BestOnly(4, 0.5f, 4));
    }

    [Fact]
    public void Equality_is_by_value() => Assert.Equal(new ClassProbabilities([0.25f, 0.75f]), new ClassProbabilities([0.25f, 0.75f]));
}
