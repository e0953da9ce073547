using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class LabelErrorsVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("label-errors");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Suspects_are_found_as_in_the_reference(string name)
    {
        var vector = VectorCase.Get("label-errors", name);

        var result = LabelErrors.Find(
            vector.In.GetProperty("classes").GetInt32(),
            vector.In.GetProperty("probabilities").Deserialize<double[][]>()!,
            vector.In.GetProperty("labels").Deserialize<int?[]>()!
        );

        vector.AssertOut(
            new Dictionary<string, object?>
            {
                ["thresholds"] = result.Thresholds,
                ["counts"] = result.Counts,
                ["joint"] = result.Joint,
                ["suspects"] = result.Suspects.Select(suspect => new Dictionary<string, object?>
                {
                    ["item"] = suspect.Item,
                    ["score"] = suspect.Score,
                }),
            }
        );
        if (result.Labels > 0)
            Assert.Equal(1, result.WrongShare + result.Joint.Select((row, label) => row[label]).Sum(), 1e-9);
    }

    [Theory]
    [InlineData(99, true, 1)]
    [InlineData(100, false, 0)]
    public void Fewer_than_a_hundred_labels_are_too_few(int labels, bool isTooFew, int needed)
    {
        var result = LabelErrors.Find(2, Repeat(labels + 1, 0.9, 0.1), [.. Enumerable.Repeat<int?>(0, labels), null]);

        Assert.Equal((labels, isTooFew, needed), (result.Labels, result.IsTooFew, result.Needed));
    }

    [Fact]
    public void None_of_these_takes_no_part()
    {
        var result = LabelErrors.Find(
            2,
            [
                [0.9, 0.1],
                [0.2, 0.8],
                [0.8, 0.2],
                [0.1, 0.9],
                [0.05, 0.95],
            ],
            [0, 1, null, 1, 0]
        );

        Assert.Equal(4, result.Labels);
        Assert.Equal([new LabelSuspect(4, 0, 1, (0.05 - 0.95 + 1) / 2)], result.Suspects);
        Assert.Equal(0.25, result.WrongShare, 1e-12);
    }

    [Fact]
    public void Equal_probabilities_choose_the_lower_class_and_equal_scores_the_lower_item()
    {
        var result = LabelErrors.Find(3, Repeat(6, 1.0 / 3, 1.0 / 3, 1.0 / 3), [0, 1, 2, 2, 1, 0]);

        Assert.Equal([1, 2, 3, 4], result.Suspects.Select(suspect => suspect.Item));
        Assert.All(result.Suspects, suspect => Assert.Equal((0, 0.5), (suspect.Likely, suspect.Score)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 3)]
    [InlineData(5, 1)]
    [InlineData(150, 1)]
    public void Nothing_and_one_class_have_no_suspects(int labels, int classes)
    {
        var result = LabelErrors.Find(
            classes,
            Repeat(labels, [.. Enumerable.Repeat(1.0, classes)]),
            [.. Enumerable.Repeat<int?>(0, labels)]
        );

        Assert.Empty(result.Suspects);
        Assert.Equal(0, result.WrongShare);
        Assert.All(result.Joint.SelectMany(row => row), share => Assert.InRange(share, 0, 1));
    }

    [Fact]
    public void Labels_without_probabilities_are_refused()
    {
        Assert.Throws<ArgumentException>(() =>
            LabelErrors.Find(
                2,
                [
                    [0.9, 0.1],
                ],
                [0, 1]
            )
        );
        Assert.Throws<ArgumentException>(() =>
            LabelErrors.Find(
                2,
                [
                    [0.9],
                ],
                [0]
            )
        );
        Assert.Throws<ArgumentException>(() =>
            LabelErrors.Find(
                2,
                [
                    [0.9, 0.1],
                ],
                [2]
            )
        );
    }

    private static double[][] Repeat(int photos, params double[] probabilities) => [.. Enumerable.Repeat(probabilities, photos)];
}
