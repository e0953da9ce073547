using System.Collections.Immutable;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Feedback.Strategies;

namespace GourmetGram.Tests.Unit.Feedback;

/// <summary>
/// That the draw is a simple random sample. Keys and ids are fixed, so each test gives the same answer each time; limits are those of a
/// test at the 0.001 level.
/// </summary>
public sealed class RandomSampleTests
{
    private static readonly RandomSample Strategy = new();

    [Fact]
    public void Every_part_of_a_large_window_is_drawn_from_alike()
    {
        const int Population = 100_000,
            Taken = 20_000,
            Cells = 100;
        var ids = Ids(Population);
        var place = ids.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var counts = new int[Cells];
        foreach (var id in Draw(ids, Taken, Key(1)))
            counts[place[id] * Cells / Population]++;
        const double Expected = (double)Taken / Cells;
        // A cell's count is hypergeometric: its variance is that of a draw with replacement times 1 − k/N.
        var chiSquare = counts.Sum(count => Math.Pow(count - Expected, 2) / Expected) / (1 - (double)Taken / Population);
        Assert.InRange(chiSquare, 58, 149);
    }

    [Theory]
    [InlineData(0, 5, 0)]
    [InlineData(3, 5, 3)]
    [InlineData(5, 5, 5)]
    [InlineData(1000, 5, 5)]
    [InlineData(1000, 0, 0)]
    public void Exactly_so_many_are_drawn_as_are_wanted_and_there(int population, int wanted, int taken) =>
        Assert.Equal(taken, Draw(Ids(population), wanted, Key(1)).Count);

    [Fact]
    public void The_order_in_which_predictions_are_seen_does_not_matter_nor_whether_they_come_in_pieces()
    {
        var ids = Ids(5_000);
        var whole = Draw(ids, 50, Key(1));
        Assert.Equal(whole, Draw([.. ids.Reverse()], 50, Key(1)));
        var pieces = ids.Chunk(700).Aggregate<Guid[], IReadOnlyList<Guid>>([], (drawn, piece) => Draw([.. drawn, .. piece], 50, Key(1)));
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void Another_key_or_loop_draws_others()
    {
        var ids = Ids(1_000);
        Assert.NotEqual(Draw(ids, 20, Key(1)), Draw(ids, 20, Key(2)));
        Assert.NotEqual(Key(1).PlaceOf("draw", "one", ids[0]), Key(1).PlaceOf("draw", "other", ids[0]));
    }

    [Fact]
    public void Over_many_keys_each_prediction_is_drawn_as_often_as_its_probability_says()
    {
        const int Keys = 4_000,
            Population = 20,
            Taken = 5;
        var ids = Ids(Population);
        var counts = ids.ToDictionary(id => id, _ => 0);
        for (var key = 0; key < Keys; key++)
        {
            foreach (var id in Draw(ids, Taken, Key(key)))
                counts[id]++;
        }

        const double Probability = (double)Taken / Population;
        var deviation = Math.Sqrt(Keys * Probability * (1 - Probability));
        Assert.All(counts.Values, count => Assert.InRange(count, Keys * Probability - 4 * deviation, Keys * Probability + 4 * deviation));
    }

    [Fact]
    public void What_is_handed_out_first_is_a_random_part_of_what_was_drawn()
    {
        // Of a large window the first of the draw's order are taken: handed out in that order, they would all come before those of a small
        // window.
        var (large, small) = (Ids(20_000), Ids(200, 900_000));
        var order = Key(1);
        var drawn = Draw(large, 100, order)
            .Select(id => (Id: id, IsLarge: true))
            .Concat(Draw(small, 100, order).Select(id => (Id: id, IsLarge: false)));
        var firstHalf = drawn.OrderBy(item => order.PlaceOf("hand out", Strategy.Name, item.Id)).Take(100).Count(item => item.IsLarge);
        Assert.InRange(firstHalf, 33, 67);
    }

    [Fact]
    public void Half_of_the_windows_are_kept_for_measuring()
    {
        const int Windows = 4_000;
        var kept = Enumerable
            .Range(0, Windows)
            .Count(i => SamplingWindow.Begin(Key(1), Guid.Empty, DateTimeOffset.UnixEpoch.AddDays(i)).IsForMeasuring);
        // Six standard deviations: ids of windows are not the same in each run.
        Assert.InRange(kept, Windows / 2 - 190, Windows / 2 + 190);
    }

    private static IReadOnlyList<Guid> Draw(IReadOnlyCollection<Guid> ids, int wanted, KeyedOrder order) =>
        Strategy.Draw(ids, (object)new RandomSample.Settings { PerWindow = wanted }, order);

    private static ImmutableArray<Guid> Ids(int count, int from = 0) =>
        [.. Enumerable.Range(from, count).Select(i => new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))];

    private static KeyedOrder Key(int number) => new($"key{number}", [.. BitConverter.GetBytes(number), .. new byte[28]]);
}
