using System.Text.Json;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback.Strategies;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.Monitoring;

public sealed class LabelErrorsTestsOnSqlite() : LabelErrorsTests(DatabaseProvider.Sqlite);

public sealed class LabelErrorsTestsOnPostgreSql() : LabelErrorsTests(DatabaseProvider.PostgreSql);

/// <summary>Labels that contradict a confident model.</summary>
public abstract class LabelErrorsTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private static readonly DateOnly Day = DateOnly.FromDateTime(Some.Time.UtcDateTime);

    private readonly List<Prediction> photos = [];
    private readonly List<AnnotationTask> tasks = [];

    [Fact]
    public async Task Labels_of_all_loops_are_compared_and_the_worst_comes_first()
    {
        await Host.MigrateAsync();
        var first = MonitoringData.Model("1", Some.Time.AddDays(-3));
        var second = MonitoringData.Model("2", Some.Time.AddDays(-2));
        for (var i = 0; i < 120; i++)
        {
            var confidence = 0.7f + (i % 20 / 100f);
            var rest = (1 - confidence) / 2;
            var said = i % 3;
            var probabilities = Enumerable.Range(0, 3).Select(one => one == said ? confidence : rest).ToArray();
            // Four labels are wrong. The model contradicts three of them; of photo 40 it is less sure than of others with its class.
            var label = i is 15 or 40 or 58 or 79 ? (said + 1) % 3 : said;
            Add(i % 2 == 0 ? first : second, i, probabilities, Answer.Class(label), i % 5 == 0 ? new LowConfidence() : new RandomSample());
        }

        var compared = tasks.Count;
        await AddWhatTakesNoPartAsync(first);

        var response = await Host.SendAsync(new ListLabelErrors.Query(new PeriodQuery(Day, Day), MonitoringData.Administrator));
        var expected = LabelErrors.Find(
            3,
            [.. photos.Take(compared).Select(photo => photo.Probabilities.Values.Select(value => (double)value).ToList())],
            [.. tasks.Take(compared).Select(task => task.ClassIndex)]
        );
        Assert.Equal((EstimateState.Estimated, (int?)null, 120), (response.State, response.Needed, response.Labels));
        Assert.Equal(expected.WrongShare, response.WrongShare!.Value, 12);
        Assert.Equal(new[] { 15, 58, 79 }, expected.Suspects.Select(suspect => suspect.Item).Order());
        // The model is 89, 88 and 85 % sure: the surer the model, the worse the label.
        Assert.Equal(
            new[] { 79, 58, 15 }.Select(
                (number, i) =>
                    (photos[number].Id, tasks[number].Id, tasks[number].Loop, Some.Labels[(number + 1) % 3], Some.Labels[number % 3], i + 1)
            ),
            response.Items.Select(item => (item.PredictionId, item.TaskId, item.Loop, item.Label, item.Predicted, item.Rank))
        );
        Assert.Equal(expected.Suspects.Select(suspect => suspect.Score), response.Items.Select(item => item.Score));
        Assert.Equal((Day, Day), (response.From, response.To));
    }

    [Fact]
    public async Task Fewer_than_a_hundred_labels_show_nothing()
    {
        await Host.MigrateAsync();
        Assert.Equal(EstimateState.NoData, (await SendAsync()).State);
        var first = MonitoringData.Model("1", Some.Time.AddDays(-3));
        var second = MonitoringData.Model("2", Some.Time.AddDays(-2));
        for (var i = 0; i < 99; i++)
            Add(i < 50 ? first : second, i, [0.1f, 0.8f, 0.1f], Answer.Class(i % 2), new RandomSample());
        await SaveAsync();
        var response = await SendAsync();
        Assert.Equal(
            (EstimateState.TooFew, (int?)1, 99, (double?)null),
            (response.State, response.Needed, response.Labels, response.WrongShare)
        );
        Assert.Empty(response.Items);
        Assert.Equal(50, (await SendAsync("1")).Labels);
        Assert.Equal(49, (await SendAsync("three/2")).Labels);
        await Assert.ThrowsAsync<NotFoundException>(() => SendAsync("3"));

        Task<ListLabelErrors.Response> SendAsync(string? version = null) =>
            Host.SendAsync(new ListLabelErrors.Query(new PeriodQuery(Day, Day, version), MonitoringData.Administrator));
    }

    [Fact]
    public async Task At_most_two_hundred_labels_are_listed()
    {
        await Host.MigrateAsync();
        var model = MonitoringData.Model("1", Some.Time.AddDays(-3));
        for (var i = 0; i < 500; i++)
            Add(model, i, i % 2 == 0 ? [0.9f, 0.05f, 0.05f] : [0.05f, 0.9f, 0.05f], Answer.Class(i < 250 ? i % 2 : 0), new RandomSample());
        // A quarter of the labels is wrong, but each class has a mean probability that the model reaches.
        await SaveAsync();
        var response = await Host.SendAsync(new ListLabelErrors.Query(new PeriodQuery(Day, Day), MonitoringData.Administrator));
        Assert.Equal(125, response.Items.Count);
        Assert.Equal(0.25, response.WrongShare!.Value, 2);

        for (var i = 500; i < 800; i++)
            Add(model, i, i % 2 == 0 ? [0.9f, 0.05f, 0.05f] : [0.05f, 0.9f, 0.05f], Answer.Class(0), new RandomSample());
        await SaveMoreAsync(500);
        response = await Host.SendAsync(new ListLabelErrors.Query(new PeriodQuery(Day, Day), MonitoringData.Administrator));
        Assert.Equal(ListLabelErrors.MostItems, response.Items.Count);
        Assert.Equal(Enumerable.Range(1, ListLabelErrors.MostItems), response.Items.Select(item => item.Rank));
    }

    [Fact]
    public async Task The_job_stores_the_suspects_of_the_usual_periods_and_what_happened_since_is_left_out()
    {
        var time = new FakeTimeProvider(Some.Time.AddHours(2));
        var app = AddHost(more: services => services.AddSingleton<TimeProvider>(time));
        await app.MigrateAsync();
        var model = MonitoringData.Model("1", Some.Time.AddDays(-3));
        for (var i = 0; i < 500; i++)
            Add(model, i, i % 2 == 0 ? [0.9f, 0.05f, 0.05f] : [0.05f, 0.9f, 0.05f], Answer.Class(i < 250 ? i % 2 : 0), new RandomSample());
        await SaveAsync(app);
        var month = new PeriodQuery(Day.AddDays(-29), Day);
        var before = await ListAsync(month);
        Assert.Equal(new FindLabelErrors.Response(500, 125), await app.SendAsync(new FindLabelErrors.Command()));
        var ran = time.GetUtcNow();
        Assert.Equal(
            ["label-errors/30", "label-errors/365", "label-errors/90"],
            (await app.RowsAsync<MonitoringResult>()).Select(result => result.Name).Order(StringComparer.Ordinal)
        );
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(JsonSerializer.Serialize(before with { ComputedAt = ran }), JsonSerializer.Serialize(await ListAsync(month)));
        Assert.Equal(time.GetUtcNow(), (await ListAsync(month with { From = Day })).ComputedAt);
        Assert.Equal(time.GetUtcNow(), (await ListAsync(month with { ModelVersion = "1" })).ComputedAt);

        // One label is kept, one changes on its own, and one photo is deleted.
        var first = before.Items.Take(3).ToList();
        await app.SendAsync(new KeepLabel.Command(first[0].TaskId, MonitoringData.Administrator));
        time.Advance(TimeSpan.FromSeconds(1));
        await app.SendAsync(new ChangeLabel.Command(first[1].TaskId, first[1].Predicted, MonitoringData.Administrator));
        await app.SendAsync(new ErasePrediction.Command(first[2].PredictionId, MonitoringData.Administrator));
        var after = await ListAsync(month);
        Assert.Equal((122, ran), (after.Suspects, after.ComputedAt));
        Assert.Equal(before.Items.Skip(3).Select(item => item.TaskId), after.Items.Select(item => item.TaskId));

        Assert.Equal(before.Mixed, after.Mixed);
        Assert.Equal([new ListLabelErrors.MixedClasses(Some.Labels[0], Some.Labels[1], 125)], after.Mixed);
        var checks = await app.SendAsync(new ListLabelChecks.Query(month, MonitoringData.Administrator));
        Assert.Equal(
            [
                (first[1].TaskId, CheckDecision.Changed, first[1].Label, first[1].Predicted),
                (first[0].TaskId, CheckDecision.Kept, first[0].Label, first[0].Label),
            ],
            checks.Items.Select(item => (item.TaskId, item.Decision, item.Label, item.LabelNow!))
        );
        Assert.Equal((2, "ApiKey:admin"), (checks.Total, checks.Items[0].By));

        // The next day is computed until the job has run.
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(time.GetUtcNow(), (await ListAsync(new PeriodQuery())).ComputedAt);

        Task<ListLabelErrors.Response> ListAsync(PeriodQuery period) =>
            app.SendAsync(new ListLabelErrors.Query(period, MonitoringData.Administrator));
    }

    /// <summary>Labels and photos that must change nothing.</summary>
    private async Task AddWhatTakesNoPartAsync(ModelVersion model)
    {
        float[] sure = [0.05f, 0.05f, 0.9f];
        Add(model, 1000, sure, Answer.None, new RandomSample());
        Add(model, 1001, sure, Answer.Unusable, new RandomSample());
        Add(model, 1002, sure, answer: null, new RandomSample());
        Add(model, 1003, [float.NaN, float.NaN, 0.9f], Answer.Class(0), new RandomSample());
        Add(MonitoringData.Model("0", Some.Time.AddDays(-4), "Soup", "Bread"), 1004, [0.1f, 0.9f], Answer.Class(0), new RandomSample());
        Add(model, 1005, sure, Answer.Class(0), new RandomSample(), Some.Time.AddDays(-1));
        Add(model, 1006, sure, Answer.Class(0), new RandomSample(), Some.Time.AddDays(1));
        // The photo was labelled before this copy of it was classified.
        Add(model, 1007, sure, Answer.Class(0), new RandomSample(), decidedAt: Some.Time.AddHours(-1));
        await SaveAsync();
    }

    private void Add(
        ModelVersion model,
        int number,
        float[] probabilities,
        Answer? answer,
        GourmetGram.Domain.Feedback.Strategy strategy,
        DateTimeOffset? at = null,
        DateTimeOffset? decidedAt = null
    )
    {
        var photo = MonitoringData.Photo(model, number, (at ?? Some.Time).AddMilliseconds(number), probabilities);
        var task = MonitoringData.Task(photo, strategy);
        task.Decide("Account:ada", LabelSource.Review, answer, [], decidedAt ?? photo.CreatedAt.AddMinutes(1));
        photos.Add(photo);
        tasks.Add(task);
    }

    private async Task SaveAsync(PersistenceHost? host = null)
    {
        await (host ?? Host).SaveAsync(photos.ToArray());
        await (host ?? Host).SaveAsync(tasks.ToArray());
    }

    private async Task SaveMoreAsync(int from)
    {
        await Host.InStepAsync(scope =>
        {
            var context = (GourmetGramDbContext)scope.GetService(typeof(GourmetGramDbContext))!;
            context.Attach(photos[0].Model);
            context.AddRange(photos.Skip(from));
            context.AddRange(tasks.Skip(from));
            return Task.CompletedTask;
        });
    }
}
