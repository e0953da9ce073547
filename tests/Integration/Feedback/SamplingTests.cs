using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Ardalis.Specification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.Feedback;

public sealed class SamplingOnSqlite() : SamplingTests(DatabaseProvider.Sqlite);

public sealed class SamplingOnPostgreSql() : SamplingTests(DatabaseProvider.PostgreSql);

/// <summary>Windows, draws, and who gets which task.</summary>
public abstract class SamplingTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const string Loop = "randomsampled";

    [Fact]
    public async Task A_window_takes_all_that_none_has_and_late_rows_fall_into_the_next()
    {
        await Host.MigrateAsync();
        var model = Some.Model();
        await Host.SaveAsync(Photos(model, 0, 40));
        var first = await Host.SendAsync(new SampleRandom.Command());
        Assert.Equal((1, 40, 5), (first.Windows, first.Population, first.Selected));
        // Older than the window that is closed, and newer.
        await AddAsync(-10, 3);
        await AddAsync(100, 4);
        var second = await Host.SendAsync(new SampleRandom.Command());
        Assert.Equal((7, 5), (second.Population, second.Selected));
        Assert.Equal((0, 0), await EmptyAsync());
        Assert.DoesNotContain(await Host.RowsAsync<Prediction>(), prediction => prediction.WindowId is null);

        async Task<(int, int)> EmptyAsync()
        {
            var third = await Host.SendAsync(new SampleRandom.Command());
            return (third.Population, third.Selected);
        }
    }

    [Fact]
    public async Task A_changed_rate_counts_from_the_next_window_and_the_ledger_says_which_held()
    {
        await Host.MigrateAsync();
        await Host.SaveAsync(Photos(Some.Model(), 0, 20));
        await Host.SendAsync(new SampleRandom.Command());
        await Host.SendAsync(Some.ChangeOf(Loop) with { Settings = new Dictionary<string, string> { ["perWindow"] = "8" } });
        await AddAsync(100, 10);
        await Host.SendAsync(new SampleRandom.Command());
        var draws = (await Host.SendAsync(new ListWindows.Query(Cursor: null, 10))).Items.SelectMany(window => window.Draws).ToList();
        Assert.Equal([(8, 0.8, "8"), (5, 0.25, "5")], draws.Select(draw => (draw.Taken, draw.Probability, draw.Settings["perWindow"])));
        var ledger = await Host.RowsAsync<Selection>();
        Assert.Equal(
            [(0.25, "5", 5), (0.8, "8", 8)],
            ledger
                .GroupBy(line => (line.Probability, line.Settings["perWindow"]))
                .Select(group => (group.Key.Probability, group.Key.Item2, group.Count()))
                .Order()
        );
    }

    [Fact]
    public async Task A_draw_can_be_repeated_also_when_some_of_it_was_erased_and_ignores_what_other_loops_took()
    {
        await Host.MigrateAsync();
        // All are flagged as uncertain, and so taken by another loop before.
        await TakeAllAsync(Host);
        await Host.SaveAsync(Photos(Some.Model(), 0, 60, confidence: 0.5f));
        await Host.SendAsync(new SelectCandidates.Command());
        await Host.SendAsync(new SampleRandom.Command());
        var selections = await Host.RowsAsync<Selection>();
        Assert.Equal(60, selections.Count(line => line.Loop == "lowconfidence"));
        var drawn = selections.Where(line => line.Loop == Loop).Select(line => line.PredictionId).ToHashSet();
        Assert.Equal(5, drawn.Count);
        var window = Assert.Single(await Host.RowsAsync<SamplingWindow>());

        var administrator = new Caller(new Actor(ActorKind.ApiKey, "admin"), IsReviewer: true, IsAdministrator: true);
        await Host.SendAsync(new GourmetGram.Application.Classification.ErasePrediction.Command(drawn.First(), administrator));
        var replay = Assert.Single((await Host.SendAsync(new ReplayWindow.Query(window.Id))).Draws);
        Assert.Equal(drawn, replay.Drawn.ToHashSet());
        Assert.Equal((60, 5), (replay.Population, replay.Recorded));
    }

    [Fact]
    public async Task What_is_drawn_and_handed_out_first_follows_from_the_key_alone_whatever_the_model_or_people_said()
    {
        const int Population = 500,
            Taken = 120;
        await Host.MigrateAsync();
        var model = Some.Model();
        var photos = Enumerable.Range(0, Population).Select(i => Photo(model, i, 0.35f + 0.6f * i / Population)).ToArray();
        await Host.SaveAsync(photos);
        foreach (var photo in photos.Where((_, i) => i % 5 == 0))
            await Host.SendAsync(
                new FlagPrediction.Command(
                    photo.Id,
                    new Caller(new Actor(ActorKind.Visitor, $"v{photo.Id}"), IsReviewer: true),
                    FeedbackSource.Page
                )
            );
        await Host.SendAsync(Some.ChangeOf(Loop) with { Settings = new Dictionary<string, string> { ["perWindow"] = $"{Taken}" } });
        Assert.NotEqual(0, (await Host.SendAsync(new SelectCandidates.Command())).Selected);
        await Host.SendAsync(new SampleRandom.Command());

        // The rule of docs/sampling.md, written again.
        var secret = Convert.FromBase64String(Assert.Single(await Host.RowsAsync<SamplingKey>()).Secret);
        ulong PlaceOf(string purpose, Guid id) =>
            BinaryPrimitives.ReadUInt64BigEndian(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{purpose}/{Loop}/{id:N}"))) >> 1;
        var drawn = (await Host.RowsAsync<Selection>()).Where(line => line.Loop == Loop).ToList();
        Assert.Equal(
            photos.OrderBy(photo => PlaceOf("draw", photo.Id)).Take(Taken).Select(photo => photo.Id).ToHashSet(),
            drawn.Select(line => line.PredictionId).ToHashSet()
        );
        Assert.All(drawn, line => Assert.Equal((double)Taken / Population, line.Probability));

        var person = new Caller(new Actor(ActorKind.Account, "ada"), IsReviewer: true);
        var handedOut = new List<Guid>();
        while (await Host.SendAsync(new NextTask.Command(Loop, person)) is { } task)
        {
            handedOut.Add((await Host.SendAsync(new LabelTask.Command(task.Id, Some.Labels[0], person))).PredictionId!.Value);
        }

        Assert.Equal(drawn.Select(line => line.PredictionId).OrderBy(id => PlaceOf("hand out", id)), handedOut);
    }

    [Fact]
    public async Task With_several_votes_nobody_is_asked_twice_and_a_tie_asks_one_person_more()
    {
        await Host.MigrateAsync();
        await Host.SendAsync(Some.ChangeOf("lowconfidence") with { Votes = 2 });
        await Host.SaveAsync(Photos(Some.Model(), 0, 1, confidence: 0.5f));
        await Host.SendAsync(new SelectCandidates.Command());
        var (ada, bob, eve) = (Person("ada"), Person("bob"), Person("eve"));
        var task = await NextAsync(ada);
        await Host.SendAsync(new LabelTask.Command(task!.Value, Some.Labels[0], ada));
        Assert.Null(await NextAsync(ada));
        // Not even by its name, as the page asks after an undo.
        Assert.Null(await Host.SendAsync(new NextTask.Command("lowconfidence", ada, TaskId: task)));
        Assert.Equal(task, await NextAsync(bob));
        await Host.SendAsync(new LabelTask.Command(task.Value, Some.Labels[1], bob));
        Assert.Null(await NextAsync(ada));
        Assert.Null(await NextAsync(bob));
        Assert.Equal(task, await NextAsync(eve));
        await Host.SendAsync(new LabelTask.Command(task.Value, Some.Labels[1], eve));
        var closed = Assert.Single(await Host.RowsAsync<AnnotationTask>());
        Assert.Equal((TaskState.Labelled, 1), (closed.State, closed.ClassIndex));

        async Task<Guid?> NextAsync(Caller person) => (await Host.SendAsync(new NextTask.Command("lowconfidence", person)))?.Id;
    }

    [Fact]
    public async Task Votes_apply_to_tasks_that_are_not_decided_and_what_paused_is_selected_at_once()
    {
        await Host.MigrateAsync();
        await Host.SendAsync(Some.ChangeOf("lowconfidence") with { Votes = 3 });
        await Host.SaveAsync(Photos(Some.Model(), 0, 3, confidence: 0.5f));
        await RunSelectionAsync();
        var (ada, bob) = (Person("ada"), Person("bob"));
        var first = await NextAsync(ada);
        await Host.SendAsync(new LabelTask.Command(first, Some.Labels[1], ada));
        await Host.SendAsync(new SkipTask.Command(await NextAsync(ada), ada));
        Assert.False(await HasWorkAsync());

        await Host.SendAsync(Some.ChangeOf("lowconfidence") with { Votes = 1 });
        Assert.True(await HasWorkAsync());
        await RunSelectionAsync();
        Assert.False(await HasWorkAsync());
        var tasks = await Host.RowsAsync<AnnotationTask>();
        Assert.All(tasks, task => Assert.Equal(1, task.Votes));
        Assert.Equal(1, tasks.Single(task => task.Id == first).ClassIndex);
        Assert.Equal([TaskState.Created, TaskState.Labelled, TaskState.Skipped], tasks.Select(task => task.State).Order());

        // What was decided stays as it was decided.
        await Host.SendAsync(Some.ChangeOf("lowconfidence") with { Votes = 2 });
        await RunSelectionAsync();
        Assert.Equal(
            [(TaskState.Created, 2), (TaskState.Created, 2), (TaskState.Labelled, 1)],
            (await Host.RowsAsync<AnnotationTask>()).Select(task => (task.State, task.Votes)).Order()
        );

        // What people say while a loop is off waits for it.
        await Host.SendAsync(Some.ChangeOf("userfeedback") with { Enabled = false });
        await FlagAsync((await Host.RowsAsync<Prediction>())[0]);
        await RunSelectionAsync();
        Assert.Equal(3, (await Host.RowsAsync<AnnotationTask>()).Count);
        Assert.False(await HasWorkAsync());
        await Host.SendAsync(Some.ChangeOf("userfeedback") with { Enabled = true });
        Assert.True(await HasWorkAsync());
        await RunSelectionAsync();
        Assert.Equal(4, (await Host.RowsAsync<AnnotationTask>()).Count);

        async Task RunSelectionAsync()
        {
            await Host.SendAsync(new ApplyLoopChanges.Command());
            await Host.SendAsync(new SelectCandidates.Command());
            await Host.SendAsync(new MakeTasks.Command());
        }

        async Task<bool> HasWorkAsync() => (await Host.SendAsync(new HasCandidates.Query())).Any;
    }

    [Fact]
    public async Task Where_people_disagree_one_more_is_asked_and_then_an_administrator_decides()
    {
        await Host.MigrateAsync();
        await Host.SendAsync(Some.ChangeOf("lowconfidence") with { Votes = 2 });
        await Host.SaveAsync(Photos(Some.Model(), 0, 2, confidence: 0.5f));
        await Host.SendAsync(new SelectCandidates.Command());
        var people = new[] { Person("ada"), Person("bob"), Person("eve") };
        var grace = new Caller(new Actor(ActorKind.Account, "grace"), IsReviewer: true, IsAdministrator: true);
        var disputed = await NextAsync(people[0]);
        await Assert.ThrowsAsync<ConflictException>(() => Host.SendAsync(new AdjudicateTask.Command(disputed, Some.Labels[0], grace)));
        for (var i = 0; i < people.Length; i++)
        {
            Assert.Equal(disputed, await NextAsync(people[i], disputed));
            await Host.SendAsync(new LabelTask.Command(disputed, Some.Labels[i], people[i], Note: $"note {i}"));
            Assert.Equal(i == 0 ? 0 : 1, (await DisputesAsync()).Count);
            if (i > 0)
                Assert.Equal(i == 1, Assert.Single(await DisputesAsync()).AsksOneMore);
        }

        var found = Assert.Single(await DisputesAsync());
        Assert.Equal(
            [(Some.Labels[0], "note 0"), (Some.Labels[1], "note 1"), (Some.Labels[2], "note 2")],
            found.Labels.Select(label => (label.Class, label.Note))
        );
        Assert.Equal(1, (await Host.SendAsync(new GetLoop.Query("lowconfidence"))).Loop.Counts.Disputed);
        Assert.Equal(
            (1, 0),
            (
                (await Host.SendAsync(new ListReviews.Query(grace))).Disputed,
                (await Host.SendAsync(new ListReviews.Query(people[0]))).Disputed
            )
        );
        // Nobody is asked any more.
        Assert.NotEqual(disputed, await NextAsync(Person("linus"), disputed));

        await Assert.ThrowsAsync<FluentValidation.ValidationException>(() =>
            Host.SendAsync(new AdjudicateTask.Command(disputed, "no such class", grace))
        );
        var label = await Host.SendAsync(new AdjudicateTask.Command(disputed, Some.Labels[2], grace));
        Assert.Equal(label.Id, (await Host.SendAsync(new AdjudicateTask.Command(disputed, Some.Labels[2], grace))).Id);
        var task = (await Host.RowsAsync<AnnotationTask>()).Single(task => task.Id == disputed);
        Assert.Equal((TaskState.Labelled, 2, true), (task.State, task.ClassIndex, task.IsOutputDue));
        Assert.Empty(await DisputesAsync());
        Assert.Equal(4, (await Host.RowsAsync<HumanLabel>()).Count(label => label.EndedAt is null));

        await Host.SendAsync(new UndoLabel.Command(label.Id, grace));
        Assert.Equal(disputed, Assert.Single(await DisputesAsync()).TaskId);

        async Task<IReadOnlyList<Dispute>> DisputesAsync() =>
            (await Host.SendAsync(new ListDisputes.Query("lowconfidence", Cursor: null, 10))).Items;
    }

    private static Caller Person(string name) => new(new Actor(ActorKind.Account, name), IsReviewer: true);

    private async Task<Guid> NextAsync(Caller person, Guid? wanted = null) =>
        (await Host.SendAsync(new NextTask.Command("lowconfidence", person, TaskId: wanted)))!.Id;

    [Fact]
    public async Task A_skipped_photo_is_left_to_others_after_those_that_nobody_has_seen()
    {
        await Host.MigrateAsync();
        await Host.SaveAsync(Photos(Some.Model(), 0, 2, confidence: 0.5f));
        await Host.SendAsync(new SelectCandidates.Command());
        var ada = new Caller(new Actor(ActorKind.Account, "ada"), IsReviewer: true);
        var bob = new Caller(new Actor(ActorKind.Account, "bob"), IsReviewer: true);
        var first = (await Host.SendAsync(new NextTask.Command("lowconfidence", ada)))!;
        await Host.SendAsync(new SkipTask.Command(first.Id, ada));
        Assert.NotEqual(first.Id, (await Host.SendAsync(new NextTask.Command("lowconfidence", ada)))!.Id);
        // Ada holds the other one, and so Bob cannot label it now.
        Assert.Equal((1, 1), (await LeftAsync(ada), await LeftAsync(bob)));
        var counts = (await Host.SendAsync(new GetLoop.Query("lowconfidence"))).Loop.Counts;
        Assert.Equal((1, 1, 0), (counts.Waiting, counts.Skipped, counts.Labelled));

        var second = (await Host.SendAsync(new NextTask.Command("lowconfidence", bob, TaskId: first.Id)))!;
        Assert.Equal(first.Id, second.Id);
        await Host.SendAsync(new ReleaseTask.Command(second.Id, bob));
        await Host.SendAsync(new ReleaseTask.Command((await Host.SendAsync(new NextTask.Command("lowconfidence", ada)))!.Id, ada));
        var unseen = (await Host.SendAsync(new NextTask.Command("lowconfidence", bob)))!;
        Assert.NotEqual(first.Id, unseen.Id);
        await Host.SendAsync(new LabelTask.Command(unseen.Id, Some.Labels[0], bob));
        Assert.Equal(first.Id, (await Host.SendAsync(new NextTask.Command("lowconfidence", bob)))!.Id);
        await Host.SendAsync(new LabelTask.Command(first.Id, Some.Labels[1], bob));
        Assert.Equal(1, (await Host.RowsAsync<AnnotationTask>()).Single(task => task.Id == first.Id).ClassIndex);
        Assert.Equal((0, 0), (await LeftAsync(ada), await LeftAsync(bob)));

        async Task<int> LeftAsync(Caller person) => (await Host.SendAsync(new GetReview.Query("lowconfidence", person))).Progress.Left;
    }

    [Fact]
    public async Task A_lease_that_was_made_longer_outlives_the_page_that_had_the_shorter_one()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Some.Time.AddDays(1));
        await using var host = AddHost(more: services => services.AddSingleton<TimeProvider>(time));
        await host.MigrateAsync();
        await host.SaveAsync(Photos(Some.Model(), 0, 1, confidence: 0.5f));
        await host.SendAsync(new SelectCandidates.Command());
        var (ada, bob) = (
            new Caller(new Actor(ActorKind.Account, "ada"), IsReviewer: true),
            new Caller(new Actor(ActorKind.Account, "bob"), IsReviewer: true)
        );
        var first = (await host.SendAsync(new NextTask.Command("lowconfidence", ada)))!;
        time.Advance(TimeSpan.FromSeconds(1));
        var again = (await host.SendAsync(new NextTask.Command("lowconfidence", ada)))!;
        await host.SendAsync(new ReleaseTask.Command(first.Id, ada, first.LeaseUntil));
        Assert.Null(await host.SendAsync(new NextTask.Command("lowconfidence", bob)));
        await host.SendAsync(new ReleaseTask.Command(again.Id, ada, again.LeaseUntil));
        Assert.Equal(first.Id, (await host.SendAsync(new NextTask.Command("lowconfidence", bob)))!.Id);
    }

    [Fact]
    public async Task What_was_noted_stays_with_the_decision_also_with_a_skip()
    {
        await Host.MigrateAsync();
        await Host.SaveAsync(Photos(Some.Model(), 0, 2, confidence: 0.5f));
        await Host.SendAsync(new SelectCandidates.Command());
        var ada = new Caller(new Actor(ActorKind.Account, "ada"), IsReviewer: true);
        await Host.SendAsync(
            new SkipTask.Command(
                (await Host.SendAsync(new NextTask.Command("lowconfidence", ada)))!.Id,
                ada,
                " too dark ",
                TimeSpan.FromSeconds(3)
            )
        );
        await Host.SendAsync(
            new LabelTask.Command((await Host.SendAsync(new NextTask.Command("lowconfidence", ada)))!.Id, Some.Labels[1], ada, "  ")
        );
        Assert.Equal(
            [(null, "too dark", TimeSpan.FromSeconds(3)), (1, null, null)],
            (await Host.RowsAsync<HumanLabel>())
                .OrderBy(label => label.CreatedAt)
                .ThenBy(label => label.ClassIndex)
                .Select(label => (label.ClassIndex, label.Note, label.Took))
        );
    }

    [Theory]
    [InlineData(ActorKind.Visitor, "visitor")]
    [InlineData(ActorKind.ApiKey, "key")]
    [InlineData(ActorKind.Account, null)]
    [InlineData(ActorKind.Anonymous, null)]
    public async Task More_than_thirty_an_hour_of_one_visitor_or_key_are_held_back_of_each_kind(ActorKind kind, string? called)
    {
        await Host.MigrateAsync();
        var photos = Photos(Some.Model(), 0, 32);
        await Host.SaveAsync(photos);
        var rater = kind == ActorKind.Anonymous ? Actor.Anonymous : new Actor(kind, "r");
        await Host.SaveAsync([
            .. photos.Select((photo, i) => UserFeedback.Flag(photo, rater, FeedbackSource.Api, Some.Time.AddMinutes(i))),
            .. photos.Select((photo, i) => UserFeedback.Correct(photo, 0, rater, FeedbackSource.Api, Some.Time.AddMinutes(i))),
        ]);
        await Host.SendAsync(new SelectCandidates.Command());
        var held = (await Host.RowsAsync<UserFeedback>()).Where(fact => fact.SelectionState == FeedbackSelection.HeldBack).ToList();
        Assert.Equal(
            called is null
                ? []
                : [$"More than 30 corrections from one {called} within an hour.", $"More than 30 flags from one {called} within an hour."],
            held.Select(fact => fact.HeldBackReason).Distinct().Order()
        );
        Assert.All(held, fact => Assert.True(fact.CreatedAt >= Some.Time.AddMinutes(30)));
        Assert.Equal(called is null ? 0 : 4, held.Count);
    }

    [Fact]
    public async Task More_than_three_hundred_an_hour_from_one_address_are_held_back_and_a_slow_stream_is_not()
    {
        const long Address = 17;
        await Host.MigrateAsync();
        var photos = Photos(Some.Model(), 0, 301);
        await Host.SaveAsync(photos);
        await Host.SaveAsync(
            photos
                .Select((photo, i) => UserFeedback.Flag(photo, Actor.Anonymous, FeedbackSource.Api, Some.Time.AddSeconds(i), Address))
                .ToArray()
        );
        // The same number in a little more than an hour, from elsewhere.
        await Host.SaveAsync(
            photos
                .Select(
                    (photo, i) =>
                        UserFeedback.Flag(
                            photo,
                            new Actor(ActorKind.Visitor, $"v{i}"),
                            FeedbackSource.Api,
                            Some.Time.AddSeconds(12.5 * i),
                            Address + 1
                        )
                )
                .ToArray()
        );
        await Host.SendAsync(new SelectCandidates.Command());
        var held = Assert.Single(await Host.RowsAsync<UserFeedback>(), fact => fact.SelectionState == FeedbackSelection.HeldBack);
        Assert.Equal(
            ("More than 300 flags from one address within an hour.", Some.Time.AddSeconds(300)),
            (held.HeldBackReason, held.CreatedAt)
        );
    }

    [Fact]
    public async Task Two_annotators_never_get_the_same_task_and_a_lease_that_ended_is_given_on()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Some.Time.AddDays(1));
        await using var host = AddHost(more: services => services.AddSingleton<TimeProvider>(time));
        await host.MigrateAsync();
        await TakeAllAsync(host);
        await host.SaveAsync(Photos(Some.Model(), 0, 30, confidence: 0.5f));
        await host.SendAsync(new SelectCandidates.Command());
        var people = Enumerable.Range(0, 4).Select(i => new Caller(new Actor(ActorKind.Account, $"p{i}"), IsReviewer: true)).ToList();
        var given = await Task.WhenAll(
            people.Select(async person =>
            {
                var mine = new List<Guid>();
                for (var i = 0; i < 5; i++)
                    mine.Add((await host.SendAsync(new NextTask.Command("lowconfidence", person, [.. mine])))!.Id);
                return mine;
            })
        );
        Assert.Equal(20, given.SelectMany(ids => ids).Distinct().Count());

        // Asked again without saying what it holds, a person gets what it has.
        Assert.Contains((await host.SendAsync(new NextTask.Command("lowconfidence", people[0])))!.Id, given[0]);
        time.Advance(TimeSpan.FromMinutes(11));
        var late = new List<Guid>();
        while (await host.SendAsync(new NextTask.Command("lowconfidence", people[1], [.. late])) is { } task)
            late.Add(task.Id);
        Assert.Equal(30, late.Distinct().Count());
    }

    [Fact]
    public async Task The_same_photo_sent_twice_is_one_task_and_its_label_holds_for_both()
    {
        await Host.MigrateAsync();
        var model = Some.Model();
        Prediction[] copies = [Photo(model, 1, 0.5f), Photo(model, 1, 0.5f, Some.Time.AddHours(1))];
        var store = Host.Services.GetRequiredService<IObjectStore>();
        foreach (var copy in copies)
            await store.PutAsync(
                new ObjectAddress("production", copy.ObjectKey),
                new byte[4],
                "image/jpeg",
                TestContext.Current.CancellationToken
            );
        await Host.SaveAsync(copies);
        await Host.SendAsync(new SelectCandidates.Command());
        var person = new Caller(new Actor(ActorKind.Account, "ada"), IsReviewer: true);
        var task = await Host.SendAsync(new NextTask.Command("lowconfidence", person));
        Assert.NotNull(task);
        await Host.SendAsync(new LabelTask.Command(task.Id, Some.Labels[0], person));
        Assert.Null(await Host.SendAsync(new NextTask.Command("lowconfidence", person)));
        await Host.SendAsync(new ProcessAnnotations.Command());
        await AssertCollectedAsync(copies);

        // Sent once more later: it is known already.
        await AddAsync(1, 1, 0.5f);
        var third = (await Host.RowsAsync<Prediction>()).Single(photo => !copies.Select(copy => copy.Id).Contains(photo.Id));
        await store.PutAsync(
            new ObjectAddress("production", third.ObjectKey),
            new byte[4],
            "image/jpeg",
            TestContext.Current.CancellationToken
        );
        await Host.SendAsync(new SelectCandidates.Command());
        Assert.Null(await Host.SendAsync(new NextTask.Command("lowconfidence", person)));
        await Host.SendAsync(new ProcessAnnotations.Command());
        await AssertCollectedAsync([.. copies, third]);

        async Task AssertCollectedAsync(IEnumerable<Prediction> expected)
        {
            var found = new List<string>();
            await foreach (var item in store.ListAsync("lowconfidence", "", TestContext.Current.CancellationToken))
                found.Add(item.Key);
            Assert.Equal(expected.Select(photo => $"class_00/{photo.Id}.jpg").Order(), found.Order());
        }
    }

    [Fact]
    public async Task A_daily_limit_takes_the_first_and_no_more()
    {
        await Host.MigrateAsync();
        await Host.SendAsync(Some.ChangeOf("lowconfidence") with { DailyLimit = 7 });
        await Host.SaveAsync(Photos(Some.Model(), 0, 20, confidence: 0.5f));
        Assert.Equal(7, (await Host.SendAsync(new SelectCandidates.Command())).Selected);
        await AddAsync(100, 5, 0.5f);
        Assert.Equal((5, 0), (await CandidatesAsync()));
        Assert.All(await Host.RowsAsync<Selection>(), line => Assert.Null(line.Probability));

        async Task<(int, int)> CandidatesAsync()
        {
            var done = await Host.SendAsync(new SelectCandidates.Command());
            return (done.Considered, done.Selected);
        }
    }

    [Fact]
    public async Task What_is_above_a_daily_limit_waits_for_the_next_day_and_the_least_sure_go_first()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Some.Time);
        await using var host = AddHost(more: services => services.AddSingleton<TimeProvider>(time));
        await host.MigrateAsync();
        await host.SendAsync(
            Some.ChangeOf("lowconfidence") with
            {
                DailyLimit = 4,
                Settings = new Dictionary<string, string> { ["perUploader"] = "0" },
            }
        );
        var photos = Enumerable.Range(0, 10).Select(i => (Number: i, Confidence: 0.65f - 0.02f * i)).ToArray();
        var model = Some.Model();
        await host.SaveAsync(photos.Select(photo => Photo(model, photo.Number, photo.Confidence)).ToArray());
        Assert.Equal((4, 6), await SelectAsync());
        Assert.Equal((0, 6), await SelectAsync());
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal((4, 2), await SelectAsync());
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal((2, 0), await SelectAsync());
        // Of one day the least sure, whatever came first: 47% to 53%, then 55% to 61%, then 63% and 65%.
        var days = (await host.RowsAsync<Selection>())
            .OrderBy(line => line.CreatedAt)
            .ThenBy(line => line.Reason, StringComparer.Ordinal)
            .Select(line => line.Reason)
            .ToList();
        Assert.Equal(10, days.Count);
        Assert.Equal(days.Order(StringComparer.Ordinal), days);

        async Task<(int, long)> SelectAsync()
        {
            var done = await host.SendAsync(new SelectCandidates.Command());
            return (done.Selected, (await host.SendAsync(new GetLoop.Query("lowconfidence"))).Loop.Counts.Pending);
        }
    }

    [Fact]
    public async Task One_uploader_fills_a_part_of_the_day_only_and_a_rule_that_took_everything_is_sure()
    {
        await Host.MigrateAsync();
        await Host.SaveAsync(Photos(Some.Model(), 0, 5, confidence: 0.5f));
        await Host.SendAsync(new SelectCandidates.Command());
        Assert.All(await Host.RowsAsync<Selection>(), line => Assert.Equal(1, line.Probability));
        await AddAsync(100, 30, 0.5f);
        Assert.Equal(15, (await Host.SendAsync(new SelectCandidates.Command())).Selected);
        Assert.Equal(15, (await Host.SendAsync(new GetLoop.Query("lowconfidence"))).Loop.Counts.Pending);
        Assert.All(await Host.RowsAsync<Selection>(), line => Assert.Null(line.Probability));
    }

    [Fact]
    public async Task A_loop_that_is_off_forgets_no_flag_and_what_waits_can_be_skipped()
    {
        await Host.MigrateAsync();
        var photos = Photos(Some.Model(), 0, 3);
        await Host.SaveAsync(photos);
        await Host.SendAsync(Some.ChangeOf("userfeedback") with { Enabled = false });
        foreach (var photo in photos)
            await FlagAsync(photo);
        Assert.Equal(0, (await Host.SendAsync(new SelectCandidates.Command())).Selected);
        Assert.Equal(3, await PendingAsync());
        // Taken back meanwhile: it does not wait any more.
        await Host.SendAsync(new UndoFeedback.Command(photos[2].Id, FeedbackTopic.Flag, Visitor, FeedbackSource.Page));
        Assert.Equal(2, await PendingAsync());
        await Host.SendAsync(Some.ChangeOf("userfeedback") with { Enabled = true });
        Assert.Equal(2, (await Host.SendAsync(new SelectCandidates.Command())).Selected);
        Assert.Equal(
            photos[..2].Select(photo => photo.Id).Order(),
            (await Host.RowsAsync<Selection>()).Select(line => line.PredictionId).Order()
        );

        await Host.SendAsync(Some.ChangeOf("userfeedback") with { Enabled = false });
        await FlagAsync(photos[2]);
        await Host.SendAsync(new SelectCandidates.Command());
        Assert.Equal(1, (await Host.SendAsync(new SkipPending.Command("userfeedback"))).Skipped);
        await Host.SendAsync(Some.ChangeOf("userfeedback") with { Enabled = true });
        Assert.Equal(0, (await Host.SendAsync(new SelectCandidates.Command())).Selected);

        async Task<long> PendingAsync() => (await Host.SendAsync(new GetLoop.Query("userfeedback"))).Loop.Counts.Pending;
    }

    [Fact]
    public async Task A_flag_that_is_taken_back_takes_its_task_away_and_given_again_brings_it_back()
    {
        await Host.MigrateAsync();
        var photo = Photos(Some.Model(), 0, 1)[0];
        await Host.SaveAsync(photo);
        await FlagAsync(photo);
        await Host.SendAsync(new SelectCandidates.Command());
        var ada = new Caller(new Actor(ActorKind.Account, "ada"), IsReviewer: true);
        var task = (await Host.SendAsync(new NextTask.Command("userfeedback", ada)))!;
        await Host.SendAsync(new ReleaseTask.Command(task.Id, ada));

        await Host.SendAsync(new UndoFeedback.Command(photo.Id, FeedbackTopic.Flag, Visitor, FeedbackSource.Page));
        Assert.Null(await Host.SendAsync(new NextTask.Command("userfeedback", ada)));
        Assert.Equal(TaskState.Withdrawn, Assert.Single(await Host.RowsAsync<AnnotationTask>()).State);
        Assert.NotNull(Assert.Single(await Host.RowsAsync<Selection>()).WithdrawnAt);
        Assert.Equal(0, (await Host.SendAsync(new GetLoop.Query("userfeedback"))).Loop.Counts.Waiting);

        await FlagAsync(photo);
        await Host.SendAsync(new SelectCandidates.Command());
        Assert.Equal(task.Id, (await Host.SendAsync(new NextTask.Command("userfeedback", ada)))!.Id);
        Assert.Null(Assert.Single(await Host.RowsAsync<Selection>()).WithdrawnAt);
    }

    [Fact]
    public async Task A_correction_that_is_taken_back_leaves_nothing_waiting()
    {
        await Host.MigrateAsync();
        var photo = Photos(Some.Model(), 0, 1)[0];
        await Host.SaveAsync(photo);
        await Host.SendAsync(new CorrectLabel.Command(photo.Id, Some.Labels[0], Visitor, FeedbackSource.Page));
        await Host.SendAsync(new SelectCandidates.Command());
        await Host.SendAsync(new ProcessAnnotations.Command());
        await Host.SendAsync(new UndoFeedback.Command(photo.Id, FeedbackTopic.Class, Visitor, FeedbackSource.Page));
        await Host.SendAsync(new ProcessAnnotations.Command());
        var counts = (await Host.SendAsync(new GetLoop.Query("userfeedback2"))).Loop.Counts;
        Assert.Equal((0, 0), (counts.Waiting, counts.Labelled));
        Assert.Equal(TaskState.Withdrawn, Assert.Single(await Host.RowsAsync<AnnotationTask>()).State);
    }

    [Fact]
    public async Task Backfill_counts_first_then_lets_what_it_found_wait_and_a_random_draw_has_none()
    {
        await Host.MigrateAsync();
        await Host.SendAsync(Some.ChangeOf("lowconfidence") with { Enabled = false });
        await Host.SaveAsync(Photos(Some.Model(), 0, 6, confidence: 0.5f));
        await Host.SendAsync(new SelectCandidates.Command());
        await Host.SendAsync(Some.ChangeOf("lowconfidence") with { Enabled = true });
        Assert.Equal(0, (await Host.SendAsync(new SelectCandidates.Command())).Selected);
        Assert.Equal(
            new BackfillLoop.Response(6, 6, DryRun: true),
            await Host.SendAsync(new BackfillLoop.Command("lowconfidence", DryRun: true))
        );
        Assert.Empty(await Host.RowsAsync<WaitingCandidate>());
        Assert.Equal(6, (await Host.SendAsync(new BackfillLoop.Command("lowconfidence", DryRun: false))).Found);
        Assert.Equal(0, (await Host.SendAsync(new BackfillLoop.Command("lowconfidence", DryRun: false))).Found);
        Assert.Equal(6, (await Host.SendAsync(new SelectCandidates.Command())).Selected);
        Assert.All(await Host.RowsAsync<Selection>(), line => Assert.Null(line.Probability));
        await Assert.ThrowsAsync<ConflictException>(() => Host.SendAsync(new BackfillLoop.Command(Loop, DryRun: true)));
    }

    [Fact]
    public async Task What_is_held_for_review_is_told_to_nobody_until_it_is_accepted()
    {
        await Host.MigrateAsync();
        var photos = Photos(Some.Model(), 0, 31);
        await Host.SaveAsync(photos);
        await Host.SaveAsync([
            .. photos.Select((photo, i) => UserFeedback.Flag(photo, Some.Visitor, FeedbackSource.Api, Some.Time.AddMinutes(i))),
        ]);
        Assert.Empty(await ToldAsync());
        await Host.SendAsync(new SelectCandidates.Command());
        Assert.Equal(30, (await ToldAsync()).Count);
        Assert.DoesNotContain(photos[30].Id, await ToldAsync());
        var held = (await Host.SendAsync(new ListHeldBack.Query())).Items;
        await Host.SendAsync(new DecideHeldBack.Command(Release: true, [Assert.Single(held).Id], Visitor));
        await Host.SendAsync(new SelectCandidates.Command());
        Assert.Contains(photos[30].Id, await ToldAsync());
        Assert.Equal(TagsState.Dirty, (await Host.RowsAsync<Prediction>()).Single(photo => photo.Id == photos[30].Id).TagsState);

        async Task<List<Guid>> ToldAsync() =>
            await Host.InScopeAsync(async scope =>
                (
                    await scope
                        .GetRequiredService<GourmetGram.Application.Classification.IPredictionFacts>()
                        .OfAllAsync(photos, TestContext.Current.CancellationToken)
                )
                    .Where(pair => pair.Value.Flagged)
                    .Select(pair => pair.Key)
                    .ToList()
            );
    }

    /// <summary>An operator lets the loop take as much as it wants, of whomever.</summary>
    private static Task<GetLoop.Response> TakeAllAsync(PersistenceHost host) =>
        host.SendAsync(
            Some.ChangeOf("lowconfidence") with
            {
                DailyLimit = 0,
                Settings = new Dictionary<string, string> { ["perUploader"] = "0" },
            }
        );

    private static Caller Visitor => new(Some.Visitor, IsReviewer: true);

    private Task<FlagPrediction.Response> FlagAsync(Prediction photo) =>
        Host.SendAsync(new FlagPrediction.Command(photo.Id, Visitor, FeedbackSource.Page));

    private Task AddAsync(int from, int count, float confidence = 0.9f) =>
        Host.InStepAsync(async scope =>
        {
            var model = await scope
                .GetRequiredService<IRepository<ModelVersion>>()
                .FirstOrDefaultAsync(new AnyModel(), TestContext.Current.CancellationToken);
            var repository = scope.GetRequiredService<IRepository<Prediction>>();
            foreach (var photo in Photos(model!, from, count, confidence))
                repository.Add(photo);
        });

    private static Prediction[] Photos(ModelVersion model, int from, int count, float confidence = 0.9f) =>
        [.. Enumerable.Range(from, count).Select(i => Photo(model, i, confidence))];

    private static Prediction Photo(ModelVersion model, int number, float confidence, DateTimeOffset? at = null)
    {
        var photo = Some.Jpeg($"{number & 0xFFFFFF:x64}", 4);
        var prediction = Prediction.Record(
            photo,
            new ClassProbabilities([(1 - confidence) / 2, (1 - confidence) / 2, confidence]),
            model,
            Some.Visitor,
            TimeSpan.Zero,
            TimeSpan.Zero,
            at ?? Some.Time.AddSeconds(number)
        );
        prediction.MarkImageStored();
        return prediction;
    }

    private sealed class AnyModel : Specification<ModelVersion>;
}
