using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

/// <summary>
/// Counts in how many simulated months the interval contains the true accuracy of the month's photos (docs/statistics.md 5.16). The same
/// simulation shows that simpler estimates fail.
/// </summary>
public sealed class AccuracySimulationTests
{
    private const int Runs = 400;
    private const int Windows = 30;

    /// <param name="Name">Name in messages.</param>
    /// <param name="IsBursty">Whether most windows are small and some are large.</param>
    /// <param name="PerWindow">Number of photos drawn from each window.</param>
    /// <param name="Accuracy">Share of photos that the model names correctly.</param>
    /// <param name="Extra">Number of further photos drawn, spread over the bands by their stated confidence.</param>
    /// <param name="Skips">Share of drawn photos that nobody labels.</param>
    /// <param name="HasModelChange">Whether another version answers in the second half.</param>
    /// <param name="BusyIsWorse">Whether 8 of 30 windows have ten times the photos and are worse by 20 points.</param>
    public sealed record Setting(
        string Name,
        bool IsBursty,
        int PerWindow,
        double Accuracy,
        int Extra = 0,
        double Skips = 0,
        bool HasModelChange = false,
        bool BusyIsWorse = false
    );

    private static readonly Setting[] Settings =
    [
        .. from bursty in new[] { false, true }
        from k in new[] { 2, 5 }
        from accuracy in new[] { 0.75, 0.95 }
        select new Setting($"{(bursty ? "bursty" : "constant")}, k = {k}, {accuracy}", bursty, k, accuracy),
        new("50 extra photos", IsBursty: true, 5, 0.8, Extra: 50),
        new("skips", IsBursty: false, 5, 0.8, Skips: 0.1),
        new("model change", IsBursty: false, 5, 0.8, HasModelChange: true),
        new("busy windows are worse", IsBursty: false, 5, 0.85, BusyIsWorse: true),
    ];

    [Fact]
    public void The_interval_contains_the_truth_as_often_as_it_says()
    {
        var results = Settings.Select((setting, i) => (setting, Outcome: Simulate(setting, seed: 1000 + i))).ToList();
        foreach (var (setting, outcome) in results)
        {
            Assert.True(outcome.Coverage is >= 0.91 and <= 0.995, $"{setting.Name}: coverage {outcome.Coverage}");
            var limit = 0.005 + (3 * outcome.RootMeanSquare / Math.Sqrt(Runs));
            Assert.True(Math.Abs(outcome.Bias) <= limit, $"{setting.Name}: mean error {outcome.Bias}, limit {limit}");
        }

        Assert.InRange(results.Average(result => result.Outcome.Coverage), 0.94, 0.975);
    }

    [Fact]
    public void Simpler_estimates_miss_the_truth_where_busy_windows_are_worse()
    {
        var outcome = Simulate(Settings[^1], seed: 77);
        Assert.True(outcome.PlainCoverage < 0.6, $"plain k/n: coverage {outcome.PlainCoverage}");
        Assert.True(outcome.CellCoverage < 0.6, $"cells without weights: coverage {outcome.CellCoverage}");
    }

    private sealed record Outcome(double Coverage, double Bias, double RootMeanSquare, double PlainCoverage, double CellCoverage);

    private static Outcome Simulate(Setting setting, int seed)
    {
        var random = new Random(seed);
        var (covered, plain, cells, errors) = (0, 0, 0, new List<double>());
        for (var run = 0; run < Runs; run++)
        {
            var month = Month.Draw(setting, random);
            var estimate = AccuracyEstimator.Estimate(month.Table);
            Assert.Equal(EstimateState.Estimated, estimate.State);
            errors.Add(estimate.Share!.Value - month.Truth);
            covered += Contains(new Interval(estimate.Low!.Value, estimate.High!.Value)) ? 1 : 0;
            var labels = month.Table.Labels.Sum(group => group.Labelled);
            plain += Contains(Wilson.Of(month.Table.Labels.Sum(group => group.Right) / (double)labels, labels)) ? 1 : 0;
            cells += Contains(CellsWithoutWeights(month.Table)) ? 1 : 0;

            bool Contains(Interval interval) => interval.Low <= month.Truth && month.Truth <= interval.High;
        }

        return new Outcome(
            covered / (double)Runs,
            errors.Average(),
            Math.Sqrt(errors.Average(error => error * error)),
            plain / (double)Runs,
            cells / (double)Runs
        );
    }

    /// <summary>Post-stratifies by band, but treats the labels of all windows alike.</summary>
    private static Interval CellsWithoutWeights(AccuracyTable table)
    {
        var total = table.Windows.Sum(window => window.Total);
        var (share, labels) = (0.0, table.Labels.Sum(group => group.Labelled));
        foreach (var band in Enumerable.Range(0, FineCell.Bands))
        {
            var photos = table.Windows.Sum(window => window.Photos[2 * band] + window.Photos[(2 * band) + 1]);
            var own = table.Labels.Where(group => group.Cell.Band == band).ToList();
            var count = own.Sum(group => group.Labelled);
            share += photos / (double)total * (count == 0 ? 0.5 : own.Sum(group => group.Right) / (double)count);
        }

        return Wilson.Of(share, labels);
    }

    /// <summary>A month of photos with its sample.</summary>
    private sealed record Month(AccuracyTable Table, double Truth)
    {
        private readonly record struct Photo(FineCell Cell, bool IsRight);

        public static Month Draw(Setting setting, Random random)
        {
            var versions = new[] { Guid.CreateVersion7(DateTimeOffset.UnixEpoch), Guid.CreateVersion7(DateTimeOffset.UnixEpoch) };
            var (right, total) = (0, 0);
            var (windows, taken) = (new List<AccuracyWindow>(), new List<(Guid Window, Photo Photo, bool IsExtra, bool IsLabelled)>());
            var left = new List<(Guid Window, Photo Photo)>();
            for (var i = 0; i < Windows; i++)
            {
                var isBusy = setting.BusyIsWorse && i % 4 == 1 && i < 32;
                var size =
                    setting.BusyIsWorse ? (isBusy ? 400 : 40)
                    : setting.IsBursty ? (random.NextDouble() < 0.15 ? 180 : 16)
                    : 40;
                var photos = new Photo[size];
                for (var j = 0; j < size; j++)
                    photos[j] = OnePhoto(setting.Accuracy - (isBusy ? 0.2 : 0), random);
                right += photos.Count(photo => photo.IsRight);
                total += size;
                random.Shuffle(photos);
                var id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
                var drawn = Math.Min(setting.PerWindow, size);
                var labelled = 0;
                for (var j = 0; j < size; j++)
                {
                    if (j >= drawn)
                    {
                        left.Add((id, photos[j]));
                        continue;
                    }

                    var isLabelled = random.NextDouble() >= setting.Skips;
                    labelled += isLabelled ? 1 : 0;
                    taken.Add((id, photos[j], false, isLabelled));
                }

                var version = versions[setting.HasModelChange && i >= Windows / 2 ? 1 : 0];
                windows.Add(
                    new AccuracyWindow(
                        id,
                        version,
                        [.. FineCell.All.Select(cell => photos.Count(photo => photo.Cell == cell))],
                        drawn,
                        labelled,
                        Pending: 0
                    )
                );
            }

            var draws = new List<ExtraDrawCounts>();
            // Flagged photos and low bands get more of the extra labels.
            foreach (var cell in FineCell.All.Where(_ => setting.Extra > 0))
            {
                var eligible = left.Where(one => one.Photo.Cell == cell).ToArray();
                var wanted = Math.Min(setting.Extra * (FineCell.Bands - cell.Band) / 20, eligible.Length);
                if (wanted == 0)
                    continue;
                random.Shuffle(eligible);
                taken.AddRange(eligible.Take(wanted).Select(one => (one.Window, one.Photo, true, true)));
                draws.Add(
                    new ExtraDrawCounts(windows.Select(window => window.Id).ToHashSet(), versions[0], cell, eligible.Length, wanted, wanted)
                );
            }

            var labels = taken
                .Where(one => one.IsLabelled)
                .GroupBy(one => (one.Window, one.Photo.Cell))
                .Select(group => new LabelledGroup(
                    group.Key.Window,
                    group.Key.Cell,
                    group.Count(),
                    group.Count(one => one.Photo.IsRight),
                    DisagreementDraws: []
                ))
                .ToList();
            return new Month(new AccuracyTable(windows, draws, labels, []), right / (double)total);
        }

        /// <summary>Draws a photo: sure answers are right more often, and wrong ones are flagged more often.</summary>
        private static Photo OnePhoto(double accuracy, Random random)
        {
            var isRight = random.NextDouble() < accuracy;
            var sure = random.NextDouble();
            var band = (isRight ? sure < 0.6 : sure < 0.25) ? 3 : random.Next(isRight ? 1 : 0, 3);
            return new Photo(new FineCell(band, random.NextDouble() < (isRight ? 0.02 : 0.15)), isRight);
        }
    }
}
