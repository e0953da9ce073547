using FluentValidation;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.Monitoring;

public sealed class LabelBudgetTestsOnSqlite() : LabelBudgetTests(DatabaseProvider.Sqlite);

public sealed class LabelBudgetTestsOnPostgreSql() : LabelBudgetTests(DatabaseProvider.PostgreSql);

/// <summary>What further labels would give, and drawing their photos.</summary>
public abstract class LabelBudgetTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private static readonly DateOnly Day = DateOnly.FromDateTime(Some.Time.UtcDateTime);

    private static readonly PeriodQuery Period = new(Day, Day);

    [Fact]
    public async Task Further_labels_narrow_the_interval_and_are_drawn_with_tasks()
    {
        await Host.MigrateAsync();
        var nothing = await Host.SendAsync(new GetLabelBudget.Query(Period));
        Assert.Equal(
            (0, 0, (double?)null, (double?)null, (int?)null),
            (nothing.Labels, nothing.Pending, nothing.HalfWidthNow, nothing.HalfWidthThen, nothing.Needed)
        );
        Assert.Empty(nothing.Items);

        var model = MonitoringData.Model("1", Some.Time.AddDays(-3));
        await Host.SaveAsync([
            .. Enumerable.Range(0, 200).Select(i => MonitoringData.Photo(model, i, Some.Time.AddSeconds(i), 0.02f, 0.03f, 0.95f)),
        ]);
        await Host.SendAsync(new SampleRandom.Command());
        await Host.SendAsync(new MakeTasks.Command());
        var ada = new Caller(new Actor(ActorKind.Account, "ada"), IsReviewer: true);
        for (var i = 0; i < 3; i++)
        {
            var task = (await Host.SendAsync(new NextTask.Command("randomsampled", ada)))!;
            await Host.SendAsync(new LabelTask.Command(task.Id, Some.Labels[i == 0 ? 0 : 2], ada));
        }

        var budget = await Host.SendAsync(new GetLabelBudget.Query(Period, 100, 0.05));
        // Five photos were drawn, two of three labels agree with the model.
        var cell = new BudgetCell(
            LabelBudget.ShareOf(2, 3),
            LabelBudget.AllocationShareOf(0.95f, isFlagged: false),
            [new BudgetWindow(200, 5 / 200.0)]
        );
        var plan = LabelBudget.Allocate([cell], 100);
        Assert.Equal((3, 2, 0.05), (budget.Labels, budget.Pending, budget.Target));
        Assert.Equal(plan.HalfWidthNow, budget.HalfWidthNow!.Value, 6);
        Assert.Equal(plan.HalfWidthThen, budget.HalfWidthThen!.Value, 6);
        Assert.Equal(LabelBudget.Needed([cell], 0.05), budget.Needed);
        Assert.Equal(new GetLabelBudget.Item("1", 3, Flagged: false, 200, 3, 100), Assert.Single(budget.Items));

        Assert.Equal(new DrawForAccuracy.Response(100, 100), await DrawAsync(100));
        Assert.Equal(105, (await Host.RowsAsync<AnnotationTask>()).Count);
        var draw = Assert.Single(await Host.RowsAsync<ExtraDraw>());
        Assert.Equal(("Ada", 195, 100), (draw.By, draw.Eligible, draw.Taken));
        Assert.Equal(102, (await Host.SendAsync(new GetLabelBudget.Query(Period))).Pending);

        // No more than there are.
        Assert.Equal(new DrawForAccuracy.Response(95, 95), await DrawAsync(10_000));
        await Assert.ThrowsAsync<ConflictException>(() => DrawAsync(1));
    }

    [Fact]
    public async Task Numbers_outside_their_limits_are_refused()
    {
        await Host.MigrateAsync();
        await RefusedAsync(() => Host.SendAsync(new GetLabelBudget.Query(Period, 0)), "labels");
        await RefusedAsync(() => Host.SendAsync(new GetLabelBudget.Query(Period, 10_001)), "labels");
        await RefusedAsync(() => Host.SendAsync(new GetLabelBudget.Query(Period, 100, 0)), "halfWidth");
        await RefusedAsync(() => Host.SendAsync(new GetLabelBudget.Query(new PeriodQuery(Day, Day.AddDays(-1)))), "from");
        await RefusedAsync(() => Host.SendAsync(new GetLabelBudget.Query(new PeriodQuery(To: DateOnly.MinValue))), "from");
        await RefusedAsync(() => Host.SendAsync(new GetLabelBudget.Query(new PeriodQuery(To: DateOnly.MaxValue))), "from");
        await RefusedAsync(() => DrawAsync(0), "labels");
        await Assert.ThrowsAsync<NotFoundException>(() =>
            Host.SendAsync(new DrawForAccuracy.Command(Period with { ModelVersion = "9" }, 1, "Ada"))
        );

        static async Task RefusedAsync(Func<Task> work, string member)
        {
            var fault = await Assert.ThrowsAsync<ValidationException>(work);
            Assert.Equal([member], fault.Errors.Select(error => error.PropertyName));
        }
    }

    private Task<DrawForAccuracy.Response> DrawAsync(int labels) => Host.SendAsync(new DrawForAccuracy.Command(Period, labels, "Ada"));
}
