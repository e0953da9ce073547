using Ardalis.Specification;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.Monitoring;

public sealed class AccuracyOnSqlite() : AccuracyTests(DatabaseProvider.Sqlite);

public sealed class AccuracyOnPostgreSql() : AccuracyTests(DatabaseProvider.PostgreSql);

/// <summary>The way from predictions to the accuracy: windows with their cells, draws, blind labels, and what is left out.</summary>
public abstract class AccuracyTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const string Loop = "randomsampled";
    private const int Right = 2;

    private static readonly Caller Administrator = new(new Actor(ActorKind.ApiKey, "admin"), IsReviewer: true, IsAdministrator: true);

    private static readonly DateOnly Day = DateOnly.FromDateTime(Some.Time.UtcDateTime);

    [Fact]
    public async Task A_fully_labelled_window_is_known_exactly()
    {
        await Host.MigrateAsync();
        await Host.SaveAsync(Photos(Some.Model(), 0, 12));
        await SampleAllAsync();
        await LabelAllAsync(number => number < 3 ? 0 : Right);
        var accuracy = await AccuracyAsync();
        Assert.Equal(
            (EstimateState.Estimated, 0.75, 0.75, 0.75, 12, 12, 12),
            (accuracy.State, accuracy.Estimate, accuracy.Low, accuracy.High, accuracy.Labels, accuracy.Photos, accuracy.MeasuredPhotos)
        );
        Assert.Null(accuracy.EffectiveLabels);
        Assert.Equal(0, accuracy.Pending + accuracy.Unusable + accuracy.LeftOut.Count);
    }

    [Fact]
    public async Task A_sample_is_weighted_by_window_and_gives_the_estimate_of_the_reference_method()
    {
        await Host.MigrateAsync();
        var model = Some.Model();
        await Host.SaveAsync(Photos(model, 0, 10, confidence: 0.95f));
        await Host.SendAsync(new SampleRandom.Command());
        await AddAsync(100, 200, confidence: 0.6f);
        await Host.SendAsync(new SampleRandom.Command());
        await AddAsync(1000, 50, confidence: 0.8f);
        await Host.SendAsync(new SampleRandom.Command());
        await MakeTasksAsync();
        // Wrong on the busy day.
        await LabelAllAsync(number => number is >= 100 and < 1000 && number % 2 == 0 ? 0 : Right);
        var windows = await Host.RowsAsync<SamplingWindow>();
        var selections = (await Host.RowsAsync<Selection>()).Where(one => one.Loop == Loop).ToList();
        var predictions = (await Host.RowsAsync<Prediction>()).ToDictionary(one => one.Id);
        var cells = (await Host.RowsAsync<WindowCell>()).ToLookup(cell => cell.WindowId);
        var table = new AccuracyTable(
            [
                .. windows
                    .OrderBy(window => window.LastPhotoAt)
                    .Select(window => new AccuracyWindow(
                        window.Id,
                        window.ModelVersionId!.Value,
                        [.. FineCell.All.Select(cell => cells[window.Id].SingleOrDefault(one => one.Cell == cell.Index)?.Photos ?? 0)],
                        5,
                        5,
                        0
                    )),
            ],
            [],
            [
                .. selections
                    .GroupBy(one => (Window: one.WindowId!.Value, Cell: predictions[one.PredictionId].WindowCell!.Value))
                    .Select(group => new LabelledGroup(
                        group.Key.Window,
                        FineCell.Of(group.Key.Cell),
                        group.Count(),
                        group.Count(one => IsLabelledRight(NumberOf(predictions[one.PredictionId]))),
                        []
                    )),
            ],
            []
        );
        var expected = AccuracyEstimator.Estimate(table);
        var accuracy = await AccuracyAsync();
        Assert.Equal((260, 15), (accuracy.Photos, accuracy.Labels));
        Assert.Equal(EstimateState.Estimated, accuracy.State);
        Assert.Equal(expected.Share!.Value, accuracy.Estimate!.Value, precision: 12);
        Assert.Equal(expected.Low!.Value, accuracy.Low!.Value, precision: 12);
        Assert.Equal(expected.High!.Value, accuracy.High!.Value, precision: 12);

        static bool IsLabelledRight(int number) => number is not (>= 100 and < 1000) || number % 2 != 0;
    }

    [Theory]
    [InlineData(0.4999f, 0)]
    [InlineData(0.5f, 1)]
    [InlineData(0.6999f, 1)]
    [InlineData(0.7f, 2)]
    [InlineData(0.8999f, 2)]
    [InlineData(0.9f, 3)]
    [InlineData(1f, 3)]
    public async Task Bands_have_fixed_edges(float confidence, int band)
    {
        await Host.MigrateAsync();
        await Host.SaveAsync(Photos(Some.Model(), 0, 1, confidence));
        await Host.SendAsync(new SampleRandom.Command());
        var cell = Assert.Single(await Host.RowsAsync<WindowCell>());
        Assert.Equal((2 * band, 1), (cell.Cell, cell.Photos));
        Assert.Equal(confidence, cell.MeanConfidence, precision: 6);
        Assert.Equal(2 * band, Assert.Single(await Host.RowsAsync<Prediction>()).WindowCell);
        var count = Assert.Single(await Host.RowsAsync<WindowCount>());
        Assert.Equal((Day, Right, 1), (count.Day, count.PredictedIndex, count.Photos));
    }

    [Fact]
    public async Task A_flag_counts_only_if_it_was_there_when_the_window_closed()
    {
        await Host.MigrateAsync();
        var photos = Photos(Some.Model(), 0, 3);
        await Host.SaveAsync(photos);
        await FlagAsync(photos[0]);
        await FlagAsync(photos[1]);
        await Host.SendAsync(new UndoFeedback.Command(photos[1].Id, FeedbackTopic.Flag, Visitor, FeedbackSource.Page));
        await Host.SendAsync(new SampleRandom.Command());
        await FlagAsync(photos[2]);
        await Host.SendAsync(new UndoFeedback.Command(photos[0].Id, FeedbackTopic.Flag, Visitor, FeedbackSource.Page));
        Assert.Equal(
            [(new FineCell(3, IsFlagged: false).Index, 2), (new FineCell(3, IsFlagged: true).Index, 1)],
            (await Host.RowsAsync<WindowCell>()).Select(cell => (cell.Cell, cell.Photos)).Order()
        );
    }

    [Fact]
    public async Task Each_model_version_has_windows_of_its_own()
    {
        await Host.MigrateAsync();
        var (old, next) = (Some.Model(), ModelVersion.Register("three", "2", "float", new string('d', 64), 1, Some.Labels, Some.Time));
        await Host.SaveAsync(Photos(old, 0, 20).Concat(Photos(next, 100, 30)).ToArray());
        await Host.SendAsync(new SampleRandom.Command());
        var windows = await Host.RowsAsync<SamplingWindow>();
        Assert.Equal(
            [(old.Id, 20), (next.Id, 30)],
            windows.Select(window => (window.ModelVersionId!.Value, window.Population!.Value)).OrderBy(pair => pair.Item2)
        );
        await MakeTasksAsync();
        await LabelAllAsync(number => number < 100 ? 0 : Right);
        Assert.Equal(20, (await AccuracyAsync("1")).Photos);
        Assert.Equal((30, EstimateState.TooFew, 5), (await AccuracyAsync("2")) is var two ? (two.Photos, two.State, two.Needed) : default);
        await Assert.ThrowsAsync<NotFoundException>(() => AccuracyAsync("3"));
    }

    [Fact]
    public async Task Imported_predictions_are_never_drawn_or_measured()
    {
        await Host.MigrateAsync();
        var import = Guid.CreateVersion7(Some.Time);
        var model = Some.Model();
        var id = Guid.CreateVersion7(Some.Time);
        await Host.SaveAsync(
            Prediction.TakeOver(id, Some.Jpeg(new string('e', 64), 4), new ClassProbabilities([0.1f, 0.2f, 0.7f]), model, Some.Time, import)
        );
        Assert.Equal(0, (await Host.SendAsync(new SampleRandom.Command())).Windows);
        Assert.Empty(await Host.RowsAsync<Selection>());
        Assert.Equal(EstimateState.NoData, (await AccuracyAsync()).State);
    }

    [Fact]
    public async Task Photos_that_nobody_can_judge_and_deleted_ones_make_a_worst_and_a_best_case()
    {
        await Host.MigrateAsync();
        await Host.SaveAsync(Photos(Some.Model(), 0, 20));
        await SampleAllAsync();
        await LabelAllAsync(number => number < 4 ? 0 : Right, unusable: 5);
        var deleted = (await Host.RowsAsync<Prediction>()).Single(one => NumberOf(one) == 6);
        await Host.SendAsync(new ErasePrediction.Command(deleted.Id, Administrator));
        var accuracy = await AccuracyAsync();
        Assert.Equal((20, 18, 2), (accuracy.Photos, accuracy.Labels, accuracy.Unusable));
        Assert.Equal(14.0 / 18, accuracy.Estimate!.Value, precision: 12);
        Assert.Equal((14.0 / 20, 16.0 / 20), (accuracy.Worst!.Value, accuracy.Best!.Value));
        Assert.Single(await Host.RowsAsync<ErasedDraw>());
    }

    [Fact]
    public async Task None_of_these_is_wrong_and_shown_and_labels_that_are_not_blind_do_not_count()
    {
        await Host.MigrateAsync();
        await Host.SaveAsync(Photos(Some.Model(), 0, 20));
        await SampleAllAsync();
        // Ada saw the model's answers to these before.
        var seen = (await Host.RowsAsync<Prediction>()).Where(one => NumberOf(one) is 1 or 2).ToList();
        foreach (var photo in seen)
            await Host.SaveAsync(SeenAnswer.Of(photo, Annotator.Actor, Some.Time));
        await LabelAllAsync(_ => Right, none: 7);
        var accuracy = await AccuracyAsync();
        Assert.Equal((18, 2), (accuracy.Labels, accuracy.Pending));
        Assert.Equal(17.0 / 18, accuracy.Estimate!.Value, precision: 12);
        Assert.Equal(1.0 / 18, accuracy.NoneOfThese.Estimate!.Value, precision: 12);
        Assert.Equal(1, accuracy.WithinClasses.Estimate);
        var confusion = (await Host.SendAsync(new GetConfusion.Query(Today))).Items;
        Assert.Equal(
            [(null, "Soup", 1), ("Soup", "Soup", 17)],
            confusion.Select(cell => (cell.Label, cell.Predicted, cell.Labels)).OrderBy(cell => cell.Labels)
        );
        Assert.Equal(20, confusion.Sum(cell => cell.Photos), precision: 9);
        var soup = (await Host.SendAsync(new ListClasses.Query(Today))).Items.Single(item => item.Class == "Soup");
        Assert.Equal((1.0, 17), (soup.ByLabel.Estimate!.Value, soup.ByLabel.Labels));
        Assert.Equal(17.0 / 18, soup.ByPrediction.Estimate!.Value, precision: 12);
    }

    [Fact]
    public async Task Further_draws_have_known_probabilities_and_enter_the_estimate()
    {
        await Host.MigrateAsync();
        await Host.SaveAsync([.. Photos(Some.Model(), 0, 100, confidence: 0.95f)]);
        await AddAsync(100, 100, confidence: 0.6f);
        await Host.SendAsync(new SampleRandom.Command());
        await MakeTasksAsync();
        var before = await Host.SendAsync(new GetLabelBudget.Query(Today, Labels: 40));
        Assert.Equal((5, 40), (before.Pending, before.Items.Sum(item => item.Extra)));
        // Photos on which the model is unsure are worth more labels.
        Assert.True(before.Items.Single(item => item.Band == 1).Extra > before.Items.Single(item => item.Band == 3).Extra);
        Assert.True(before.HalfWidthThen < before.HalfWidthNow);
        var drawn = await Host.SendAsync(new DrawForAccuracy.Command(Today, 40, "Ada"));
        Assert.Equal((40, 40), (drawn.Drawn, drawn.Tasks));
        var draws = await Host.RowsAsync<ExtraDraw>();
        Assert.Equal(195, draws.Sum(draw => draw.Eligible));
        var extra = (await Host.RowsAsync<Selection>()).Where(one => one.DrawId is not null).ToList();
        Assert.Equal(40, extra.Count);
        Assert.All(extra, one =>
            Assert.Equal(draws.Single(draw => draw.Id == one.DrawId) is var draw ? (double)draw.Taken / draw.Eligible : 0, one.Probability)
        );

        await LabelAllAsync(number => number % 4 == 0 ? 0 : Right);
        var accuracy = await AccuracyAsync();
        Assert.Equal((EstimateState.Estimated, 45, 200), (accuracy.State, accuracy.Labels, accuracy.MeasuredPhotos));
        Assert.Equal(before.HalfWidthThen!.Value, (accuracy.High!.Value - accuracy.Low!.Value) / 2, tolerance: 0.05);

        // Everything can be drawn once, and nothing twice.
        Assert.Equal(155, (await Host.SendAsync(new DrawForAccuracy.Command(Today, 1000, "Ada"))).Drawn);
        await Assert.ThrowsAsync<ConflictException>(() => Host.SendAsync(new DrawForAccuracy.Command(Today, 1, "Ada")));
        await LabelAllAsync(number => number % 4 == 0 ? 0 : Right);
        var exact = await AccuracyAsync();
        Assert.Equal((0.75, 0.75, 0.75), (exact.Estimate, exact.Low, exact.High));
    }

    [Fact]
    public async Task Weeks_segments_and_calibration_are_estimated_from_the_same_labels()
    {
        await Host.MigrateAsync();
        await Host.SaveAsync(Photos(Some.Model(), 0, 30, confidence: 0.65f));
        await SampleAllAsync();
        await AddAsync(100, 30, confidence: 0.95f);
        await Host.SendAsync(new SampleRandom.Command());
        await MakeTasksAsync();
        await LabelAllAsync(number => number < 15 ? 0 : Right);
        var weeks = (await Host.SendAsync(new ListWeeks.Query(new PeriodQuery(Day.AddDays(-7), Day)))).Items;
        Assert.Equal([EstimateState.NoData, EstimateState.Estimated], weeks.Select(week => week.Accuracy.State));
        Assert.Equal((new DateOnly(2026, 11, 23), 60, 0.75), (weeks[1].Week, weeks[1].Photos, weeks[1].Accuracy.Estimate));
        var segments = (await Host.SendAsync(new ListSegments.Query(Today))).Items;
        var unsure = segments.Single(segment => segment.Value == "0.5 to 0.7");
        Assert.Equal((0.5, true), (unsure.Accuracy.Estimate, unsure.Marked));
        Assert.Equal(60, segments.Where(segment => segment.Dimension == ListSegments.Dimension.Source).Sum(one => one.Accuracy.Labels));
        var calibration = await Host.SendAsync(new GetCalibration.Query(Today));
        Assert.Equal([(0.6, 30, 0.5), (0.9, 30, 1.0)], calibration.Bins.Select(bin => (bin.From, bin.Labels, bin.Accuracy)));
        Assert.Equal(0.5 * 0.15 + 0.5 * 0.05, calibration.Ece!.Value, precision: 6);
    }

    [Fact]
    public async Task A_photo_is_in_one_segment_for_each_of_its_tags()
    {
        await Host.MigrateAsync();
        var model = Some.Model();
        await Host.SaveAsync([
            .. Photos(model, 0, 20, tags: PhotoTags.Parse(["kiosk=1", "site=Süd"])),
            .. Photos(model, 20, 20, tags: PhotoTags.Parse(["kiosk=2", "site=Süd"])),
            .. Photos(model, 40, 20),
        ]);
        await SampleAllAsync();
        await LabelAllAsync(number => number < 15 ? 0 : Right);
        var segments = (await Host.SendAsync(new ListSegments.Query(Today))).Items;
        Assert.Equal(
            [("kiosk=1", 20, 0.25, true), ("kiosk=2", 20, 1.0, true), ("site=Süd", 40, 0.625, true)],
            segments
                .Where(segment => segment.Dimension == ListSegments.Dimension.Tag)
                .Select(segment => (segment.Value, segment.Accuracy.Labels, segment.Accuracy.Estimate!.Value, segment.Marked))
        );
        foreach (var (tag, photos) in new[] { ("kiosk=1", 20), ("kiosk=2", 20), ("site=Süd", 40), ("site=north", 0) })
            Assert.Equal(photos, await TotalAsync(tag));

        async Task<int> TotalAsync(string tag)
        {
            var filter = new ListMeasuredPhotos.Filter(Dimension: ListSegments.Dimension.Tag, Value: tag);
            return (await Host.SendAsync(new ListMeasuredPhotos.Query(Today, filter, Cursor: null, Limit: 10))).Total;
        }
    }

    [Fact]
    public async Task Tags_that_only_single_photos_have_do_not_fill_the_list()
    {
        await Host.MigrateAsync();
        var model = Some.Model();
        await Host.SaveAsync([
            .. Enumerable.Range(0, 110).SelectMany(i => Photos(model, i, 1, tags: PhotoTags.Parse([$"order={i:000}", "zone=a"]))),
        ]);
        await SampleAllAsync();
        await LabelAllAsync(_ => Right);
        var tags = (await Host.SendAsync(new ListSegments.Query(Today)))
            .Items.Where(segment => segment.Dimension == ListSegments.Dimension.Tag)
            .ToList();
        Assert.Equal(ListSegments.MostTags, tags.Count);
        Assert.Equal(("zone=a", 110), (tags[^1].Value, tags[^1].Accuracy.Labels));
    }

    [Fact]
    public async Task A_loop_that_was_paused_leaves_its_photos_out()
    {
        await Host.MigrateAsync();
        await Host.SaveAsync(Photos(Some.Model(), 0, 20));
        await SampleAllAsync();
        await LabelAllAsync(_ => Right);
        await Host.SendAsync(Some.ChangeOf(Loop) with { Enabled = false });
        await AddAsync(100, 40);
        await Host.SendAsync(new SampleRandom.Command());
        var accuracy = await AccuracyAsync();
        Assert.Equal((EstimateState.NotEstimable, LeftOutReason.NotSampled), (accuracy.State, accuracy.Reason));
        Assert.Equal((60, 20), (accuracy.Photos, accuracy.MeasuredPhotos));
        Assert.Equal((40, Day), Assert.Single(accuracy.LeftOut) is var left ? (left.Photos, left.Day) : default);
    }

    [Fact]
    public async Task A_result_is_remembered_until_windows_draws_or_answers_change()
    {
        var time = new FakeTimeProvider(Some.Time.AddMinutes(5));
        var app = Node();
        // SQLite has one node.
        var other = Provider == DatabaseProvider.Sqlite ? app : Node();
        await app.MigrateAsync();
        await app.SaveAsync(Photos(Some.Model(), 0, 30));
        await app.SendAsync(Some.ChangeOf(Loop) with { Settings = new Dictionary<string, string> { ["perWindow"] = "20" } });
        await app.SendAsync(new SampleRandom.Command());
        await app.SendAsync(new MakeTasks.Command());
        await LabelAsync(app, 12, Right);
        var first = await app.SendAsync(new GetAccuracy.Query(Today));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Same(first, await app.SendAsync(new GetAccuracy.Query(Today)));
        Assert.NotSame(first, await app.SendAsync(new GetAccuracy.Query(Today with { ModelVersion = "1" })));
        Assert.NotSame(first, await app.SendAsync(new GetAccuracy.Query(new PeriodQuery(Day.AddDays(-1), Day))));
        // Handing out a task changes no answer.
        await app.SendAsync(new NextTask.Command(Loop, Annotator));
        Assert.Same(first, await app.SendAsync(new GetAccuracy.Query(Today)));

        // A label, a withdrawn label, a draw and a deleted photo, all by another node.
        var labels = await LabelAsync(other, 1, 0);
        Assert.Equal(13, (await app.SendAsync(new GetAccuracy.Query(Today))).Labels);
        await other.SendAsync(new UndoLabel.Command(labels[0], Annotator));
        Assert.Equal(12, (await app.SendAsync(new GetAccuracy.Query(Today))).Labels);
        await other.SendAsync(new DrawForAccuracy.Command(Today, 3, "Ada"));
        Assert.Equal(11, (await app.SendAsync(new GetAccuracy.Query(Today))).Pending);
        var drawn = (await app.RowsAsync<AnnotationTask>()).First(task => task.IsOpen);
        await other.SendAsync(new ErasePrediction.Command(drawn.PredictionId, Administrator));
        Assert.Equal(1, (await app.SendAsync(new GetAccuracy.Query(Today))).Unusable);

        var last = await app.SendAsync(new GetAccuracy.Query(Today));
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.NotSame(last, await app.SendAsync(new GetAccuracy.Query(Today)));

        PersistenceHost Node() => AddHost(more: services => services.AddSingleton<TimeProvider>(time));
    }

    [Fact]
    public async Task An_earlier_day_knows_only_its_own_windows_draws_and_labels()
    {
        var time = new FakeTimeProvider(Some.Time.AddMinutes(5));
        var app = AddHost(more: services => services.AddSingleton<TimeProvider>(time));
        await app.MigrateAsync();
        await app.SaveAsync(Photos(Some.Model(), 0, 40));
        await app.SendAsync(Some.ChangeOf(Loop) with { Settings = new Dictionary<string, string> { ["perWindow"] = "20" } });
        await app.SendAsync(new SampleRandom.Command());
        await app.SendAsync(new MakeTasks.Command());
        // Day 0: 12 labels, of which two are changed, one is withdrawn and one photo is deleted later.
        var labels = await LabelAsync(app, 12, Right);
        var first = await KnownAsync(0);
        Assert.Equal((EstimateState.Estimated, 1.0, 12, 8), (first.State, first.Estimate, first.Labels, first.Pending));
        // Day 1: the rest, all wrong, and a further draw.
        time.Advance(TimeSpan.FromDays(1));
        await app.SendAsync(new DrawForAccuracy.Command(Today, 10, "Ada"));
        await LabelAsync(app, 18, 0);
        time.Advance(TimeSpan.FromDays(1));
        var tasks = (await app.RowsAsync<AnnotationTask>()).ToDictionary(task => task.Id);
        var given = (await app.RowsAsync<HumanLabel>()).Where(label => labels.Contains(label.Id)).ToList();
        foreach (var label in given.Take(2))
            await app.SendAsync(new LabelTask.Command(label.TaskId, Some.Labels[0], Annotator));
        await app.SendAsync(new UndoLabel.Command(given[2].Id, Annotator));
        await app.SendAsync(new AskAgain.Command(given[3].TaskId, Administrator));

        var now = await app.SendAsync(new GetAccuracy.Query(Today));
        Assert.Equal((26, 4, 2), (now.Labels, now.Pending, now.NotBlind));
        var known = await KnownAsync(0);
        Assert.Equal(first with { AsOf = known.AsOf, AsKnownOn = known.AsKnownOn, LeftOut = known.LeftOut }, known);
        var second = await KnownAsync(1);
        Assert.Equal((30, 0), (second.Labels, second.Pending));
        Assert.True(second.Estimate < 0.6);
        // The day before the window closed knows nothing.
        Assert.Equal(EstimateState.NoData, (await KnownAsync(-1)).State);
        var today = await KnownAsync(2);
        Assert.Equal(now with { AsKnownOn = today.AsKnownOn, LeftOut = today.LeftOut }, today);

        // A photo about which somebody is asked again now is not shown with the model's answer.
        var query = new ListMeasuredPhotos.Query(Today with { AsKnownOn = Day }, new ListMeasuredPhotos.Filter(), Cursor: null, Limit: 50);
        var waiting = tasks[given[3].TaskId].PredictionId;
        Assert.DoesNotContain(waiting, (await app.SendAsync(query)).Items.Select(item => item.PredictionId));

        // The labels of a deleted photo are lost.
        await app.SendAsync(new ErasePrediction.Command(tasks[given[4].TaskId].PredictionId, Administrator));
        Assert.Equal((11, 1), (await KnownAsync(0)) is var rest ? (rest.Labels, rest.Unusable) : default);
        var refused = await Assert.ThrowsAsync<FluentValidation.ValidationException>(() => KnownAsync(3));
        Assert.Equal("asKnownOn", Assert.Single(refused.Errors).PropertyName);

        Task<GetAccuracy.Response> KnownAsync(int day) => app.SendAsync(new GetAccuracy.Query(Today with { AsKnownOn = Day.AddDays(day) }));
    }

    private static async Task<List<Guid>> LabelAsync(PersistenceHost app, int count, int label)
    {
        var given = new List<Guid>();
        for (var i = 0; i < count; i++)
        {
            var task = (await app.SendAsync(new NextTask.Command(Loop, Annotator)))!;
            given.Add((await app.SendAsync(new LabelTask.Command(task.Id, Some.Labels[label], Annotator))).Id);
        }

        return given;
    }

    private static Caller Visitor => new(Some.Visitor, IsReviewer: true);

    private static Caller Annotator => new(new Actor(ActorKind.Account, "ada"), IsReviewer: true);

    private static PeriodQuery Today => new(Day, Day);

    private Task<GetAccuracy.Response> AccuracyAsync(string? version = null) =>
        Host.SendAsync(new GetAccuracy.Query(Today with { ModelVersion = version }));

    private Task<FlagPrediction.Response> FlagAsync(Prediction photo) =>
        Host.SendAsync(new FlagPrediction.Command(photo.Id, Visitor, FeedbackSource.Page));

    /// <summary>Draws all photos of the next window.</summary>
    private async Task SampleAllAsync()
    {
        await Host.SendAsync(Some.ChangeOf(Loop) with { Settings = new Dictionary<string, string> { ["perWindow"] = "1000" } });
        await Host.SendAsync(new SampleRandom.Command());
        await MakeTasksAsync();
    }

    private Task<MakeTasks.Response> MakeTasksAsync() => Host.SendAsync(new MakeTasks.Command());

    /// <summary>Labels all open tasks of the random sample.</summary>
    /// <param name="labelOf">Returns the index of the label for the number of a photo.</param>
    /// <param name="unusable">Number of a photo that cannot be judged.</param>
    /// <param name="none">Number of a photo that shows none of the classes.</param>
    private async Task LabelAllAsync(Func<int, int> labelOf, int? unusable = null, int? none = null)
    {
        while (await Host.SendAsync(new NextTask.Command(Loop, Annotator)) is { } task)
        {
            var row = (await Host.RowsAsync<AnnotationTask>()).Single(one => one.Id == task.Id);
            var number = Convert.ToInt32(row.PhotoSha256, 16);
            var answer =
                number == unusable ? AnswerKind.Unusable
                : number == none ? AnswerKind.None
                : AnswerKind.Class;
            await Host.SendAsync(
                new LabelTask.Command(task.Id, answer == AnswerKind.Class ? Some.Labels[labelOf(number)] : null, Annotator, Answer: answer)
            );
        }
    }

    private static int NumberOf(Prediction photo) => Convert.ToInt32(photo.Photo.UploadSha256, 16);

    private Task AddAsync(int from, int count, float confidence = 0.95f) =>
        Host.InStepAsync(async scope =>
        {
            var model = await scope
                .GetRequiredService<IRepository<ModelVersion>>()
                .FirstOrDefaultAsync(new AnyModel(), TestContext.Current.CancellationToken);
            var repository = scope.GetRequiredService<IRepository<Prediction>>();
            foreach (var photo in Photos(model!, from, count, confidence))
                repository.Add(photo);
        });

    /// <summary>Photos for which the model names the last class.</summary>
    private static Prediction[] Photos(ModelVersion model, int from, int count, float confidence = 0.95f, PhotoTags? tags = null) =>
        [
            .. Enumerable
                .Range(from, count)
                .Select(number =>
                {
                    var prediction = Prediction.Record(
                        Some.Jpeg($"{number:x64}", 4),
                        new ClassProbabilities([(1 - confidence) / 2, (1 - confidence) / 2, confidence]),
                        model,
                        Some.Visitor,
                        TimeSpan.Zero,
                        TimeSpan.Zero,
                        Some.Time.AddSeconds(number),
                        tags
                    );
                    prediction.MarkImageStored();
                    return prediction;
                }),
        ];

    private sealed class AnyModel : Specification<ModelVersion>;
}
