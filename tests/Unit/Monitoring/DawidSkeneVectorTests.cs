using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class DawidSkeneVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("dawid-skene");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Raters_are_estimated_as_in_the_reference(string name)
    {
        var vector = VectorCase.Get("dawid-skene", name);
        RaterAnswer[] answers =
        [
            .. vector.In.GetProperty("answers").Deserialize<int[][]>()!.Select(one => new RaterAnswer(one[0], one[1], one[2])),
        ];
        int[][] gold =
            vector.In.TryGetProperty("gold", out var given) && given.ValueKind != JsonValueKind.Null ? given.Deserialize<int[][]>()! : [];

        var result = DawidSkene.Fit(
            answers.Select(answer => answer.Photo).Concat(gold.Select(one => one[0])).Append(-1).Max() + 1,
            vector.In.GetProperty("classes").GetInt32(),
            vector.In.GetProperty("raters").GetInt32(),
            answers,
            gold.ToDictionary(one => one[0], one => one[1])
        );

        vector.AssertOut(
            new Dictionary<string, object?>
            {
                ["posterior"] = result.Posterior,
                ["prevalence"] = result.Prevalence,
                ["accuracy"] = result.Raters.Select(rater => rater.Accuracy),
                ["confusion"] = result.Raters.Select(rater => rater.Confusion),
            }
        );
    }

    [Theory]
    [InlineData(49, true)]
    [InlineData(50, false)]
    public void Fewer_than_fifty_photos_with_two_raters_show_the_majority_only(int photos, bool isMajorityOnly)
    {
        RaterAnswer[] answers = [.. Enumerable.Range(0, photos).SelectMany(photo => Votes(photo, photo % 3)), new(photos, 0, 1)];

        var result = DawidSkene.Fit(photos + 1, 3, 2, answers, new Dictionary<int, int>());

        Assert.Equal((photos, isMajorityOnly), (result.SharedPhotos, result.IsMajorityOnly));
        Assert.Equal([0, 1, 0], result.VoteShares[^1]);
    }

    [Fact]
    public void A_rater_with_fewer_than_twenty_answers_to_shared_photos_is_too_few()
    {
        RaterAnswer[] answers =
        [
            .. Enumerable.Range(0, 60).SelectMany(photo => Votes(photo, photo % 3)),
            .. Enumerable.Range(0, 19).Select(photo => new RaterAnswer(photo, 2, 0)),
            .. Enumerable.Range(60, 30).Select(photo => new RaterAnswer(photo, 2, 0)),
        ];

        var raters = DawidSkene.Fit(90, 3, 4, answers, new Dictionary<int, int>()).Raters;

        Assert.Equal([(false, 0), (false, 0), (true, 1), (true, 20)], raters.Select(rater => (rater.IsTooFew, rater.Needed)));
        Assert.Equal([60, 60, 49, 0], raters.Select(rater => rater.Answers));
        Assert.Equal(0.8, raters[3].Accuracy, 1e-12);
    }

    [Fact]
    public void A_rater_does_not_become_two_by_answering_twice() =>
        Assert.Equal(0, DawidSkene.Fit(1, 2, 1, [new(0, 0, 1), new(0, 0, 0)], new Dictionary<int, int>()).SharedPhotos);

    [Fact]
    public void A_gold_photo_keeps_its_class()
    {
        var result = DawidSkene.Fit(2, 3, 2, [.. Votes(0, 1)], new Dictionary<int, int> { [0] = 2, [1] = 0 });

        Assert.Equal([0, 0, 1], result.Posterior[0]);
        Assert.Equal([1, 0, 0], result.Posterior[1]);
        Assert.True(result.Raters[0].Accuracy < 0.8);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(0, 3, 2)]
    [InlineData(3, 3, 0)]
    [InlineData(3, 1, 2)]
    [InlineData(100, 1, 2)]
    [InlineData(100, 11, 2)]
    public void Data_without_contradictions_have_finite_estimates(int photos, int classes, int raters)
    {
        var answers = raters == 0 ? [] : Enumerable.Range(0, photos).SelectMany(photo => Votes(photo, 0)).ToArray();

        var result = DawidSkene.Fit(photos, classes, raters, answers, new Dictionary<int, int>());

        Assert.Equal(photos, result.Posterior.Length);
        Assert.All(result.Posterior, row => Assert.Equal(1, row.Sum(), 1e-9));
        Assert.Equal(1, result.Prevalence.Sum(), 1e-9);
        Assert.All(result.Raters, rater => Assert.InRange(rater.Accuracy, 0, 1));
        Assert.All(result.Raters.SelectMany(rater => rater.Confusion), row => Assert.Equal(1, row.Sum(), 1e-9));
    }

    [Fact]
    public void Answers_outside_the_classes_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DawidSkene.Fit(1, 2, 1, [new(0, 0, 2)], new Dictionary<int, int>()));

    private static RaterAnswer[] Votes(int photo, int answer) => [new(photo, 0, answer), new(photo, 1, answer)];
}
