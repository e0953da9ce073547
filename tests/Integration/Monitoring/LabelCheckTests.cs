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

namespace GourmetGram.Tests.Integration.Monitoring;

public sealed class LabelChecksOnSqlite() : LabelCheckTests(DatabaseProvider.Sqlite);

public sealed class LabelChecksOnPostgreSql() : LabelCheckTests(DatabaseProvider.PostgreSql);

/// <summary>What becomes of a label that contradicts a confident model, when it is kept, changed or asked again.</summary>
public abstract class LabelCheckTests(DatabaseProvider provider) : PersistenceTests(provider)
{
    private const string Blind = "randomsampled";
    private const string Sighted = "lowconfidence";
    private const int Photos = 110;
    private const int Wrong = 3;
    private const int Bread = 0;
    private const int Creme = 1;
    private const int Soup = 2;

    private static readonly Caller Ada = new(new Actor(ActorKind.Account, "ada"), IsReviewer: true);
    private static readonly Caller Bob = new(new Actor(ActorKind.Account, "bob"), IsReviewer: true);
    private static readonly Caller Eve = new(new Actor(ActorKind.Account, "eve"), IsReviewer: true);

    private static readonly Caller Grace = new(new Actor(ActorKind.Account, "grace"), IsReviewer: true, IsAdministrator: true);

    private static readonly PeriodQuery Today = new(
        DateOnly.FromDateTime(Some.Time.UtcDateTime),
        DateOnly.FromDateTime(Some.Time.UtcDateTime)
    );

    [Fact]
    public async Task The_list_has_labels_that_contradict_a_confident_model_and_needs_enough_labels()
    {
        await LabelAsync(Blind, photos: 90);
        var few = await ListAsync();
        Assert.Equal((EstimateState.TooFew, 10, 90, 0), (few.State, few.Needed, few.Labels, few.Items.Count));

        await AddAsync(1000, Photos - 90);
        await SampleAsync(Blind, photos: 0);
        var found = await ListAsync();
        Assert.Equal((EstimateState.Estimated, Photos, Wrong), (found.State, found.Labels, found.Suspects));
        Assert.Equal([1, 2, 3], found.Items.Select(item => item.Rank));
        Assert.All(found.Items, item =>
            Assert.Equal(("Bread", "Soup", "Random Sampling Review"), (item.Label, item.Predicted, item.Title))
        );
        Assert.All(found.Items, item => Assert.Equal(0.95, item.Confidence, precision: 6));
        Assert.Equal(Some.Labels, found.Classes);
        var part = await Host.SendAsync(new ListLabelErrors.Query(Today, Grace, Skip: 1, Limit: 1));
        Assert.Equal((2, Wrong), (Assert.Single(part.Items).Rank, part.Suspects));
        // The list shows the model's answers, so a label that the reader gives later is not blind.
        Assert.Equal(Wrong, (await Host.RowsAsync<SeenAnswer>()).Count(row => row.Person == Grace.Actor));
    }

    [Fact]
    public async Task A_kept_label_stays_as_it_is_and_is_not_suspected_again_until_the_label_changes()
    {
        await LabelAsync(Blind);
        var id = (await ListAsync()).Items[0].TaskId;
        var before = await TaskAsync(id);
        await Host.SendAsync(new KeepLabel.Command(id, Grace, "Bread"));
        await Host.SendAsync(new KeepLabel.Command(id, Grace));
        var task = await TaskAsync(id);
        Assert.Equal((before.Revision, before.BlindAnswer), (task.Revision, task.BlindAnswer));
        Assert.Equal(
            (CheckDecision.Kept, Bread, Grace.Actor.ToString()),
            Assert.Single(await Host.RowsAsync<LabelCheck>()) is var check ? (check.Decision, check.LabelIndex, check.By) : default
        );
        var found = await ListAsync();
        Assert.Equal((Wrong - 1, 1, 0), (found.Suspects, found.Checked, found.Changed));
        Assert.DoesNotContain(found.Items, item => item.TaskId == id);

        // Another wrong label of the same photo is suspected again.
        await Host.SendAsync(new LabelTask.Command(id, Some.Labels[Creme], Ada));
        Assert.Contains((await ListAsync()).Items, item => item.TaskId == id && item.Label == Some.Labels[Creme]);
    }

    [Fact]
    public async Task A_changed_label_decides_for_the_dataset_but_does_not_measure_the_model()
    {
        await LabelAsync(Blind);
        await StoreAsync();
        await Host.SendAsync(new ProcessAnnotations.Command());
        var id = (await ListAsync()).Items[0].TaskId;
        var before = await AccuracyAsync();
        Assert.Equal((Photos, 0, 0), (before.Labels, before.Pending, before.NotBlind));

        var changed = await Host.SendAsync(new ChangeLabel.Command(id, "Soup", Grace, Note: "Look at the spoon.", Label: "Bread"));
        var task = await TaskAsync(id);
        Assert.Equal((TaskState.Labelled, Soup, null), (task.State, task.ClassIndex, task.BlindAnswer));
        await Host.SendAsync(new ProcessAnnotations.Command());
        Assert.Equal(
            [Soup],
            (await Host.RowsAsync<CollectedImage>())
                .Where(image => image.PredictionId == task.PredictionId)
                .Where(image => image.State is CollectedState.Pending or CollectedState.Copied or CollectedState.Missing)
                .Select(image => image.ClassIndex)
        );
        var label = (await Host.RowsAsync<HumanLabel>()).Single(one => one.Id == changed.LabelId);
        Assert.Equal(
            (Grace.Actor.ToString(), LabelSource.Adjudication, false, true, "Look at the spoon."),
            (label.Person, label.Source, label.IsBlind, label.ShowedAnswer, label.Note)
        );
        var after = await AccuracyAsync();
        Assert.Equal((Photos - 1, 1, 1), (after.Labels, after.Pending, after.NotBlind));
        var found = await ListAsync();
        Assert.Equal((Wrong - 1, 1, 1), (found.Suspects, found.Checked, found.Changed));

        // Withdrawn, the label before counts again, also for accuracy, and is suspected again.
        await Host.SendAsync(new UndoLabel.Command(changed.LabelId!.Value, Grace));
        task = await TaskAsync(id);
        Assert.Equal((Bread, Answer.Class(Bread)), (task.ClassIndex, task.BlindAnswer));
        Assert.Equal(Photos, (await AccuracyAsync()).Labels);
        found = await ListAsync();
        Assert.Equal((Wrong, 0, 0), (found.Suspects, found.Checked, found.Changed));
    }

    [Fact]
    public async Task A_label_can_be_changed_to_none_of_these_or_to_a_third_class_and_is_not_suspected_then()
    {
        await LabelAsync(Blind);
        var items = (await ListAsync()).Items;
        await Host.SendAsync(new ChangeLabel.Command(items[0].TaskId, Class: null, Grace, AnswerKind.None));
        await Host.SendAsync(new ChangeLabel.Command(items[1].TaskId, Some.Labels[Creme], Grace));
        Assert.Equal(Answer.None, (await TaskAsync(items[0].TaskId)).Answer);
        Assert.Equal(Answer.Class(Creme), (await TaskAsync(items[1].TaskId)).Answer);
        var found = await ListAsync();
        Assert.Equal((items[2].TaskId, 2, 2), (Assert.Single(found.Items).TaskId, found.Checked, found.Changed));
    }

    [Fact]
    public async Task Another_person_is_asked_without_the_model_s_answer_and_the_outcome_decides()
    {
        await LabelAsync(Blind);
        var items = (await ListAsync()).Items;
        var (confirmed, disputed) = (items[0].TaskId, items[1].TaskId);
        await Host.SendAsync(new AskAgain.Command(confirmed, Grace));
        await Host.SendAsync(new AskAgain.Command(disputed, Grace));
        var task = await TaskAsync(confirmed);
        Assert.Equal((TaskState.Created, 2, null, null), (task.State, task.Votes, task.Answer, task.BlindAnswer));
        Assert.Equal((Wrong - 2, 0, 2), (await ListAsync()) is var open ? (open.Suspects, open.Checked, open.Asked) : default);
        // A change of the loop's votes does not close the question.
        await Host.SendAsync(Some.ChangeOf(Blind) with { Votes = 3 });
        await Host.SendAsync(Some.ChangeOf(Blind) with { Votes = 1 });
        await Host.SendAsync(new ApplyLoopChanges.Command());
        Assert.Equal(2, (await TaskAsync(confirmed)).Votes);

        Assert.Null(await Host.SendAsync(new NextTask.Command(Blind, Ada)));
        await AnswerAsync(Bob, confirmed, Bread);
        task = await TaskAsync(confirmed);
        Assert.Equal((TaskState.Labelled, Bread, Answer.Class(Bread)), (task.State, task.ClassIndex, task.BlindAnswer));
        await AnswerAsync(Bob, disputed, Soup);
        Assert.True((await TaskAsync(disputed)).IsTied);
        await AnswerAsync(Eve, disputed, Soup);
        task = await TaskAsync(disputed);
        Assert.Equal((TaskState.Labelled, Soup, Answer.Class(Soup)), (task.State, task.ClassIndex, task.BlindAnswer));
        // The same label again is not suspected again.
        var found = await ListAsync();
        Assert.Equal((Wrong - 2, 2, 1, 0), (found.Suspects, found.Checked, found.Changed, found.Asked));
        Assert.Equal(Photos, (await AccuracyAsync()).Labels);
    }

    [Fact]
    public async Task A_photo_of_a_loop_that_shows_the_answer_is_asked_again_without_it()
    {
        await LabelAsync(Sighted);
        var id = (await ListAsync()).Items[0].TaskId;
        Assert.False((await TaskAsync(id)).IsBlind);
        await Host.SendAsync(new AskAgain.Command(id, Grace));
        var shown = (await Host.SendAsync(new NextTask.Command(Sighted, Bob)))!;
        Assert.Equal((id, true, null), (shown.Id, shown.Blind, shown.Model));
        Assert.True((await Host.SendAsync(new LabelTask.Command(id, Some.Labels[Bread], Bob))).Blind);
        Assert.Equal((TaskState.Labelled, Bread), (await TaskAsync(id)) is var task ? (task.State, task.ClassIndex) : default);
    }

    [Fact]
    public async Task A_changed_label_is_replaced_by_the_outcome_when_another_person_is_asked()
    {
        await LabelAsync(Blind);
        var id = (await ListAsync()).Items[0].TaskId;
        await Host.SendAsync(new ChangeLabel.Command(id, "Soup", Grace));
        await Host.SendAsync(new AskAgain.Command(id, Grace));
        await AnswerAsync(Bob, id, Bread);
        Assert.Equal((Bread, Answer.Class(Bread)), (await TaskAsync(id)) is var task ? (task.ClassIndex, task.BlindAnswer) : default);
    }

    [Fact]
    public async Task An_administrator_who_saw_the_answer_decides_a_tie_but_does_not_measure_the_model()
    {
        await LabelAsync(Blind);
        var id = (await ListAsync()).Items[0].TaskId;
        await Host.SendAsync(new AskAgain.Command(id, Grace));
        await AnswerAsync(Bob, id, Soup);
        await AnswerAsync(Eve, id, Creme);
        Assert.Equal(TaskState.Disputed, (await TaskAsync(id)).State);
        await Host.SendAsync(new AdjudicateTask.Command(id, "Soup", Grace));
        Assert.Equal((Soup, null), (await TaskAsync(id)) is var task ? (task.ClassIndex, task.BlindAnswer) : default);
    }

    [Fact]
    public async Task What_does_not_apply_is_refused_and_stores_nothing()
    {
        await LabelAsync(Blind);
        var id = (await ListAsync()).Items[0].TaskId;
        var unknown = Guid.CreateVersion7(Some.Time);
        await Assert.ThrowsAsync<NotFoundException>(() => Host.SendAsync(new KeepLabel.Command(unknown, Grace)));
        await Assert.ThrowsAsync<NotFoundException>(() => Host.SendAsync(new ChangeLabel.Command(unknown, "Soup", Grace)));
        await Assert.ThrowsAsync<NotFoundException>(() => Host.SendAsync(new AskAgain.Command(unknown, Grace)));
        // Somebody was faster.
        await Assert.ThrowsAsync<ConflictException>(() => Host.SendAsync(new KeepLabel.Command(id, Grace, "Soup")));
        await Assert.ThrowsAsync<ConflictException>(() => Host.SendAsync(new ChangeLabel.Command(id, "Bread", Grace)));
        // Label Studio cannot ask a different person.
        await Host.SendAsync(Some.ChangeOf(Blind) with { Surface = Surface.None });
        await Assert.ThrowsAsync<ConflictException>(() => Host.SendAsync(new AskAgain.Command(id, Grace)));
        await Host.SendAsync(Some.ChangeOf(Blind) with { Surface = Surface.Review });
        Assert.Empty(await Host.RowsAsync<LabelCheck>());

        await Host.SendAsync(new AskAgain.Command(id, Grace));
        await Assert.ThrowsAsync<ConflictException>(() => Host.SendAsync(new AskAgain.Command(id, Grace)));
        await Assert.ThrowsAsync<ConflictException>(() => Host.SendAsync(new KeepLabel.Command(id, Grace)));
        await Assert.ThrowsAsync<ConflictException>(() => Host.SendAsync(new ChangeLabel.Command(id, "Soup", Grace)));
        // The checks are deleted with the photo.
        await Host.SendAsync(new ErasePrediction.Command((await TaskAsync(id)).PredictionId, Grace));
        Assert.Empty(await Host.RowsAsync<LabelCheck>());
    }

    private Task<ListLabelErrors.Response> ListAsync() => Host.SendAsync(new ListLabelErrors.Query(Today, Grace));

    private Task<GetAccuracy.Response> AccuracyAsync() => Host.SendAsync(new GetAccuracy.Query(Today));

    private async Task<AnnotationTask> TaskAsync(Guid id) => (await Host.RowsAsync<AnnotationTask>()).Single(task => task.Id == id);

    /// <summary>A person gets a task and answers it.</summary>
    private async Task AnswerAsync(Caller person, Guid id, int answer)
    {
        var task = await Host.SendAsync(new NextTask.Command(Blind, person, TaskId: id));
        Assert.Equal(id, task?.Id);
        await Host.SendAsync(new LabelTask.Command(id, Some.Labels[answer], person));
    }

    private async Task StoreAsync()
    {
        var store = Host.Services.GetRequiredService<IObjectStore>();
        foreach (var photo in await Host.RowsAsync<Prediction>())
            await store.PutAsync(
                new ObjectAddress("production", photo.ObjectKey),
                new byte[] { 1, 2, 3, 4 },
                "image/jpeg",
                TestContext.Current.CancellationToken
            );
    }

    /// <summary>Photos that the model calls soup, labelled by Ada as soup, but for three.</summary>
    private async Task LabelAsync(string loop, int photos = Photos)
    {
        await Host.MigrateAsync();
        await Host.SendAsync(
            Some.ChangeOf(Blind) with
            {
                Enabled = loop == Blind,
                Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["perWindow"] = "1000" },
            }
        );
        await SampleAsync(loop, photos, loop == Blind ? 0.95f : 0.65f);
    }

    private async Task SampleAsync(string loop, int photos, float confidence = 0.95f)
    {
        if (photos > 0)
            await Host.SaveAsync(Predictions(Some.Model(), 0, photos, confidence));
        if (loop == Blind)
        {
            await Host.SendAsync(new SampleRandom.Command());
        }
        else
        {
            await Host.SendAsync(
                Some.ChangeOf(loop) with
                {
                    DailyLimit = 0,
                    Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["perUploader"] = "0" },
                }
            );
            await Host.SendAsync(new SelectCandidates.Command());
        }

        await Host.SendAsync(new MakeTasks.Command());
        foreach (var task in (await Host.RowsAsync<AnnotationTask>()).Where(task => task.IsOpen && task.Loop == loop))
        {
            var answer = Convert.ToInt32(task.PhotoSha256, 16) < Wrong ? Bread : Soup;
            await Host.SendAsync(new LabelTask.Command(task.Id, Some.Labels[answer], Ada));
        }
    }

    private Task AddAsync(int from, int count) =>
        Host.InStepAsync(async scope =>
        {
            var models = scope.GetRequiredService<IRepository<ModelVersion>>();
            var model = await models.FirstOrDefaultAsync(new AnyModel(), TestContext.Current.CancellationToken);
            var repository = scope.GetRequiredService<IRepository<Prediction>>();
            foreach (var photo in Predictions(model!, from, count, confidence: 0.95f))
                repository.Add(photo);
        });

    private static Prediction[] Predictions(ModelVersion model, int from, int count, float confidence) =>
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
                        Some.Time.AddSeconds(number)
                    );
                    prediction.MarkImageStored();
                    return prediction;
                }),
        ];

    private sealed class AnyModel : Specification<ModelVersion>;
}
