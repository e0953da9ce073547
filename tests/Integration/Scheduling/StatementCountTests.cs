using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Infrastructure.Scheduling;
using GourmetGram.Tests.Integration.Persistence;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Scheduling;

/// <summary>
/// How many statements work costs: as many for a hundred rows as for a few, and none that writes when there is nothing to do.
/// </summary>
public sealed class StatementCountTests() : PersistenceTests(DatabaseProvider.Sqlite)
{
    private static readonly Caller Administrator = new(new Actor(ActorKind.Account, "admin"), IsReviewer: true, IsAdministrator: true);

    private readonly ModelVersion model = Some.Model();
    private PersistenceHost app = null!;
    private int made;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        app = AddHost(more: services =>
        {
            services.AddScheduling();
            services.AddSingleton<IClassifier, ThreeClasses>();
        });
        await app.MigrateAsync();
    }

    [Fact]
    public async Task Jobs_that_have_nothing_to_do_write_nothing_and_leave_no_run()
    {
        var photo = Assert.Single(await PhotosAsync(1));
        await app.SendAsync(new FlagPrediction.Command(photo.Id, Administrator, FeedbackSource.Page));
        var names = await NamesAsync();
        foreach (var name in names)
            await RunAsync(name);
        // A closed window is what this one makes, whatever is in it.
        foreach (var name in names.Where(name => name != "random-sampling"))
        {
            var statements = await StatementRecorder.RecordAsync(app, () => RunAsync(name));
            Assert.All(statements, statement => Assert.True(statement.Reads, $"{name}: {statement.Text}"));
        }
    }

    [Theory]
    [InlineData("select-candidates")]
    [InlineData("store-images")]
    [InlineData("publish-tasks")]
    public async Task Firings_without_work_leave_one_run_an_hour_and_one_with_work_runs(string job)
    {
        await PhotosAsync(1);
        foreach (var name in await NamesAsync())
            await RunAsync(name);
        var scheduler = app.Services.GetRequiredService<JobScheduler>();
        var first = Some.Time;
        await scheduler.FireAsync(job, first);
        var statements = await StatementRecorder.RecordAsync(app, async () =>
        {
            for (var firing = 1; firing < 360; firing += 7)
                await scheduler.FireAsync(job, first.AddSeconds(10 * firing));
        });
        Assert.NotEmpty(statements);
        Assert.All(statements, statement => Assert.True(statement.Reads, statement.Text));
        await scheduler.FireAsync(job, first.AddHours(1));
        Assert.Equal(2, (await RunsAsync(job)).Count);

        await GiveWorkAsync();
        await scheduler.FireAsync(job, first.AddHours(1).AddSeconds(10));
        Assert.Equal(3, (await RunsAsync(job)).Count);
    }

    [Fact]
    public async Task Considering_many_flags_costs_no_more_queries_than_considering_a_few()
    {
        // What waits for another day is looked at again by each run, which is not what is counted here.
        await app.SendAsync(
            Some.ChangeOf("lowconfidence") with
            {
                DailyLimit = 0,
                Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["perUploader"] = "0" },
            }
        );
        Assert.Equal(await FlagsAsync(3), await FlagsAsync(150));

        async Task<int> FlagsAsync(int count)
        {
            var photos = await PhotosAsync(count);
            await app.SendAsync(new SelectCandidates.Command());
            // Each by another visitor.
            await app.SaveAsync([
                .. photos.Select(
                    (photo, number) =>
                        UserFeedback.Flag(
                            photo,
                            new Actor(ActorKind.Visitor, $"v{number}"),
                            FeedbackSource.Page,
                            Some.Time.AddDays(1),
                            origin: number
                        )
                ),
            ]);
            return await QueriesAsync(() => app.SendAsync(new SelectCandidates.Command()));
        }
    }

    [Fact]
    public async Task Deleting_many_photos_costs_no_more_queries_than_deleting_a_few()
    {
        Assert.Equal(await DeletedAsync(3), await DeletedAsync(60));

        async Task<int> DeletedAsync(int count)
        {
            await LabelledAsync(count);
            return await QueriesAsync(() => app.SendAsync(new EraseAllPredictions.Command(new Caller(Some.Visitor, IsReviewer: false))));
        }
    }

    [Fact]
    public async Task Removing_many_photos_from_datasets_costs_no_more_queries_than_removing_a_few()
    {
        Assert.Equal(await MovedAsync(3), await MovedAsync(60));

        async Task<int> MovedAsync(int count)
        {
            await LabelledAsync(count);
            foreach (var task in (await app.RowsAsync<AnnotationTask>()).Where(task => task.ClassIndex == 0))
                await app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[1], Administrator));
            return await QueriesAsync(() => app.SendAsync(new ProcessAnnotations.Command()));
        }
    }

    [Fact]
    public async Task Downloading_many_photos_costs_no_more_queries_than_downloading_a_few()
    {
        await PhotosAsync(3);
        var few = await DownloadAsync();
        await PhotosAsync(60);
        Assert.Equal(few, await DownloadAsync());

        Task<int> DownloadAsync() =>
            QueriesAsync(() =>
                app.InScopeAsync(async scope =>
                {
                    var export = scope.GetRequiredService<IPhotoExport>();
                    await foreach (var photo in export.OfAsync(new Caller(Some.Visitor, IsReviewer: false), Cancel))
                    {
                        await using var content = await export.OpenAsync(photo, Cancel);
                        Assert.NotNull(content);
                    }
                })
            );
    }

    [Fact]
    public async Task Showing_all_jobs_costs_a_few_queries_and_shows_what_each_ran()
    {
        var jobs = app.Services.GetRequiredService<IJobs>();
        var names = await NamesAsync();
        foreach (var name in names)
        {
            await jobs.RunAsync(name, "Ada", Cancel);
            await jobs.RunAsync(name, "Bea", Cancel);
        }

        IReadOnlyDictionary<string, IReadOnlyList<JobRunView>> latest = new Dictionary<string, IReadOnlyList<JobRunView>>();
        var statements = await StatementRecorder.RecordAsync(app, async () =>
        {
            await jobs.ListAsync(Cancel);
            latest = await jobs.LatestRunsAsync(1, Cancel);
        });
        Assert.InRange(statements.Count, 1, 4);
        Assert.Equal(names.Order(StringComparer.Ordinal), latest.Keys.Order(StringComparer.Ordinal));
        // The first that waits and the last one; which is which is not told where both were asked for within a millisecond.
        Assert.All(await jobs.ListAsync(Cancel), job =>
            Assert.Equal(
                ["Ada", "Bea"],
                new[] { job.Current!.RequestedBy, Assert.Single(latest[job.Name]).RequestedBy }.Order(StringComparer.Ordinal)
            )
        );
    }

    [Fact]
    public async Task Showing_the_accuracy_costs_at_most_fourteen_queries_and_again_at_most_six()
    {
        await LabelledAsync(30);
        await app.SendAsync(new SampleRandom.Command());
        await app.SendAsync(new MakeTasks.Command());
        foreach (var task in (await app.RowsAsync<AnnotationTask>()).Where(task => task.IsOpen))
            await app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[2], Administrator));
        var day = DateOnly.FromDateTime(Some.Time.UtcDateTime);
        var period = new PeriodQuery(day, day);
        await app.SendAsync(new DrawForAccuracy.Command(period, 5, "Ada"));
        Assert.InRange(await QueriesAsync(ShowAsync), 1, 14);
        Assert.InRange(await QueriesAsync(ShowAsync), 1, 6);

        async Task ShowAsync()
        {
            await app.SendAsync(new GetAccuracyReport.Query(period, 100, 0.03));
            await app.SendAsync(new GetDrift.Query(new PeriodQuery(day, day.AddDays(7))));
        }
    }

    [Fact]
    public async Task Showing_a_person_s_figures_costs_five_queries_however_many_photos_there_are()
    {
        foreach (var count in new[] { 3, 60 })
        {
            await LabelledAsync(count);
            var person = new GetPersonFigures.Query(Administrator.Actor.ToString());
            Assert.Equal(5, await QueriesAsync(() => app.SendAsync(person)));
        }
    }

    [Fact]
    public async Task Blind_labelling_costs_visitors_no_statement_and_a_reviewer_no_second_write()
    {
        var photo = (await PhotosAsync(3))[0];
        var visitor = new Caller(Some.Visitor, IsReviewer: false);
        var read = await StatementRecorder.RecordAsync(app, async () =>
        {
            await app.SendAsync(new GetPrediction.Query(photo.Id, visitor));
            await app.SendAsync(new ListPredictions.Query(Cursor: null, 10, visitor));
            await app.SendAsync(new ListPhotos.Query(visitor, null, null, 10, new ListPhotos.Filter()));
            await app.SendAsync(new GetFeedbackHistory.Query(photo.Id, visitor));
        });
        Assert.NotEmpty(read);
        Assert.DoesNotContain(read, statement => Guards(statement));

        var first = await StatementRecorder.RecordAsync(app, () => app.SendAsync(new GetPrediction.Query(photo.Id, Administrator)));
        Assert.Single(first, statement => !statement.Reads);
        var second = await StatementRecorder.RecordAsync(app, () => app.SendAsync(new GetPrediction.Query(photo.Id, Administrator)));
        Assert.All(second, statement => Assert.True(statement.Reads, statement.Text));
        Assert.Equal(2, second.Count(Guards));

        static bool Guards(Statement statement) =>
            statement.Text.Contains("\"AnnotationTasks\"", StringComparison.Ordinal)
            || statement.Text.Contains("\"SeenAnswers\"", StringComparison.Ordinal);
    }

    private async Task<int> QueriesAsync(Func<Task> work) =>
        (await StatementRecorder.RecordAsync(app, work)).Count(statement => statement.Reads);

    private async Task<List<string>> NamesAsync() =>
        [.. (await app.Services.GetRequiredService<IJobs>().ListAsync(Cancel)).Select(job => job.Name)];

    private async Task<IReadOnlyList<JobRunView>> RunsAsync(string job) =>
        (await app.Services.GetRequiredService<IJobs>().RunsAsync(job, cursor: null, 100, Cancel)).Items;

    /// <summary>Runs what a job runs, without the row of a run.</summary>
    private Task<IReadOnlyDictionary<string, long>> RunAsync(string name) =>
        app.InScopeAsync(scope =>
            JobTable
                .All.Single(job => job.Name == name)
                .RunAsync(scope.GetRequiredService<IMediator>(), new Progress<JobProgress>(), Cancel)
        );

    /// <summary>Something for each job.</summary>
    private async Task GiveWorkAsync()
    {
        await PhotosAsync(1);
        await app.SendAsync(new SelectCandidates.Command());
        await PhotosAsync(1);
        await app.InStepAsync(async step =>
        {
            var task = (await step.GetRequiredService<ITaskFinder>().NextAsync("lowconfidence", "Ada", [], Some.Time, null, Cancel))!;
            task.Publish(Some.Time);
            task.LoseObject();
        });
    }

    /// <summary>Photos that people gave the first class, in the dataset.</summary>
    private async Task LabelledAsync(int count)
    {
        await PhotosAsync(count);
        await app.SendAsync(new SelectCandidates.Command());
        await app.SendAsync(new MakeTasks.Command());
        foreach (var task in (await app.RowsAsync<AnnotationTask>()).Where(task => task.IsOpen))
            await app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[0], Administrator));
        await app.SendAsync(new ProcessAnnotations.Command());
    }

    /// <summary>Photos of which the model is not sure.</summary>
    private async Task<IReadOnlyList<Prediction>> PhotosAsync(int count)
    {
        var photos = Enumerable
            .Range(0, count)
            .Select(_ =>
            {
                var number = ++made;
                var photo = Some.Jpeg($"{number:x64}", 1);
                var prediction = Prediction.Record(
                    photo,
                    new ClassProbabilities([0.2f, 0.3f, 0.5f]),
                    model,
                    Some.Visitor,
                    TimeSpan.Zero,
                    TimeSpan.Zero,
                    Some.Time.AddSeconds(number)
                );
                prediction.MarkImageStored();
                return prediction;
            })
            .ToArray();
        await app.InStepAsync(step =>
        {
            var context = step.GetRequiredService<GourmetGramDbContext>();
            if (made > count)
                context.Attach(model);
            context.AddRange(photos.Cast<object>());
            return Task.CompletedTask;
        });
        foreach (var photo in photos)
            await app
                .Services.GetRequiredService<IObjectStore>()
                .PutAsync(new ObjectAddress("production", photo.ObjectKey), new byte[] { 1 }, "image/jpeg", Cancel);
        return photos;
    }
}
