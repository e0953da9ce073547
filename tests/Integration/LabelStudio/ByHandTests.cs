using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using GourmetGram.Application.Common;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;
using TaskState = GourmetGram.Domain.Labeling.TaskState;

namespace GourmetGram.Tests.Integration.LabelStudio;

public sealed class ByHandWithTheDouble : ByHandTests
{
    [Fact]
    public async Task A_user_without_an_organization_is_named_and_makes_nothing_and_the_right_token_needs_no_restart()
    {
        await WaitingInLabelStudioAsync(1);
        Double.Data.Users[0].Organization = null;
        var fault = await Assert.ThrowsAsync<PlatformUnavailableException>(SyncAsync);
        Assert.Contains("belongs to no organization", fault.Message, StringComparison.Ordinal);
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Error && finding.What.Contains("belongs to no organization", StringComparison.Ordinal)
        );
        Assert.Single(LabelStudio.AllProjects);

        Double.Data.Users[0].Organization = 1;
        Assert.Equal(0, (await SyncAsync()).Repaired);
        Assert.Single(LabelStudio.AllProjects);
    }

    [Fact]
    public async Task A_project_that_is_not_called_as_asked_stops_the_sync_and_does_not_stay()
    {
        await using var deaf = new WireServer(
            """{"id": 7, "title": "", "active_organization": 1, "count": 0, "results": [], "created_at": "2026-11-28T20:00:00Z"}"""
        );
        await RestartAsync(settings: [("LabelStudio__Url", deaf.Address.ToString()), ("LabelStudio__ApiKey", "0123456789")]);
        await SwitchAsync(Surface.LabelStudio);
        var fault = await Assert.ThrowsAsync<PlatformUnavailableException>(() => Host.SendAsync(new ProvisionProjects.Command()));
        Assert.Contains("did not receive the request body", fault.Message, StringComparison.Ordinal);
        Assert.Contains(deaf.Requests, request => request.StartsWith("DELETE /api/projects/7 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_with_letters_that_no_token_has_is_named()
    {
        await RestartAsync(settings: ("LabelStudio__ApiKey", "törtchen"));
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Error && finding.What.Contains("a character that no token has", StringComparison.Ordinal)
        );
    }
}

[OnARealLabelStudio]
public sealed class ByHandWithARealLabelStudio : ByHandTests;

/// <summary>What people undo counts as undone, and what they change by hand is put right or told with advice that works.</summary>
public abstract class ByHandTests : LabelStudioTests
{
    /// <summary>Each setting that provisioning writes, with another value.</summary>
    public static TheoryData<string, string> Settings =>
        new()
        {
            { "project title", "\"Mine now\"" },
            { "project description", "\"Mine\"" },
            { "project maximum_annotations", "3" },
            { "project sampling", "\"Sequential sampling\"" },
            { "project skip_queue", "\"REQUEUE_FOR_ME\"" },
            { "project show_collab_predictions", "true" },
            { "project show_skip_button", "false" },
            { "project enable_empty_annotation", "true" },
            { "project expert_instruction", "\"Hurry\"" },
            { "project show_instruction", "false" },
            { "project overlap_cohort_percentage", "50" },
            { "project show_overlap_first", "true" },
            { "project label_config", "\"<View><Image name=\\\"image\\\" value=\\\"$image\\\"/></View>\"" },
            { "source title", "\"Mine\"" },
            { "source prefix", "\"tasks\"" },
            { "source regex_filter", "\"task.*\"" },
            { "source use_blob_urls", "true" },
            { "source presign", "true" },
            { "source recursive_scan", "true" },
            { "source synchronizable", "false" },
            { "source region_name", "\"eu-1\"" },
            { "source s3_endpoint", "\"http://127.0.0.1:1\"" },
            { "target title", "\"Mine\"" },
            { "target prefix", "\"elsewhere\"" },
            { "target can_delete_objects", "true" },
            { "target region_name", "\"eu-1\"" },
            { "webhook url", "\"http://127.0.0.1:9/other\"" },
            { "webhook is_active", "false" },
            { "webhook send_payload", "true" },
            { "webhook send_for_all_actions", "true" },
            { "webhook actions", "[]" },
            { "webhook headers", "{}" },
        };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task A_setting_that_somebody_changed_is_named_by_the_doctor_and_put_right_by_the_next_sync(string setting, string value)
    {
        await WaitingInLabelStudioAsync(1);
        var (part, name) = setting.Split(' ') is [var first, var second] ? (first, second) : default;
        var path = part switch
        {
            "project" => $"api/projects/{Assert.Single(LabelStudio.AllProjects).Id}",
            "source" => $"api/storages/s3/{Assert.Single(LabelStudio.SourceStorages).Id}",
            "target" => $"api/storages/export/s3/{Assert.Single(LabelStudio.TargetStorages).Id}",
            _ => $"api/webhooks/{Assert.Single(LabelStudio.AllWebhooks).Id}",
        };
        var before = await GetAsync(path);
        var change =
            part == "webhook" && name != "actions"
                ? $$"""{"{{name}}": {{value}}, "actions": {{before["actions"]!.ToJsonString()}}}"""
                : $$"""{"{{name}}": {{value}}}""";
        await SendAsync(HttpMethod.Patch, path, change);
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind != FindingKind.Good
            && finding.Cure is not null
            && !finding.What.StartsWith("Photos do not load", StringComparison.Ordinal)
        );

        Assert.Equal(1, (await SyncAsync()).Repaired);
        var after = await GetAsync(path);
        Assert.Equal(before[name]!.ToJsonString(), after[name]!.ToJsonString());
        Assert.DoesNotContain(await DoctorAsync(), finding =>
            finding.Kind != FindingKind.Good && !finding.What.StartsWith("Photos do not load", StringComparison.Ordinal)
        );
        Assert.Equal(
            (1, 1, 1, 1),
            (
                LabelStudio.AllProjects.Count,
                LabelStudio.SourceStorages.Count,
                LabelStudio.TargetStorages.Count,
                LabelStudio.AllWebhooks.Count
            )
        );
    }

    [Fact]
    public async Task A_person_s_earlier_annotation_counts_again_when_the_newer_one_is_deleted()
    {
        var photo = Assert.Single(await WaitingInLabelStudioAsync(1));
        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        await ada.AnnotateAsync(TaskOf(photo), "Bread");
        await SyncAsync();
        var newer = await ada.AnnotateAsync(TaskOf(photo), "Soup");
        await SyncAsync();
        await ProcessAsync();
        Assert.Equal([CollectedAs(photo, 2)], await DatasetAsync());

        await ada.DeleteAnnotationAsync(newer);
        Assert.Equal(1, (await SyncAsync()).TakenBack);
        await ProcessAsync();
        Assert.Equal([CollectedAs(photo, 0)], await DatasetAsync());
        Assert.Equal(TaskState.Labelled, (await OurTaskOfAsync(photo)).State);
        // What names the annotator goes with the annotation.
        Assert.DoesNotContain(await KeysAsync("labelstudio", "output/"), key => key.EndsWith($"/{newer}", StringComparison.Ordinal));
        Assert.Equal((0, 0), ((await SyncAsync()).TakenBack, (await LabelsOfAsync(photo)).Count(label => label.EndedAt is null) - 1));
    }

    [Fact]
    public async Task A_cancelled_skip_and_annotations_deleted_in_bulk_are_asked_again()
    {
        var photos = await WaitingInLabelStudioAsync(2);
        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        var skip = await ada.SkipAsync(TaskOf(photos[0]));
        await ada.AnnotateAsync(TaskOf(photos[1]), "Bread");
        await SyncAsync();
        Assert.Equal(
            [TaskState.Skipped, TaskState.Labelled],
            [(await OurTaskOfAsync(photos[0])).State, (await OurTaskOfAsync(photos[1])).State]
        );
        // A skip decides nothing: others are still asked.
        Assert.False(Assert.Single(TasksOf(photos[0])).IsLabeled);

        await ada.DeleteAnnotationAsync(skip);
        await SendAsync(
            HttpMethod.Post,
            $"api/dm/actions?id=delete_tasks_annotations&project={LabelStudio.AllProjects[0].Id}",
            $$$"""{"ordering": [], "selectedItems": {"all": false, "included": [{{{TaskOf(photos[1])}}}]}, "filters": {"conjunction": "and", "items": []}}"""
        );
        Assert.Equal(2, (await SyncAsync()).TakenBack);
        Assert.All([await OurTaskOfAsync(photos[0]), await OurTaskOfAsync(photos[1])], task => Assert.True(task.IsOpen));
        await ada.AnnotateAsync(TaskOf(photos[0]), "Soup");
        await SyncAsync();
        await ProcessAsync();
        Assert.Equal([CollectedAs(photos[0], 2)], await DatasetAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_saw_the_model_s_answer_in_another_project_labels_no_photo_blind(bool isReadLater)
    {
        await SwitchAsync(Surface.LabelStudio, "randomsampled");
        await SwitchAsync(Surface.LabelStudio);
        var photo = Assert.Single(await PhotosAsync(1));
        await Host.SendAsync(new SampleRandom.Command());
        await PublishAsync();
        await SyncAsync();
        var (ada, bob) = (LabelStudio.NewPerson("Ada", "", "ada@example.com"), LabelStudio.NewPerson("Bob", "", "bob@example.com"));
        var open = LabelStudio.AllProjects.Single(project => project.Title == Title).Id;
        var tasks = TasksOf(photo);
        await ada.AnnotateAsync(tasks.Single(task => task.Project == open).Id, "Soup");
        if (!isReadLater)
            await SyncAsync();
        foreach (var person in new[] { ada, bob })
            await person.AnnotateAsync(LabelStudio.AllTasks.Single(task => task.Project != open).Id, "Soup");
        await SyncAsync();

        var blind = (await Host.RowsAsync<HumanLabel>()).Where(label => !label.ShowedAnswer).ToList();
        var names = (await Host.RowsAsync<HumanLabel>()).Select(label => label.Person).Distinct().Order().ToList();
        Assert.Equal(
            [(names[0], false), (names[1], true)],
            blind.OrderBy(label => label.Person).Select(label => (label.Person, label.IsBlind))
        );
    }

    [Fact]
    public async Task Twins_after_a_deleted_storage_go_and_nobody_is_asked_twice()
    {
        var photos = await WaitingInLabelStudioAsync(3);
        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        await ada.AnnotateAsync(TaskOf(photos[0]), "Bread");
        await SendAsync(HttpMethod.Delete, $"api/storages/s3/{Assert.Single(LabelStudio.SourceStorages).Id}");
        await SyncAsync();
        Assert.All(photos, photo => Assert.Single(TasksOf(photo)));
        Assert.True(Assert.Single(TasksOf(photos[0])).IsLabeled);
        await PublishAsync();
        await SyncAsync();
        Assert.Equal(3, LabelStudio.AllTasks.Count);
        await ProcessAsync();
        Assert.Equal([CollectedAs(photos[0], 0)], await DatasetAsync());
    }

    [Fact]
    public async Task More_votes_do_not_open_what_was_decided()
    {
        var photos = await WaitingInLabelStudioAsync(2);
        var (ada, bob) = (LabelStudio.NewPerson("Ada", "", "ada@example.com"), LabelStudio.NewPerson("Bob", "", "bob@example.com"));
        await ada.AnnotateAsync(TaskOf(photos[0]), "Bread");
        await SyncAsync();
        await Host.SendAsync(Some.ChangeOf(Loop) with { Votes = 2 });
        await SyncAsync();
        Assert.Equal(TaskOf(photos[1]), await bob.AnnotateNextAsync(Assert.Single(LabelStudio.AllProjects).Id, "Soup"));
        Assert.Null(await bob.AnnotateNextAsync(Assert.Single(LabelStudio.AllProjects).Id, "Soup"));

        // From the list of tasks anybody can open it.
        await bob.AnnotateAsync(TaskOf(photos[0]), "Soup");
        await SyncAsync();
        await ProcessAsync();
        Assert.Equal(0, (await OurTaskOfAsync(photos[0])).ClassIndex);
        Assert.Contains(CollectedAs(photos[0], 0), await DatasetAsync());
    }

    [Fact]
    public async Task Projects_without_a_title_are_named_and_removed_if_they_are_empty_and_ours()
    {
        await WaitingInLabelStudioAsync(1);
        var bob = LabelStudio.NewPerson("Bob", "", "bob@example.com");
        var ours = Assert.Single(LabelStudio.AllProjects).Id;
        foreach (var _ in Enumerable.Range(0, 2))
            await SendAsync(HttpMethod.Post, "api/projects", "{}");
        var empty = LabelStudio.AllProjects.Select(project => project.Id).Where(id => id != ours).ToArray();
        var used = (
            await SendAsync(
                HttpMethod.Post,
                "api/projects",
                """{"label_config": "<View><Image name=\"image\" value=\"$image\"/></View>"}"""
            )
        )!["id"]!.GetValue<int>();
        await SendAsync(HttpMethod.Post, $"api/projects/{used}/import", """[{"data": {"image": "http://photos.example/1.jpg"}}]""");
        await bob.PostProjectAsync();
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Warning
            && finding.What == $"2 empty projects without a title are left over from requests that lost their body: {empty[0]}, {empty[1]}."
        );

        await Host.SendAsync(new ProvisionProjects.Command());
        Assert.DoesNotContain(await DoctorAsync(), finding => finding.What.Contains("without a title", StringComparison.Ordinal));
        Assert.Equal([ours, used, used + 1], LabelStudio.AllProjects.Select(project => project.Id).Order());
    }

    [Fact]
    public async Task A_project_that_cannot_be_put_right_is_let_go_when_somebody_asks_for_it()
    {
        var photos = await WaitingInLabelStudioAsync(2);
        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        var old = Assert.Single(LabelStudio.AllProjects).Id;
        await SendAsync(
            HttpMethod.Patch,
            $"api/projects/{old}",
            """{"label_config": "<View><Image name=\"image\" value=\"$image\"/><Choices name=\"dish\" toName=\"image\"><Choice value=\"Bread\"/><Choice value=\"Pizza\"/></Choices></View>"}"""
        );
        ada.Control = "dish";
        await ada.AnnotateAsync(TaskOf(photos[0]), "Bread");
        await SyncAsync();
        var broken = Assert.Single(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Error && finding.What.Contains("cannot be read: ", StringComparison.Ordinal)
        );
        Assert.Contains("does not offer: ", broken.What, StringComparison.Ordinal);
        Assert.Contains("offers choices that are not classes: Pizza", broken.What, StringComparison.Ordinal);
        Assert.Contains("--fix creates a new project", broken.Cure, StringComparison.Ordinal);

        await Host.SendAsync(new ProvisionProjects.Command());
        await SyncAsync();
        await ProcessAsync();
        await PublishAsync();
        Assert.DoesNotContain(await DoctorAsync(), finding =>
            finding.Kind != FindingKind.Good && !finding.What.StartsWith("Photos do not load", StringComparison.Ordinal)
        );
        Assert.Equal(2, LabelStudio.AllProjects.Count);
        Assert.NotEqual(Title, LabelStudio.AllProjects[0].Title);
        // Its annotations stay there, and its open tasks are asked in the new one only.
        Assert.Equal(
            [TaskState.Labelled, TaskState.Published],
            [(await OurTaskOfAsync(photos[0])).State, (await OurTaskOfAsync(photos[1])).State]
        );
        Assert.NotEqual(old, Assert.Single(TasksOf(photos[1])).Project);
    }

    [Fact]
    public async Task A_foreign_object_that_only_Label_Studio_refuses_is_set_aside_by_its_name()
    {
        await SwitchAsync(Surface.LabelStudio);
        await PhotosAsync(2);
        await PublishAsync();
        await PutAsync("tasks/lowconfidence/a-foreign.json", """{"annotations": [{}]}""");
        var synced = await SyncAsync();
        Assert.Equal((2, 1), (synced.Made, synced.Quarantined));
        Assert.Contains("quarantine/lowconfidence/a-foreign.json", await KeysAsync("labelstudio", "quarantine/"));
    }

    [Fact]
    public async Task A_burst_of_new_tasks_is_read_once()
    {
        await WaitingInLabelStudioAsync(5);
        await SyncAsync();
        var first = await Host.RowsAsync<AnnotationProject>();
        await Waiting.UntilAsync(
            () => Task.FromResult(TimeProvider.System.GetUtcNow() - first[0].SeenTo > TimeSpan.FromSeconds(1.1)),
            TimeSpan.FromMilliseconds(100)
        );
        await SyncAsync();
        Assert.True((await Host.RowsAsync<AnnotationProject>())[0].SeenTo > first[0].SeenTo);
    }

    [Fact]
    public async Task A_blind_task_names_no_prediction()
    {
        await SwitchAsync(Surface.LabelStudio, "randomsampled");
        await PhotosAsync(1);
        await Host.SendAsync(new SampleRandom.Command());
        await PublishAsync();
        await SyncAsync();
        Assert.Equal(
            ["image", "task_id"],
            JsonNode
                .Parse(Assert.Single(LabelStudio.AllTasks).Data)!
                .AsObject()
                .Select(field => field.Key)
                .Where(name => name is "image" or "prediction_id" or "task_id")
        );
    }

    private async Task<JsonObject> GetAsync(string path) => (await LabelStudio.Admin.GetFromJsonAsync<JsonObject>(path, Cancel))!;

    private async Task<JsonObject?> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await LabelStudio.Admin.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(
            response.IsSuccessStatusCode,
            string.Create(CultureInfo.InvariantCulture, $"{method} {path}: {(int)response.StatusCode} {text}")
        );
        return text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : null;
    }
}
