using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

/// <summary>Promises of docs/statistics.md 5.16 about the drift test, with simulated photos.</summary>
public sealed class DriftSimulationTests
{
    private const int Classes = 11;
    private const int Weeks = Drift.EarlierWeeks + 1;
    private static readonly double Level = Drift.LevelOf(charts: 2);

    [Fact]
    public void Half_years_of_bursts_rarely_raise_an_alarm()
    {
        var alarms = Enumerable
            .Range(0, 60)
            .Count(halfYear =>
            {
                var stream = new PhotoStream(1_000 + halfYear, Drift.EarlierWeeks + Drift.LooksOfHalfYear, mostPhotosOfBurst: 11);
                return Enumerable.Range(0, Drift.LooksOfHalfYear).Any(look => IsMarked(stream, look));
            });

        Assert.InRange(alarms, 0, 8);
    }

    [Fact]
    public void A_class_that_gains_twenty_points_is_marked_in_the_first_week()
    {
        var marked = Enumerable
            .Range(0, 20)
            .Count(run => IsMarked(new PhotoStream(5_000 + run, Weeks, mostPhotosOfBurst: 1, gainOfLastWeek: 0.2), 0));

        Assert.InRange(marked, 16, 20);
    }

    private static bool IsMarked(PhotoStream stream, int look) =>
        Drift.IsMarked(DriftStatistic.G, stream.ByClass[look..(look + Weeks)], look, Level)
        || Drift.IsMarked(DriftStatistic.CramerVonMises, stream.ByConfidence[look..(look + Weeks)], 100 + look, Level);

    /// <summary>
    /// About 40 photos a day, with another mix at weekends. People send bursts of photos of one class, whose confidences are alike.
    /// </summary>
    private sealed class PhotoStream
    {
        private readonly Random _random;
        private readonly int _mostPhotosOfBurst;

        public PhotoStream(int seed, int weeks, int mostPhotosOfBurst, double gainOfLastWeek = 0)
        {
            (_random, _mostPhotosOfBurst) = (new Random(seed), mostPhotosOfBurst);
            (ByClass, ByConfidence) = (new double[weeks][][], new double[weeks][][]);
            for (var week = 0; week < weeks; week++)
            {
                (ByClass[week], ByConfidence[week]) = (new double[7][], new double[7][]);
                for (var weekday = 0; weekday < 7; weekday++)
                {
                    (ByClass[week][weekday], ByConfidence[week][weekday]) = (new double[Classes], new double[WindowCount.Bins]);
                    AddDay(week, weekday, week == weeks - 1 ? gainOfLastWeek : 0);
                }
            }
        }

        public double[][][] ByClass { get; }

        public double[][][] ByConfidence { get; }

        private void AddDay(int week, int weekday, double gain)
        {
            var meanPhotosOfBurst = (1 + _mostPhotosOfBurst) / 2.0;
            // Bursts come independently of each other.
            for (var time = Exponential(); time < 40 / meanPhotosOfBurst; time += Exponential())
            {
                var named = _random.NextDouble() < gain ? Classes - 1 : ClassOf(isWeekend: weekday >= 5);
                var difficulty = _random.NextDouble();
                var photos = 1 + _random.Next(_mostPhotosOfBurst);
                for (var photo = 0; photo < photos; photo++)
                {
                    ByClass[week][weekday][named]++;
                    ByConfidence[week][weekday][WindowCount.BinOf(1 - (difficulty * 0.7 * _random.NextDouble()))]++;
                }
            }
        }

        /// <summary>Returns a class; the first ones are frequent, and more so at weekends.</summary>
        private int ClassOf(bool isWeekend) => (int)(Classes * Math.Pow(_random.NextDouble(), isWeekend ? 2 : 1.5));

        private double Exponential() => -Math.Log(1 - _random.NextDouble());
    }
}
