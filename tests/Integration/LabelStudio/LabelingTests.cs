using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using GourmetGram.Tests.LabelStudio;
using Microsoft.Extensions.DependencyInjection;
using LabelStudioTask = GourmetGram.Tests.LabelStudio.TaskState;
using TaskState = GourmetGram.Domain.Labeling.TaskState;

namespace GourmetGram.Tests.Integration.LabelStudio;

public sealed class LabelingWith116 : LabelingWithTheDouble
{
    private protected override LabelStudioMode Mode => LabelStudioMode.Legacy116;
}

public sealed class LabelingWith123 : LabelingWithTheDouble;

public sealed class LabelingWithAccessTokens : LabelingWithTheDouble
{
    private protected override LabelStudioMode Mode => LabelStudioMode.AccessTokens123;
}

[OnARealLabelStudio]
public sealed class LabelingWithARealLabelStudio : LabelingTests;

/// <summary>What a setting and a fault of Label Studio do.</summary>
public abstract class LabelingWithTheDouble : LabelingTests
{
    [Fact]
    public async Task The_scan_takes_what_the_objects_do_not_tell_and_the_newest_wins()
    {
        var photos = await WaitingInLabelStudioAsync(3);
        var (ada, bob) = (LabelStudio.NewPerson("Ada", "", "ada@example.com"), LabelStudio.NewPerson("Bob", "", "bob@example.com"));
        Double.S3Fault = true;
        // Label Studio keeps what it could not write, and so who presses again has two annotations.
        await Assert.ThrowsAsync<HttpRequestException>(() => ada.AnnotateAsync(TaskOf(photos[0]), "Bread"));
        await Assert.ThrowsAsync<HttpRequestException>(() => ada.AnnotateAsync(TaskOf(photos[0]), "Soup"));
        Double.S3Fault = false;
        await ProcessAsync();
        Assert.Empty(await DatasetAsync());

        var synced = await SyncAsync();
        Assert.Equal(2, synced.Unwritten);
        await ProcessAsync();
        Assert.Equal([CollectedAs(photos[0], 2)], await DatasetAsync());
        Assert.Equal(2, (await KeysAsync("labelstudio", "output/lowconfidence/")).Count);
        Assert.Equal("Soup", Some.Labels[(await LabelsOfAsync(photos[0])).Single(label => label.EndedAt is null).ClassIndex!.Value]);

        // A change, a second person, and one who takes it back.
        var annotation = Double.AllAnnotations[^1].Id;
        await ada.UpdateAsync(annotation, "Bread");
        await ProcessAsync();
        Assert.Equal([CollectedAs(photos[0], 0)], await DatasetAsync());
        await bob.AnnotateAsync(TaskOf(photos[1]), "Bread");
        await ProcessAsync();
        await bob.DeleteAnnotationAsync(Double.AllAnnotations[^1].Id);
        Assert.Equal(1, (await SyncAsync()).TakenBack);
        await ProcessAsync();
        Assert.Equal([CollectedAs(photos[0], 0)], await DatasetAsync());
        Assert.Equal(LabelEnd.Withdrawn, Assert.Single(await LabelsOfAsync(photos[1])).End);
        Assert.True((await OurTaskOfAsync(photos[1])).IsOpen);
    }

    [Fact]
    public async Task One_that_writes_whole_tasks_is_understood()
    {
        Double.Settings.SaveTasks = true;
        var photo = Assert.Single(await WaitingInLabelStudioAsync(1));
        var annotation = await LabelStudio.NewPerson("Ada", "", "ada@example.com").AnnotateAsync(TaskOf(photo), "Soup");
        await ProcessAsync();
        Assert.Equal([CollectedAs(photo, 2)], await DatasetAsync());
        Assert.Equal([$"output/lowconfidence/{TaskOf(photo)}.json"], await KeysAsync("labelstudio", "output/"));
        Assert.Equal($"LabelStudio/lowconfidence/{annotation}", Assert.Single(await LabelsOfAsync(photo)).ExternalId);
        Assert.Equal((0, 1), ((await SyncAsync()).Unwritten, (await Host.RowsAsync<HumanLabel>()).Count));
    }
}

/// <summary>From selected photos to datasets by way of Label Studio, on each of its versions and kinds of token.</summary>
public abstract class LabelingTests : LabelStudioTests
{
    [Fact]
    public async Task From_nothing_to_the_dataset()
    {
        var photos = await WaitingInLabelStudioAsync(4);
        var project = Assert.Single(LabelStudio.AllProjects);
        Assert.Equal(Title, project.Title);
        Assert.Contains("value=\"Crème brûlée &quot;flambée&quot;\" hotkey=\"2\"", project.LabelConfig, StringComparison.Ordinal);
        Assert.Equal(
            ("tasks/lowconfidence/", "completed"),
            Assert.Single(LabelStudio.SourceStorages, storage => storage.Title == "Source Storage - lowconfidence") is var source
                ? (source.Prefix, source.Status)
                : default
        );
        Assert.Equal("output/lowconfidence", Assert.Single(LabelStudio.TargetStorages).Prefix);
        Assert.Equal($"{PublicUrl}api/v1/label-studio/webhook", Assert.Single(LabelStudio.AllWebhooks).Url);
        var task = JsonNode.Parse(Assert.Single(TasksOf(photos[0])).Data)!;
        Assert.Equal(
            ("Soup", 0.4, "low_confidence", "low_confidence", photos[0].Id.ToString()),
            (
                task["ml_prediction"]!.GetValue<string>(),
                task["confidence"]!.GetValue<double>(),
                task["source"]!.GetValue<string>(),
                task["user_feedback"]!.GetValue<string>(),
                task["prediction_id"]!.GetValue<string>()
            )
        );
        Assert.StartsWith($"{PublicUrl}media/", task["image"]!.GetValue<string>(), StringComparison.Ordinal);

        var grace = LabelStudio.NewPerson("Grace", "Hopper", "grace@example.com");
        await grace.AnnotateAsync(TaskOf(photos[0]), "Bread");
        await grace.AnnotateAsync(TaskOf(photos[1]), "Soup");
        await grace.SkipAsync(TaskOf(photos[2]));
        await grace.DraftAsync(TaskOf(photos[3]), "Bread");
        await ProcessAsync();
        Assert.Equal(
            [CollectedAs(photos[0], 0), CollectedAs(photos[1], 2)],
            (await DatasetAsync()).OrderBy(key => key, StringComparer.Ordinal)
        );
        Assert.Equal([TaskState.Labelled, TaskState.Labelled, TaskState.Skipped, TaskState.Published], [.. await StatesOfAsync(photos)]);
        Assert.Equal("Grace Hopper", Assert.Single(await Host.RowsAsync<Annotator>()).Name);
        Assert.DoesNotContain(await Host.RowsAsync<HumanLabel>(), label => label.Person.Contains('@', StringComparison.Ordinal));

        // Both ways in meet: the scan finds nothing that the objects had not told, and decided tasks are not brought in again; a skip
        // leaves its task there for others.
        await PublishAsync();
        var again = await SyncAsync();
        Assert.Equal(
            (0, 0, 0, 0),
            (again.Repaired, again.Made, again.Outcomes[OutputOutcome.Labelled] + again.Outcomes[OutputOutcome.Skipped], again.Unwritten)
        );
        Assert.Equal(3, (await Host.RowsAsync<HumanLabel>()).Count);
        string[] left = [TaskKey(await OurTaskOfAsync(photos[2])), TaskKey(await OurTaskOfAsync(photos[3]))];
        Assert.Equal(left.Order(StringComparer.Ordinal), await KeysAsync("labelstudio", "tasks/"));
        if (!IsReal)
            Assert.Equal(0, RequestsTo($"storages/export/s3/{Assert.Single(LabelStudio.TargetStorages).Id}/sync"));
    }

    [Fact]
    public async Task What_cannot_be_a_label_is_quarantined_and_goes_when_it_is_put_right()
    {
        var photos = await WaitingInLabelStudioAsync(1);
        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        var annotation = await ada.AnnotateAsync(TaskOf(photos[0]), "Pizza");
        Assert.Equal(1, (await ProcessAsync()).Outputs[OutputOutcome.Invalid]);
        Assert.Equal(
            [$"quarantine/lowconfidence/{annotation}", $"quarantine/lowconfidence/{annotation}.reason.txt"],
            await KeysAsync("labelstudio", "quarantine/")
        );
        Assert.True((await OurTaskOfAsync(photos[0])).IsOpen);
        await ada.UpdateAsync(annotation, "Bread");
        await ProcessAsync();
        Assert.Empty(await KeysAsync("labelstudio", "quarantine/"));
        Assert.Equal([CollectedAs(photos[0], 0)], await DatasetAsync());
    }

    [Fact]
    public async Task The_answers_that_are_no_class_are_labels_and_are_not_copied()
    {
        var photos = await WaitingInLabelStudioAsync(3);
        var (ada, bob) = (LabelStudio.NewPerson("Ada", "", "ada@example.com"), LabelStudio.NewPerson("Bob", "", "bob@example.com"));
        await ada.AnnotateAsync(TaskOf(photos[0]), "None of these classes");
        var unusable = await ada.AnnotateAsync(TaskOf(photos[1]), "Unusable photo");
        await ada.SkipAsync(TaskOf(photos[2]));
        await bob.AnnotateAsync(TaskOf(photos[2]), "Soup");
        var done = await ProcessAsync();
        Assert.Equal(
            (3, 1, 0),
            (done.Outputs[OutputOutcome.Labelled], done.Outputs[OutputOutcome.Skipped], done.Outputs[OutputOutcome.Invalid])
        );
        Assert.Equal([TaskState.Labelled, TaskState.Unusable, TaskState.Labelled], [.. await StatesOfAsync(photos)]);
        Assert.Equal(AnswerKind.None, (await OurTaskOfAsync(photos[0])).AnswerKind);
        Assert.Equal([CollectedAs(photos[2], 2)], await DatasetAsync());

        // The look at the tasks says the same, decided ones go from the folder of tasks, and a change counts.
        await PublishAsync();
        Assert.Equal(0, (await SyncAsync()).Outcomes[OutputOutcome.Labelled]);
        Assert.Empty(await KeysAsync("labelstudio", "tasks/"));
        await ada.UpdateAsync(unusable, "Bread");
        await ProcessAsync();
        Assert.Equal(
            [CollectedAs(photos[1], 0), CollectedAs(photos[2], 2)],
            (await DatasetAsync()).OrderBy(key => key, StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_blind_loop_tells_nothing_and_its_labels_are_blind()
    {
        await SwitchAsync(Surface.LabelStudio, "randomsampled");
        var photos = await PhotosAsync(2);
        await Host.SendAsync(new SampleRandom.Command());
        await PublishAsync();
        await SyncAsync();
        var project = Assert.Single(LabelStudio.AllProjects);
        Assert.DoesNotContain("$ml_prediction", project.LabelConfig, StringComparison.Ordinal);
        var task = JsonNode.Parse((await BlindTaskOfAsync(photos[0])).Data)!;
        Assert.Equal(("", ""), (task["ml_prediction"]!.GetValue<string>(), task["confidence"]!.ToString()));
        Assert.DoesNotContain("class_", task.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Soup", task.ToJsonString(), StringComparison.Ordinal);

        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        await ada.AnnotateAsync((await BlindTaskOfAsync(photos[0])).Id, "Bread");
        await ProcessAsync();
        Assert.True(Assert.Single(await Host.RowsAsync<HumanLabel>()).IsBlind);
        Assert.Equal([CollectedAs(photos[0], 0)], await KeysAsync("cleanproduction", ""));
    }

    [Theory]
    [InlineData("Media")]
    [InlineData("Object")]
    public async Task Nothing_in_a_blind_task_leads_to_the_answer_without_a_key(string links)
    {
        await RestartAsync(settings: ("Labeling__ImageLinks", links));
        await SwitchAsync(Surface.LabelStudio, "randomsampled");
        var photos = await PhotosAsync(2);
        await Host.SendAsync(new SampleRandom.Command());
        await PublishAsync();
        await SyncAsync();
        var objects = await KeysAsync("labelstudio", "tasks/randomsampled/task");
        Assert.Equal(2, objects.Count);
        var texts = LabelStudio.AllTasks.Select(task => task.Data).ToList();
        foreach (var key in objects)
            texts.Add(
                key
                    + Encoding.UTF8.GetString(
                        await (await Store.OpenReadAsync(new ObjectAddress("labelstudio", key), Cancel)).ReadAllAsync()
                    )
            );
        Assert.DoesNotContain(texts, text => photos.Any(photo => text.Contains(photo.Id.ToString(), StringComparison.OrdinalIgnoreCase)));

        // Whatever looks like an id opens the photo at most.
        foreach (
            var id in texts
                .SelectMany(text =>
                    Regex.Matches(text, "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.None, TimeSpan.FromSeconds(1))
                )
                .Select(found => Guid.Parse(found.Value))
                .Distinct()
        )
        {
            await Assert.ThrowsAsync<NotFoundException>(() => Host.SendAsync(new GetPrediction.Query(id, Caller.Anonymous)));
            await Assert.ThrowsAsync<NotFoundException>(() =>
                Host.SendAsync(new FlagPrediction.Command(id, Caller.Anonymous, FeedbackSource.LabRoute))
            );
            await Assert.ThrowsAsync<NotFoundException>(() =>
                Host.SendAsync(new CorrectLabel.Command(id, "Soup", Caller.Anonymous, FeedbackSource.LabRoute))
            );
        }

        var task = await BlindTaskOfAsync(photos[0]);
        var image = new Uri(JsonNode.Parse(task.Data)!["image"]!.GetValue<string>());
        var query = System.Web.HttpUtility.ParseQueryString(image.Query);
        var link = new MediaLink(Guid.Parse(image.Segments[^1]));
        await Host.InScopeAsync(scope => scope.GetRequiredService<IMediaLinks>().RequireAsync(link, query["k"], query["s"], Cancel));
        Assert.Equal(photos[0].Id, await Host.InScopeAsync(scope => scope.GetRequiredService<IPhotoAliases>().FindAsync(link.Id, Cancel)));
    }

    [Fact]
    public async Task A_label_by_an_annotator_whose_account_here_has_read_the_answer_is_not_blind()
    {
        var reader = new Microsoft.AspNetCore.Identity.IdentityUser<Guid>("Ada@example.com")
        {
            Id = Guid.CreateVersion7(Some.Time),
            NormalizedUserName = "ADA@EXAMPLE.COM",
        };
        await Host.InStepAsync(step =>
        {
            step.GetRequiredService<GourmetGram.Infrastructure.Persistence.GourmetGramDbContext>().Add(reader);
            return Task.CompletedTask;
        });
        await SwitchAsync(Surface.LabelStudio, "randomsampled");
        var photos = await PhotosAsync(3);
        await Host.SendAsync(new SampleRandom.Command());
        await PublishAsync();
        await SyncAsync();
        var account = new Caller(new Actor(ActorKind.Account, reader.Id.ToString()), IsReviewer: true);
        await Host.SendAsync(new GetPrediction.Query(photos[0].Id, account));
        var (ada, bob) = (LabelStudio.NewPerson("Ada", "", "ada@example.com"), LabelStudio.NewPerson("Bob", "", "bob@example.com"));
        await ada.AnnotateAsync((await BlindTaskOfAsync(photos[0])).Id, "Bread");
        await ada.AnnotateAsync((await BlindTaskOfAsync(photos[1])).Id, "Bread");
        await bob.AnnotateAsync((await BlindTaskOfAsync(photos[2])).Id, "Bread");
        await ProcessAsync();
        // Read after the label: that one stays blind.
        await Host.SendAsync(new GetPrediction.Query(photos[1].Id, account));
        await SyncAsync();
        await ProcessAsync();
        var tasks = (await Host.RowsAsync<AnnotationTask>()).ToDictionary(task => task.Id, task => task.PredictionId);
        var blind = (await Host.RowsAsync<HumanLabel>()).ToDictionary(label => tasks[label.TaskId], label => label.IsBlind);
        Assert.Equal([false, true, true], photos.Select(photo => blind[photo.Id]));
        Assert.DoesNotContain(await Host.RowsAsync<HumanLabel>(), label => label.Person.Contains('@', StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_read_late_of_a_blind_task_whose_photo_was_deleted_is_not_quarantined()
    {
        await SwitchAsync(Surface.LabelStudio, "randomsampled");
        var photos = await PhotosAsync(1);
        await Host.SendAsync(new SampleRandom.Command());
        await PublishAsync();
        await SyncAsync();
        await LabelStudio.NewPerson("Ada", "", "ada@example.com").AnnotateAsync((await BlindTaskOfAsync(photos[0])).Id, "Bread");
        var erase = new ErasePrediction.Command(photos[0].Id, new Caller(Some.Visitor, IsReviewer: false));
        var report = (await Host.SendAsync(erase)).Report;
        // The photo waits in the loop for low confidence too, whose tasks are not in Label Studio.
        Assert.Equal((2, 1), (report.Tasks, report.LabelStudioTasks));
        await PublishAsync();
        Assert.Empty(LabelStudio.AllTasks);
        await ProcessAsync();
        Assert.Empty(await KeysAsync("labelstudio", "quarantine/"));
        Assert.Empty(await Host.RowsAsync<HumanLabel>());
    }

    /// <summary>The task that shows a photo in Label Studio; it names itself only.</summary>
    private async Task<LabelStudioTask> BlindTaskOfAsync(Prediction photo)
    {
        var ours = Assert.Single(await Host.RowsAsync<AnnotationTask>(), task =>
            task.PredictionId == photo.Id && task.Loop == "randomsampled"
        );
        return Assert.Single(LabelStudio.AllTasks, task => task.Data.Contains(ours.Id.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Several_people_label_a_photo_and_most_of_them_decide()
    {
        await Host.SendAsync(Some.ChangeOf(Loop) with { Votes = 3 });
        var photo = Assert.Single(await WaitingInLabelStudioAsync(1));
        foreach (var (name, choice) in new[] { ("ada", "Bread"), ("bob", "Soup"), ("eve", "Soup") })
            await LabelStudio.NewPerson(name, "", $"{name}@example.com").AnnotateAsync(TaskOf(photo), choice);
        await ProcessAsync();
        Assert.Equal([CollectedAs(photo, 2)], await DatasetAsync());
        Assert.Equal(3, (await Host.RowsAsync<Annotator>()).Count);
    }

    [Fact]
    public async Task Where_people_are_divided_the_doctor_says_so_and_one_more_decides()
    {
        await Host.SendAsync(Some.ChangeOf(Loop) with { Votes = 2 });
        var photo = Assert.Single(await WaitingInLabelStudioAsync(1));
        foreach (var (name, choice) in new[] { ("ada", "Bread"), ("bob", "Soup") })
            await LabelStudio.NewPerson(name, "", $"{name}@example.com").AnnotateAsync(TaskOf(photo), choice);
        await ProcessAsync();
        Assert.True((await OurTaskOfAsync(photo)).IsOpen);
        Assert.Contains(await DoctorAsync(), finding => finding.What.StartsWith("1 photos have tied votes", StringComparison.Ordinal));
        await LabelStudio.NewPerson("eve", "", "eve@example.com").AnnotateAsync(TaskOf(photo), "Soup");
        await ProcessAsync();
        Assert.Equal([CollectedAs(photo, 2)], await DatasetAsync());
        Assert.DoesNotContain(await DoctorAsync(), finding => finding.What.Contains("divided", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_switched_surface_takes_the_tasks_out_and_keeps_what_was_said_meanwhile()
    {
        var photos = await WaitingInLabelStudioAsync(3);
        var ada = new Caller(new Actor(ActorKind.Account, "ada"), IsReviewer: true);
        await LabelStudio.NewPerson("Grace", "", "grace@example.com").AnnotateAsync(TaskOf(photos[0]), "Bread");
        await SwitchAsync(Surface.Review);
        // Until they are out, nobody else gets them.
        Assert.Null(await Host.SendAsync(new NextTask.Command(Loop, ada)));
        Assert.Equal(3, (await PublishAsync()).Recalled);
        Assert.Equal([TaskOf(photos[0])], LabelStudio.AllTasks.Select(task => task.Id));
        Assert.Empty(await KeysAsync("labelstudio", "tasks/"));
        Assert.Equal([TaskState.Labelled, TaskState.Created, TaskState.Created], [.. await StatesOfAsync(photos)]);
        Assert.NotNull(await Host.SendAsync(new NextTask.Command(Loop, ada)));

        // And back: what somebody has on the review page waits until the lease ends.
        await SwitchAsync(Surface.LabelStudio);
        Assert.Equal(1, (await PublishAsync()).Published);
        Assert.Equal(1, (await SyncAsync()).Made);
    }

    [Fact]
    public async Task A_task_deleted_there_comes_back_an_object_deleted_here_is_written_again_and_an_erased_photo_goes()
    {
        var photos = await WaitingInLabelStudioAsync(3);
        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        await ada.DeleteTaskAsync(TaskOf(photos[0]));
        await Store.DeleteAsync(new ObjectAddress("labelstudio", TaskKey(await OurTaskOfAsync(photos[1]))), Cancel);
        await Host.SendAsync(
            new ErasePrediction.Command(
                photos[2].Id,
                new Caller(new Actor(ActorKind.Account, "root"), IsReviewer: true, IsAdministrator: true)
            )
        );
        await PublishAsync();
        var synced = await SyncAsync();
        Assert.Equal((1, 1), (synced.Made, synced.Published));
        Assert.Equal(2, LabelStudio.AllTasks.Count);
        Assert.Empty(TasksOf(photos[2]));
        Assert.Equal(2, (await KeysAsync("labelstudio", "tasks/")).Count);
        Assert.All(await Host.RowsAsync<TaskRecall>(), recall => Assert.NotNull(recall.DoneAt));
    }

    [Fact]
    public async Task What_was_written_of_an_erased_photo_s_annotations_goes_with_it()
    {
        var photos = await WaitingInLabelStudioAsync(3);
        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        await ada.AnnotateAsync(TaskOf(photos[0]), "Bread");
        await ada.AnnotateAsync(TaskOf(photos[1]), "Pizza");
        var kept = await ada.AnnotateAsync(TaskOf(photos[2]), "Bread");
        await ProcessAsync();
        Assert.Equal(3, (await KeysAsync("labelstudio", "output/")).Count);
        Assert.Equal(2, (await KeysAsync("labelstudio", "quarantine/")).Count);
        var root = new Caller(new Actor(ActorKind.Account, "root"), IsReviewer: true, IsAdministrator: true);
        foreach (var photo in photos.Take(2))
            await Host.SendAsync(new ErasePrediction.Command(photo.Id, root));

        await PublishAsync();
        Assert.Equal([$"output/lowconfidence/{kept}"], await KeysAsync("labelstudio", "output/"));
        Assert.Empty(await KeysAsync("labelstudio", "quarantine/"));
        Assert.Single(LabelStudio.AllTasks);
        await ProcessAsync();
        Assert.Equal([CollectedAs(photos[2], 0)], await DatasetAsync());
    }

    protected static string TaskKey(AnnotationTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return $"tasks/lowconfidence/task{task.Id}.json";
    }

    private async Task<IReadOnlyList<TaskState>> StatesOfAsync(IReadOnlyList<Prediction> photos)
    {
        var tasks = (await Host.RowsAsync<AnnotationTask>())
            .Where(task => task.Loop == Loop)
            .ToDictionary(task => task.PredictionId, task => task.State);
        return [.. photos.Select(photo => tasks[photo.Id])];
    }
}
