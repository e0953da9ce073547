using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

/// <summary>Whatever the counts are, the answer is a state, and every number is a number.</summary>
public sealed class AccuracyPropertyTests
{
    [Fact]
    public void Random_tables_never_lead_to_something_that_is_not_a_number()
    {
        var random = new Random(20_261_129);
        var states = new HashSet<EstimateState>();
        for (var round = 0; round < 500; round++)
        {
            var table = RandomTable(random);
            var estimate = AccuracyEstimator.Estimate(table);
            states.Add(estimate.State);
            if (estimate.State != EstimateState.Estimated)
            {
                Assert.Null(estimate.Share);
                continue;
            }

            double[] shares =
            [
                estimate.WorstLow!.Value,
                estimate.Worst!.Value,
                estimate.Share!.Value,
                estimate.Best!.Value,
                estimate.BestHigh!.Value,
            ];
            Assert.All(shares, share => Assert.InRange(share, 0, 1));
            Assert.Equal(shares.Order(), shares);
            Assert.InRange(estimate.Share!.Value, estimate.Low!.Value, estimate.High!.Value);
            Assert.True(estimate.EffectiveLabels > 0);
            Assert.Equal(
                estimate.MeasuredPhotos,
                table.Labels.Zip(estimate.Weights, (group, weight) => group.Labelled * weight).Sum(),
                precision: 6
            );
        }

        Assert.Equal(Enum.GetValues<EstimateState>().ToHashSet(), states);
    }

    private static AccuracyTable RandomTable(Random random)
    {
        var versions = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Guid.CreateVersion7(DateTimeOffset.UnixEpoch)).ToList();
        var (windows, labels, unusable, draws) = (
            new List<AccuracyWindow>(),
            new List<LabelledGroup>(),
            new List<UnusablePhoto>(),
            new List<ExtraDrawCounts>()
        );
        var share = random.Next(4) switch
        {
            0 => 0,
            1 => 1,
            _ => random.NextDouble(),
        };
        var isOneCell = random.Next(5) == 0;
        var perWindow = random.Next(8);
        var labelled = random.Next(3) == 0 ? 1 : random.NextDouble();
        for (var i = random.Next(40); i > 0; i--)
        {
            var id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
            var size = random.Next(6) == 0 ? 0 : random.Next(50);
            var photos = Enumerable
                .Range(0, size)
                .Select(_ => new FineCell(isOneCell ? 3 : random.Next(FineCell.Bands), !isOneCell && random.Next(6) == 0))
                .ToList();
            var drawn = photos.Take(random.Next(5) == 0 ? 0 : perWindow).ToList();
            var done = drawn.Where(_ => random.NextDouble() < labelled).ToList();
            var judged = done.Where(_ => random.Next(8) != 0).ToList();
            unusable.AddRange(done.Skip(judged.Count).Select(cell => new UnusablePhoto(id, cell, Draw: null)));
            var counted = done.Take(judged.Count).ToList();
            labels.AddRange(
                counted
                    .GroupBy(cell => cell)
                    .Select(group => new LabelledGroup(id, group.Key, group.Count(), group.Count(_ => random.NextDouble() < share), []))
            );
            windows.Add(
                new AccuracyWindow(
                    id,
                    versions[random.Next(versions.Count)],
                    [.. FineCell.All.Select(cell => photos.Count(photo => photo == cell))],
                    drawn.Count,
                    counted.Count,
                    drawn.Count - done.Count
                )
            );
        }

        return new AccuracyTable(windows, draws, labels, unusable);
    }
}
