using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.Monitoring;

public sealed class DriftTestsOnSqlite() : DriftTests(DatabaseProvider.Sqlite);

public sealed class DriftTestsOnPostgreSql() : DriftTests(DatabaseProvider.PostgreSql);

/// <summary>The last complete week against the weeks before, from the counts of closed windows.</summary>
public abstract class DriftTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const int LowBin = 9;
    private const int HighBin = 18;

    /// <summary>The Monday of the last complete week; now is the Monday after it.</summary>
    private static readonly DateOnly Week = DateOnly.FromDateTime(Some.Time.UtcDateTime).AddDays(-7);

    private readonly FakeTimeProvider time = new(Some.Time);
    private readonly ModelVersion model = MonitoringData.Model("1", Some.Time.AddDays(-200));
    private readonly List<SamplingWindow> windows = [];
    private readonly List<WindowCount> counts = [];
    private PersistenceHost host = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        host = AddHost(more: services => services.AddSingleton<TimeProvider>(time));
        await host.MigrateAsync();
    }

    [Fact]
    public async Task Other_classes_than_before_are_marked_and_an_equal_confidence_is_not()
    {
        for (var week = 0; week < 9; week++)
            AddWeek(model, week, [10, 8, week == 8 ? 30 : 6]);
        // Another version, and an import, which has no version.
        AddWeek(MonitoringData.Model("2", Some.Time.AddDays(-300)), 7, [500, 0, 0]);
        var import = SamplingWindow.ForImport(Guid.CreateVersion7(Some.Time), MonitoringData.Order, Some.Time);
        windows.Add(import);
        counts.Add(WindowCount.Record(import.Id, Week, 0, LowBin, 900));
        await SaveAsync();

        var drift = await SendAsync(to: Week.AddDays(6));
        var days = Days([.. Enumerable.Range(0, 9).Select(week => new[] { 10, 8, week == 8 ? 30 : 6 })]);
        var expected = Drift.Test(DriftStatistic.G, days, Drift.SeedOf("classes", Week));
        var now = Sum(days[8..]);
        var before = Sum(days[..8]);
        Assert.Equal((DriftState.Judged, Week, "1", Drift.LevelOf(2)), (drift.State, drift.Week, drift.ModelVersion, drift.Level));
        var classes = drift.Items[0];
        Assert.Equal(("classes", DriftState.Judged, (int)now.Sum(), true), (classes.Chart, classes.State, classes.Photos, classes.Marked));
        Assert.Equal(expected.Statistic, classes.Statistic!.Value, 9);
        Assert.Equal(expected.P, classes.P);
        Assert.Equal(Drift.PsiOf(now, before), classes.Psi!.Value, 12);
        Assert.True(classes.P <= drift.Level);
        // The class that grew from a quarter to more than a half comes first.
        Assert.Equal([2, 0, 1], classes.Changes.Select(change => Some.Labels.IndexOf(change.Name)));
        Assert.All(classes.Changes, change =>
        {
            var one = Some.Labels.IndexOf(change.Name);
            Assert.Equal(now[one] / now.Sum(), change.Now, 12);
            Assert.Equal(before[one] / before.Sum(), change.Before, 12);
        });

        var confidence = drift.Items[1];
        Assert.Equal(
            ("confidence", DriftState.Judged, classes.Photos, (double?)0, (double?)1, false),
            (confidence.Chart, confidence.State, confidence.Photos, confidence.Statistic, confidence.P, confidence.Marked)
        );
        Assert.Empty(confidence.Changes);

        Assert.Equal(Enumerable.Range(-8, 9).Select(number => Week.AddDays(7 * number)), drift.Weeks.Select(week => week.Week));
        Assert.Equal(now.Sum(), drift.Weeks[^1].Photos);
        Assert.Equal(now[2] / now.Sum(), drift.Weeks[^1].Classes[Some.Labels[2]], 12);
        // Half of the photos are in 0.45–0.50, and half in 0.90–0.95.
        Assert.All(drift.Weeks, week => Assert.Equal(0.7, week.MeanConfidence!.Value, 12));
    }

    [Fact]
    public async Task The_job_stores_the_comparison_of_each_version_and_requests_return_it()
    {
        var other = MonitoringData.Model("2", Some.Time.AddDays(-300));
        for (var week = 0; week < 9; week++)
        {
            AddWeek(model, week, [10, 8, week == 8 ? 30 : 6]);
            AddWeek(other, week, [10, 8, 6]);
        }

        var third = MonitoringData.Model("3", Some.Time.AddDays(-1));
        AddWeek(third, 8, [10, 10, 10]);
        await SaveAsync(other, third);
        var computed = new[] { await SendAsync(to: null, "1"), await SendAsync(to: null, "2") };
        Assert.Equal(new DetectDrift.Response(3, 1), await host.SendAsync(new DetectDrift.Command()));
        var ran = time.GetUtcNow();
        // Version 3 has no earlier weeks, so requests count its photos.
        Assert.Equal(
            new[] { $"drift/{model.Id}", $"drift/{other.Id}" }.Order(StringComparer.Ordinal),
            (await host.RowsAsync<MonitoringResult>()).Select(result => result.Name).Order(StringComparer.Ordinal)
        );

        // A window that closes later changes the stored comparison with the next run only.
        time.Advance(TimeSpan.FromHours(1));
        var window = SamplingWindow.Begin(MonitoringData.Order, model.Id, Some.Time);
        await host.SaveAsync(window);
        await host.SaveAsync(WindowCount.Record(window.Id, Week, 2, LowBin, 500));
        Assert.Equal("3", (await SendAsync(to: null)).ModelVersion);
        foreach (var (before, version) in new[] { (computed[0], "1"), (computed[1], "2") })
        {
            var stored = await SendAsync(to: null, version);
            Assert.Equal(JsonSerializer.Serialize(before with { ComputedAt = ran }), JsonSerializer.Serialize(stored));
        }

        // Other weeks are computed.
        Assert.Equal(time.GetUtcNow(), (await SendAsync(Week.AddDays(-1), "1")).ComputedAt);
        await host.SendAsync(new DetectDrift.Command());
        var next = await SendAsync(to: null, "1");
        Assert.Equal((computed[0].Items[0].Photos + 500, time.GetUtcNow()), (next.Items[0].Photos, next.ComputedAt));
    }

    [Fact]
    public async Task A_lower_confidence_is_marked_with_the_bins_that_changed()
    {
        for (var week = 0; week < 9; week++)
            AddWeek(model, week, [10, 10, 10], week == 8 ? [LowBin] : [LowBin, HighBin]);
        await SaveAsync();
        var drift = await SendAsync(to: Week.AddDays(6));
        Assert.Equal([false, true], drift.Items.Select(item => item.Marked));
        Assert.Equal(
            [("0.45–0.50", 1, 0.5), ("0.90–0.95", 0, 0.5)],
            drift.Items[1].Changes.Select(change => (change.Name, change.Now, change.Before))
        );
    }

    [Fact]
    public async Task The_week_is_the_last_one_that_ended_in_or_before_the_period()
    {
        AddWeek(model, 8, [10, 10, 10]);
        await SaveAsync();
        Assert.Equal(Week, (await SendAsync(to: null)).Week);
        Assert.Equal(Week, (await SendAsync(to: Week.AddDays(30))).Week);
        Assert.Equal(Week, (await SendAsync(to: Week.AddDays(6))).Week);
        Assert.Equal(Week.AddDays(-7), (await SendAsync(to: Week.AddDays(5))).Week);
        Assert.Equal(Week.AddDays(-7), (await SendAsync(to: Week)).Week);
        Assert.Equal(Week.AddDays(-7), (await SendAsync(to: Week.AddDays(-1))).Week);
        // A Sunday that has not ended does not complete its week.
        time.Advance(TimeSpan.FromDays(6));
        Assert.Equal(DayOfWeek.Sunday, time.GetUtcNow().DayOfWeek);
        Assert.Equal(Week, (await SendAsync(to: null)).Week);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(Week.AddDays(7), (await SendAsync(to: null)).Week);
    }

    [Theory]
    [InlineData(8, DriftState.Judged)]
    [InlineData(7, DriftState.NotJudged)]
    [InlineData(4, DriftState.NotJudged)]
    [InlineData(3, DriftState.TooFewWeeks)]
    [InlineData(0, DriftState.TooFewWeeks)]
    public async Task With_few_earlier_weeks_nothing_is_marked(int earlier, DriftState expected)
    {
        for (var week = 8 - earlier; week < 9; week++)
            AddWeek(model, week, week == 8 ? [2, 2, 40] : [20, 10, 4]);
        await SaveAsync();
        var drift = await SendAsync(to: null);
        Assert.Equal((expected, earlier + 1), (drift.State, drift.Weeks.Count));
        Assert.All(drift.Items, item =>
        {
            Assert.Equal(expected, item.State);
            Assert.Equal(expected == DriftState.TooFewWeeks, item.Statistic is null);
            Assert.Equal(expected == DriftState.TooFewWeeks, item.Psi is null);
            Assert.Equal(expected != DriftState.Judged, item.P is null);
        });
        Assert.Equal([expected == DriftState.Judged, false], drift.Items.Select(item => item.Marked));
    }

    [Fact]
    public async Task A_week_with_few_photos_is_not_compared_and_a_week_in_which_the_version_began_does_not_count()
    {
        var empty = await SendAsync(to: null);
        Assert.Equal((DriftState.TooFew, (string?)null), (empty.State, empty.ModelVersion));
        Assert.Equal([0, 0], empty.Items.Select(item => item.Photos));
        Assert.Empty(empty.Weeks);

        // Forty-nine photos in the week, and a version that answered first on the Tuesday of week 3.
        var begins = new DateTimeOffset(Week.AddDays(-34), TimeOnly.MinValue, TimeSpan.Zero);
        var late = MonitoringData.Model("2", begins);
        for (var week = 3; week < 8; week++)
            AddWeek(late, week, [10, 10, 10]);
        var window = SamplingWindow.Begin(MonitoringData.Order, late.Id, Some.Time);
        windows.Add(window);
        counts.Add(WindowCount.Record(window.Id, Week.AddDays(6), 0, LowBin, 49));
        AddWeek(model, 8, [10, 10, 10]);
        await SaveAsync(late);

        var newest = await SendAsync(to: null);
        Assert.Equal((DriftState.TooFew, "2", 5), (newest.State, newest.ModelVersion, newest.Weeks.Count));
        Assert.Equal([49, 49], newest.Items.Select(item => item.Photos));
        Assert.All(newest.Items, item => Assert.Null(item.Statistic));
        var given = await SendAsync(to: null, version: "1");
        Assert.Equal((DriftState.TooFewWeeks, "1", 1), (given.State, given.ModelVersion, given.Weeks.Count));
        // Week 7 was the last of version 2 only.
        Assert.Equal("2", (await SendAsync(to: Week.AddDays(-1))).ModelVersion);
        Assert.Equal((DriftState.TooFew, "1"), await StateAsync("1"));
        await Assert.ThrowsAsync<NotFoundException>(() => SendAsync(to: null, version: "3"));

        async Task<(DriftState, string?)> StateAsync(string version)
        {
            var drift = await SendAsync(to: Week.AddDays(-1), version);
            return (drift.State, drift.ModelVersion);
        }
    }

    private Task<GetDrift.Response> SendAsync(DateOnly? to, string? version = null) =>
        host.SendAsync(new GetDrift.Query(new PeriodQuery(From: null, to, version)));

    /// <summary>Adds a week: weekends have twice as many photos, and one day differs from the next.</summary>
    /// <param name="of">The model version.</param>
    /// <param name="week">Number of the week; 8 is the last one.</param>
    /// <param name="photos">Photos of each class on a Monday, for each bin.</param>
    /// <param name="bins">The bins of confidence.</param>
    private void AddWeek(ModelVersion of, int week, int[] photos, int[]? bins = null)
    {
        // The week is in two windows, and Thursday is in both.
        var (first, second) = (
            SamplingWindow.Begin(MonitoringData.Order, of.Id, Some.Time),
            SamplingWindow.Begin(MonitoringData.Order, of.Id, Some.Time)
        );
        windows.AddRange([first, second]);
        for (var weekday = 0; weekday < 7; weekday++)
        {
            var day = Week.AddDays((7 * (week - 8)) + weekday);
            foreach (var bin in bins ?? [LowBin, HighBin])
            {
                for (var one = 0; one < photos.Length; one++)
                {
                    var number = PhotosOf(photos, week, weekday, one);
                    if (number == 0)
                        continue;
                    var part = weekday == 3 ? number / 2 : number;
                    counts.Add(WindowCount.Record(weekday < 4 ? first.Id : second.Id, day, one, bin, part));
                    if (part < number)
                        counts.Add(WindowCount.Record(second.Id, day, one, bin, number - part));
                }
            }
        }
    }

    private static int PhotosOf(int[] photos, int week, int weekday, int one) =>
        photos[one] == 0 ? 0 : (photos[one] * (weekday >= 5 ? 2 : 1)) + (((3 * week) + weekday + one) % 3);

    /// <summary>Photos per week, weekday and class, in both bins.</summary>
    private static double[][][] Days(int[][] weeks) =>
        [
            .. weeks.Select(
                (photos, week) =>
                    Enumerable
                        .Range(0, 7)
                        .Select(weekday => photos.Select((_, one) => 2.0 * PhotosOf(photos, week, weekday, one)).ToArray())
                        .ToArray()
            ),
        ];

    private static double[] Sum(double[][][] weeks) =>
        [.. Enumerable.Range(0, 3).Select(one => weeks.SelectMany(week => week).Sum(day => day[one]))];

    private async Task SaveAsync(params ModelVersion[] more)
    {
        await host.SaveAsync([model, .. more]);
        await host.SaveAsync(windows.ToArray());
        await host.SaveAsync(counts.ToArray());
    }
}
