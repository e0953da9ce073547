using System.Collections.Immutable;
using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class MmdVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("mmd");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Embeddings_are_compared_as_in_the_reference(string name)
    {
        var vector = VectorCase.Get("mmd", name);
        var now = vector.In.GetProperty("now").GetInt32();

        var result = EmbeddingDrift.Compare(
            vector.In.GetProperty("points").Deserialize<ImmutableArray<double>[]>()!,
            [.. vector.In.GetProperty("group").EnumerateArray().Select(group => group.GetInt32() == now)]
        );

        vector.AssertOut(new Dictionary<string, object?> { ["mmd2"] = result.Mmd2, ["bandwidth"] = result.Bandwidth });
    }

    [Fact]
    public void Sums_over_days_give_the_distance_of_single_photos()
    {
        var photos = Photos(seed: 3, shift: 1);

        var test = EmbeddingDrift.Test(photos, 9, 7, 5);

        var single = EmbeddingDrift.Compare([.. photos.Select(photo => photo.Embedding)], [.. photos.Select(photo => photo.Week == 8)]);
        Assert.Equal(single.Mmd2, test.Test.Statistic, 1e-9);
        Assert.Equal(single.Bandwidth, test.Bandwidth);
        Assert.True(test.Test.P <= Drift.LevelOf(3), $"{test.Test}");
        Assert.Equal(photos.Count(photo => photo.Week == 8), test.Shifts.Length);
        Assert.Equal(test.Shifts.OrderByDescending(shift => shift.Difference), test.Shifts);
        Assert.All(test.Shifts, shift => Assert.Equal(8, photos[shift.Photo].Week));
        Assert.Equal(test.Test, EmbeddingDrift.Test(photos, 9, 7, 5).Test);
    }

    [Fact]
    public void Weeks_without_a_change_do_not_stand_out() =>
        Assert.True(EmbeddingDrift.Test(Photos(seed: 4, shift: 0), 9, 7, 5).Test.P > 0.01);

    [Fact]
    public void Data_without_any_difference_never_stand_out()
    {
        EmbeddedPhoto[][] inputs =
        [
            [],
            [new(8, 0, [1, 2])],
            [.. Enumerable.Range(0, 63).Select(day => new EmbeddedPhoto(day / 7, day % 7, [0.1, 0.7]))],
            [.. Enumerable.Range(0, 7).Select(day => new EmbeddedPhoto(8, day, [day]))],
            [.. Enumerable.Range(0, 7).Select(day => new EmbeddedPhoto(2, day, [day]))],
        ];

        Assert.All(inputs, photos => Assert.Equal(new DriftTest(0, 1, 1), EmbeddingDrift.Test(photos, 9, 7, 1).Test));
        Assert.Equal(new DriftTest(0, 1, 1), EmbeddingDrift.Test([], 0, 7, 1).Test);
        Assert.Equal(new MmdResult(0, 0), EmbeddingDrift.Compare([], []));
    }

    [Fact]
    public void A_bandwidth_of_zero_counts_copies()
    {
        var result = EmbeddingDrift.Compare(
            [
                [1],
                [1],
                [1],
                [1],
                [5],
            ],
            [false, false, false, false, true]
        );

        Assert.Equal(new MmdResult(2, 0), result);
    }

    [Fact]
    public void Embeddings_of_different_length_are_refused()
    {
        Assert.Throws<ArgumentException>(() =>
            EmbeddingDrift.Compare(
                [
                    [1],
                    [1, 2],
                ],
                [false, true]
            )
        );
        Assert.Throws<ArgumentException>(() =>
            EmbeddingDrift.Compare(
                [
                    [1],
                    [2],
                ],
                [false]
            )
        );
        Assert.Throws<ArgumentException>(() => EmbeddingDrift.Test([new(9, 0, [1])], 9, 7, 1));
    }

    private static EmbeddedPhoto[] Photos(int seed, double shift)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable
                .Range(0, 63)
                .SelectMany(day => Enumerable.Repeat(day, 1 + random.Next(4)))
                .Select(day => new EmbeddedPhoto(
                    day / 7,
                    day % 7,
                    [random.NextDouble() + (day / 7 == 8 ? shift : 0), random.NextDouble(), random.NextDouble()]
                )),
        ];
    }
}
