using System.Text.Json;
using GourmetGram.Application.Common;
using GourmetGram.Application.Monitoring;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Feedback.Strategies;
using GourmetGram.Domain.Labeling;
using GourmetGram.Domain.Monitoring;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GourmetGram.Tests.Integration.Monitoring;

public sealed class AnnotatorsTestsOnSqlite() : AnnotatorsTests(DatabaseProvider.Sqlite);

public sealed class AnnotatorsTestsOnPostgreSql() : AnnotatorsTests(DatabaseProvider.PostgreSql);

/// <summary>How far people agree, and how often each agrees with the likely truth.</summary>
public abstract class AnnotatorsTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const string Bob = "LabelStudio:7";
    private const string Robot = "ApiKey:robot";
    private const int None = 3;
    private const int NoAnswer = -1;

    private static readonly DateOnly Day = DateOnly.FromDateTime(Some.Time.UtcDateTime);
    private static readonly Guid AccountId = Guid.Parse("0199B0C6-0000-4000-8000-00000000ADA0");
    private static readonly string Ada = new Actor(ActorKind.Account, AccountId.ToString()).ToString();

    private readonly ModelVersion model = MonitoringData.Model("1", Some.Time.AddDays(-3));
    private readonly List<Prediction> photos = [];
    private readonly List<AnnotationTask> tasks = [];
    private readonly List<HumanLabel> labels = [];
    private readonly List<UserFeedback> feedback = [];

    [Fact]
    public async Task Persons_and_sources_are_compared_on_all_loops()
    {
        await Host.MigrateAsync();
        // Three persons label sixty photos: Ada is right, Bob errs in every sixth, the robot in every third.
        var answers = new List<int[]>();
        for (var i = 0; i < 60; i++)
        {
            var truth = i % 4;
            answers.Add([truth, i % 6 == 0 ? (truth + 1) % 4 : truth, i % 3 == 1 ? (truth + 2) % 4 : truth]);
            var task = AddPhoto(i);
            Say(task, Ada, answers[i][0], seconds: i % 2 == 0 ? 2 : 5);
            Say(task, Bob, answers[i][1], LabelSource.LabelStudio);
            Say(task, Robot, answers[i][2]);
        }

        // Users correct twenty of them on the page; one correction is held for review, one was withdrawn.
        var users = new Dictionary<int, int>();
        for (var i = 0; i < 20; i++)
        {
            users[i] = i % 3;
            feedback.Add(UserFeedback.Correct(photos[i], users[i], new Actor(ActorKind.Visitor, $"v{i}"), FeedbackSource.Page, Later(i)));
        }

        var held = UserFeedback.Correct(photos[30], 0, Some.Visitor, FeedbackSource.Page, Later(30));
        held.HoldBack("Too many.");
        var withdrawn = UserFeedback.Correct(photos[31], 0, Some.Visitor, FeedbackSource.Api, Later(31));
        withdrawn.Withdraw(Later(32));
        feedback.AddRange([held, withdrawn, UserFeedback.Flag(photos[33], Some.Visitor, FeedbackSource.LabRoute, Later(33))]);

        // What does not change the comparison: another loop asks Ada again, Bob skips and finds a photo unusable, photos of other days.
        var again = MonitoringData.Task(photos[5], new LowConfidence(), isBlind: false);
        tasks.Add(again);
        Say(again, Ada, answers[5][0]);
        var unusable = AddPhoto(100);
        Say(unusable, Bob, answer: Answer.Unusable, LabelSource.LabelStudio);
        Say(AddPhoto(101), Bob, answer: null, LabelSource.LabelStudio);
        Say(AddPhoto(102, Some.Time.AddDays(-1)), Bob, 0, LabelSource.LabelStudio);
        // A label that repeats a correction.
        Say(tasks[3], "Visitor:v3", 1, LabelSource.Correction);
        // Bob changed his mind about photo 7, and the last answer counts.
        answers[7][1] = 2;
        Say(tasks[7], Bob, 2, LabelSource.LabelStudio);
        await SaveAsync();

        var response = await Host.SendAsync(new ListAnnotators.Query(new PeriodQuery(Day, Day)));

        var given = new List<RaterAnswer>();
        for (var i = 0; i < 60; i++)
        {
            for (var rater = 0; rater < 3; rater++)
                given.Add(new RaterAnswer(i, rater, answers[i][rater]));
            if (users.TryGetValue(i, out var said))
                given.Add(new RaterAnswer(i, 3, said));
        }

        var fit = DawidSkene.Fit(60, 4, 4, given, new Dictionary<int, int>());
        Assert.Equal((EstimateState.Estimated, 60, (int?)null), (response.State, response.Photos, response.Needed));
        Assert.Equal(
            [
                ("ApiKey:robot", ListAnnotators.RaterKind.Person, 60, 60, 0, null),
                ("Bob B.", ListAnnotators.RaterKind.Person, 60, 60, 1, null),
                ("ada", ListAnnotators.RaterKind.Person, 60, 60, 0, 3.5),
                ("Page", ListAnnotators.RaterKind.Source, 20, 20, 0, (double?)null),
            ],
            response.Items.Select(item => (item.Rater, item.Kind, item.Labels, item.Shared, item.Skips, item.MedianSeconds))
        );
        foreach (var (item, rater) in response.Items.Zip([2, 1, 0, 3]))
        {
            Assert.Equal((EstimateState.Estimated, (int?)null), (item.State, item.Needed));
            Assert.Equal(fit.Raters[rater].Accuracy, item.Accuracy!.Value, 6);
        }

        var agreement = Agreement.Compute([.. answers]);
        Assert.Equal(
            (EstimateState.Estimated, 60, (int?)null),
            (response.Agreement.State, response.Agreement.Photos, response.Agreement.Needed)
        );
        Assert.Equal(agreement.Alpha!.Value, response.Agreement.Alpha!.Value, 9);
        Assert.Equal(agreement.Low!.Value, response.Agreement.Low!.Value, 9);
        Assert.Equal(agreement.High!.Value, response.Agreement.High!.Value, 9);
        var pairs = answers.Sum(photo => (photo[0] == photo[1] ? 1 : 0) + (photo[0] == photo[2] ? 1 : 0) + (photo[1] == photo[2] ? 1 : 0));
        Assert.Equal(pairs / 180.0, response.Agreement.AgreeingShare!.Value, 9);
        await Assert.ThrowsAsync<NotFoundException>(() => Host.SendAsync(new ListAnnotators.Query(new PeriodQuery(Day, Day, "9"))));
    }

    [Fact]
    public async Task Too_few_shared_photos_show_no_accuracy_and_labels_with_the_answer_in_view_no_agreement()
    {
        await Host.MigrateAsync();
        var empty = await Host.SendAsync(new ListAnnotators.Query(new PeriodQuery(Day, Day)));
        Assert.Equal((EstimateState.NoData, EstimateState.NoData), (empty.State, empty.Agreement.State));
        Assert.Empty(empty.Items);
        for (var i = 0; i < 49; i++)
        {
            var task = AddPhoto(i, isBlind: i < 19);
            Say(task, Ada, 0);
            Say(task, Robot, 1);
        }

        Say(AddPhoto(49), Bob, None, LabelSource.LabelStudio);
        await SaveAsync();
        var response = await Host.SendAsync(new ListAnnotators.Query(new PeriodQuery(Day, Day)));
        Assert.Equal((EstimateState.TooFew, 49, (int?)1), (response.State, response.Photos, response.Needed));
        Assert.Equal(
            [("ApiKey:robot", 49, 49, null), ("Bob B.", 1, 0, 20), ("ada", 49, 49, (int?)null)],
            response.Items.Select(item => (item.Rater, item.Labels, item.Shared, item.Needed))
        );
        Assert.All(response.Items, item => Assert.Equal((EstimateState.TooFew, (double?)null), (item.State, item.Accuracy)));
        Assert.Equal(
            (EstimateState.TooFew, 19, (double?)null, (double?)0, (int?)1),
            (
                response.Agreement.State,
                response.Agreement.Photos,
                response.Agreement.Alpha,
                response.Agreement.AgreeingShare,
                response.Agreement.Needed
            )
        );
    }

    [Fact]
    public async Task An_administrator_s_decision_is_the_truth_and_files_of_the_lab_are_corrections_of_its_users()
    {
        await Host.MigrateAsync();
        var given = new List<RaterAnswer>();
        var gold = new Dictionary<int, int>();
        for (var i = 0; i < 60; i++)
        {
            var task = AddPhoto(i, votes: 2);
            // The two disagree, and an administrator decides for Ada.
            Say(task, Ada, i % 3);
            Say(task, Robot, (i + 1) % 3);
            Say(task, $"Lab/file{i}.json", i % 3, LabelSource.Lab);
            given.AddRange([new RaterAnswer(i, 0, i % 3), new RaterAnswer(i, 1, (i + 1) % 3)]);
            if (i < 25)
                given.Add(new RaterAnswer(i, 2, i % 3));
            else
                labels.RemoveAll(label => label.TaskId == task.Id && label.Source == LabelSource.Lab);
            var mine = labels.Where(label => label.TaskId == task.Id && label.Source == LabelSource.Review).ToList();
            task.Conclude(mine, Later(200));
            labels.Add(task.Adjudicate("Account:boss", Answer.Class(i % 3), mine, Later(300)));
            gold[i] = i % 3;
        }

        await SaveAsync();
        var response = await Host.SendAsync(new ListAnnotators.Query(new PeriodQuery(Day, Day)));
        var fit = DawidSkene.Fit(60, 4, 3, given, gold);
        Assert.Equal(["ApiKey:robot", "ada", "Imported"], response.Items.Select(item => item.Rater));
        Assert.Equal([60, 60, 25], response.Items.Select(item => item.Labels));
        foreach (var (item, rater) in response.Items.Zip([1, 0, 2]))
            Assert.Equal(fit.Raters[rater].Accuracy, item.Accuracy!.Value, 9);
        // (60 + 8) / 70 for the person who is always right, and 8 / 70 for the one who never is.
        Assert.Equal([8 / 70.0, 68 / 70.0, 33 / 35.0], response.Items.Select(item => Math.Round(item.Accuracy!.Value, 12)), Close);
    }

    [Fact]
    public async Task Classes_are_compared_by_name_where_versions_order_them_differently()
    {
        await Host.MigrateAsync();
        var other = MonitoringData.Model("2", Some.Time.AddDays(-2), [.. Some.Labels.Reverse()]);
        for (var i = 0; i < 20; i++)
        {
            // Two copies of one photo, answered by two versions, in two loops.
            Say(AddPhoto(i), Ada, 0);
            var copy = MonitoringData.Photo(other, i, Later(i), 0.8f, 0.1f, 0.1f);
            photos.Add(copy);
            tasks.Add(MonitoringData.Task(copy, new LowConfidence()));
            Say(tasks[^1], Robot, 2);
        }

        await SaveAsync();
        var agreement = (await Host.SendAsync(new ListAnnotators.Query(new PeriodQuery(Day, Day)))).Agreement;
        Assert.Equal((20, (double?)1, (double?)1), (agreement.Photos, agreement.AgreeingShare, agreement.Alpha));
    }

    [Fact]
    public async Task A_person_s_figures_count_the_own_labels_and_compare_them_with_those_of_most_others()
    {
        var time = new FakeTimeProvider(Some.Time.AddHours(2));
        var app = AddHost(more: services => services.AddSingleton<TimeProvider>(time));
        await app.MigrateAsync();
        for (var i = 0; i < 24; i++)
        {
            // Ada is right but for four photos; on two more, the others tie.
            var task = AddPhoto(i, votes: 3);
            Say(
                task,
                Ada,
                i < 3 ? 2
                    : i == 3 ? None
                    : 0,
                seconds: i == 23 ? 3600 : 1 + i
            );
            Say(task, Bob, 0, LabelSource.LabelStudio);
            if (i >= 22)
                Say(task, Robot, 1);
        }

        // A decision counts in place of the votes of others: it makes the answer to photo 4 wrong.
        var others = labels.Where(label => label.TaskId == tasks[4].Id).ToList();
        tasks[4].ApplyVotes(2, others, Later(499));
        labels.Add(tasks[4].Change("Account:boss", Answer.Class(2), others, Later(500)));
        // Nobody else labelled these; one label is withdrawn, and one belongs to an earlier day.
        Say(AddPhoto(50), Ada, Answer.Unusable);
        Say(AddPhoto(51), Ada, answer: null);
        Say(AddPhoto(52), Ada, 0);
        labels[^1].Withdraw(Later(600));
        Say(AddPhoto(53), Robot, 0);
        await app.SaveAsync(photos.ToArray());
        await app.SaveAsync(tasks.ToArray());
        await app.SaveAsync(labels.ToArray());

        var figures = await app.SendAsync(new GetPersonFigures.Query(Ada));
        Assert.Equal((25, 25, 25), (figures.LabelsToday, figures.LabelsInWeek, figures.Labels));
        Assert.Equal((1, 1, 1, 1), (figures.None, figures.Unusable, figures.Skipped, figures.Undone));
        Assert.Equal(1 / 26.0, figures.SkippedShare!.Value, 9);
        // 1 to 23 seconds; the hour is a pause.
        Assert.Equal(12, figures.MedianSeconds);
        var interval = Wilson.Of(17 / 22.0, 22);
        Assert.Equal(new GetPersonFigures.Agreement(17, 22, 17 / 22.0, interval.Low, interval.High), figures.WithOthers);
        Assert.Equal(new GetPersonFigures.Difference(Some.Labels[2], Some.Labels[0], 3), figures.Differences[0]);
        Assert.Equal(
            new[] { ("None of these", Some.Labels[0]), (Some.Labels[0], Some.Labels[2]) }.ToHashSet(),
            figures.Differences.Skip(1).Select(difference => (difference.Own, difference.Others)).ToHashSet()
        );

        time.Advance(TimeSpan.FromDays(3));
        figures = await app.SendAsync(new GetPersonFigures.Query(Ada));
        Assert.Equal((0, 25, 25), (figures.LabelsToday, figures.LabelsInWeek, figures.Labels));
        time.Advance(TimeSpan.FromDays(90));
        figures = await app.SendAsync(new GetPersonFigures.Query(Ada));
        Assert.Equal(
            (0, 25, new GetPersonFigures.Agreement(0, 0, null, null, null)),
            (figures.LabelsInWeek, figures.Labels, figures.WithOthers)
        );
        figures = await app.SendAsync(new GetPersonFigures.Query("Account:nobody"));
        Assert.Equal((0, null, null), (figures.Labels, figures.MedianSeconds, figures.SkippedShare));
    }

    private static bool Close(double expected, double actual) => Math.Abs(expected - actual) < 1e-9;

    private static DateTimeOffset Later(int seconds) => Some.Time.AddMinutes(10).AddSeconds(seconds);

    [Fact]
    public async Task The_job_stores_the_comparison()
    {
        var time = new FakeTimeProvider(Some.Time.AddHours(5));
        var app = AddHost(more: services => services.AddSingleton<TimeProvider>(time));
        await app.MigrateAsync();
        for (var i = 0; i < 60; i++)
        {
            var task = AddPhoto(i);
            Say(task, Ada, i % 4);
            Say(task, Bob, i % 5 == 0 ? 0 : i % 4, LabelSource.LabelStudio);
        }

        await app.SaveAsync(photos.ToArray());
        await app.SaveAsync(tasks.ToArray());
        await app.SaveAsync(labels.ToArray());
        var query = new ListAnnotators.Query(new PeriodQuery(Day.AddDays(-29), Day));
        var before = await app.SendAsync(query);
        Assert.Equal((EstimateState.Estimated, time.GetUtcNow()), (before.State, before.ComputedAt));
        await app.SendAsync(new FindLabelErrors.Command());
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(JsonSerializer.Serialize(before), JsonSerializer.Serialize(await app.SendAsync(query)));
    }

    private AnnotationTask AddPhoto(int number, DateTimeOffset? at = null, bool isBlind = true, int votes = 1)
    {
        var photo = MonitoringData.Photo(model, number, (at ?? Some.Time).AddMilliseconds(number), 0.1f, 0.1f, 0.8f);
        photos.Add(photo);
        tasks.Add(MonitoringData.Task(photo, new RandomSample(), isBlind, votes));
        return tasks[^1];
    }

    private void Say(AnnotationTask task, string person, int number, LabelSource source = LabelSource.Review, double? seconds = null) =>
        Say(task, person, number == None ? Answer.None : Answer.Class(number), source, seconds);

    private void Say(AnnotationTask task, string person, Answer? answer, LabelSource source = LabelSource.Review, double? seconds = null) =>
        labels.Add(
            task.Decide(
                person,
                source,
                answer,
                [.. labels.Where(label => label.TaskId == task.Id)],
                Later(labels.Count),
                seconds is { } known ? TimeSpan.FromSeconds(known) : null
            )
        );

    private async Task SaveAsync()
    {
        await Host.SaveAsync(photos.ToArray());
        await Host.SaveAsync(tasks.ToArray());
        await Host.SaveAsync(labels.ToArray());
        await Host.SaveAsync(feedback.ToArray());
        await Host.SaveAsync(Annotator.Met(Bob, "Bob B."));
        await Host.InStepAsync(scope =>
        {
            var context = (GourmetGramDbContext)scope.GetService(typeof(GourmetGramDbContext))!;
            context.Users.Add(new IdentityUser<Guid> { Id = AccountId, UserName = "ada" });
            return Task.CompletedTask;
        });
    }
}
