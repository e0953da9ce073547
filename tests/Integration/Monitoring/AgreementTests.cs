using GourmetGram.Application.Monitoring;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Feedback.Strategies;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;
using GourmetGram.Tests.Integration.Retraining;

namespace GourmetGram.Tests.Integration.Monitoring;

public sealed class AgreementTestsOnSqlite() : AgreementTests(DatabaseProvider.Sqlite);

public sealed class AgreementTestsOnPostgreSql() : AgreementTests(DatabaseProvider.PostgreSql);

/// <summary>Labels of a period and of one model version are counted, and those that a model may train on.</summary>
public abstract class AgreementTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const int MinutesPerDay = 24 * 60;

    private readonly DatasetData data = new();

    [Fact]
    public async Task Agreement_is_that_of_the_period_and_the_model_version()
    {
        await Host.MigrateAsync();
        var day = DateOnly.FromDateTime(Some.Time.UtcDateTime);
        var second = MonitoringData.Model("2", Some.Time.AddDays(-2));
        // The model names class 0. The loop of photo 4 is the random sample, and photo 5 is of another day.
        data.Label(data.Photo(1), 0);
        data.Label(data.Photo(2), 1);
        data.Label(data.Photo(3, model: second), 0);
        data.Label(data.Photo(4), 0, new RandomSample());
        data.Label(data.Photo(5, minute: MinutesPerDay), 0);
        await data.SaveAsync(Host);

        Assert.Equal((3, 2), await CountAsync(new PeriodQuery(day, day)));
        Assert.Equal((1, 1), await CountAsync(new PeriodQuery(day, day, "2")));
        Assert.Equal((4, 3), await CountAsync(new PeriodQuery(day, day.AddDays(1))));

        async Task<(long Labelled, long Agreed)> CountAsync(PeriodQuery period)
        {
            var loop = Assert.Single((await Host.SendAsync(new GetAccuracyReport.Query(period, 100, 0.03))).Loops);
            return (loop.Labelled, loop.Agreed);
        }
    }

    [Fact]
    public async Task Labels_of_measuring_windows_are_no_new_labels()
    {
        await Host.MigrateAsync();
        data.Label(data.Photo(1), 0);
        data.Label(data.Photo(2), 1);
        data.Label(data.Photo(3, isMeasuring: true), 0);
        data.Label(data.Photo(4, isMeasuring: null), 0);
        await data.SaveAsync(Host);

        Assert.Equal(3, await CountAsync(after: null, most: 10));
        Assert.Equal(2, await CountAsync(after: null, most: 2));
        // Each label is given a minute after its photo was classified.
        Assert.Equal(2, await CountAsync(Some.Time.AddMinutes(2), most: 10));

        Task<int> CountAsync(DateTimeOffset? after, int most) =>
            Host.InScopeAsync(scope =>
                ((IDatasetSource)scope.GetService(typeof(IDatasetSource))!).CountNewLabelsAsync(
                    after,
                    most,
                    TestContext.Current.CancellationToken
                )
            );
    }
}
