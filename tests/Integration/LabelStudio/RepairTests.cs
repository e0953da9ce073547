using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GourmetGram.Application.Feedback;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.Persistence;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.LabelStudio;

public sealed class RepairWithTheDouble : RepairTests;

[OnARealLabelStudio]
public sealed class RepairWithARealLabelStudio : RepairTests;

/// <summary>What somebody changes, deletes or had there before.</summary>
public abstract class RepairTests : LabelStudioTests
{
    [Fact]
    public async Task What_somebody_changed_or_deleted_is_put_right_and_said_and_nothing_is_made_twice()
    {
        await WaitingInLabelStudioAsync(2);
        var project = Assert.Single(LabelStudio.AllProjects).Id;
        await PatchAsync(
            $"api/projects/{project}",
            new
            {
                title = "Mine now",
                label_config = "<View><Image name=\"image\" value=\"$image\"/><Choices name=\"label\" toName=\"image\"><Choice "
                    + "value=\"Bread\"/></Choices></View>",
                maximum_annotations = 5,
            }
        );
        await PatchAsync(
            $"api/storages/s3/{Assert.Single(LabelStudio.SourceStorages).Id}",
            new { regex_filter = "task.*", recursive_scan = true }
        );
        await DeleteAsync($"api/storages/export/s3/{Assert.Single(LabelStudio.TargetStorages).Id}");
        await PatchAsync($"api/webhooks/{Assert.Single(LabelStudio.AllWebhooks).Id}", new { is_active = false });

        var item = Assert.Single((await Host.SendAsync(new ProvisionProjects.Command())).Items);
        Assert.Empty(item.Complaints);
        Assert.Equal(
            [
                $"Project {project}: fixed title, maximum_annotations.",
                $"Project {project}: fixed the label config.",
                "Source Storage - lowconfidence: fixed regex_filter, recursive_scan.",
                $"Created Target Storage - lowconfidence ({Bucket}/output/lowconfidence).",
                "Fixed the webhook.",
            ],
            item.Repairs
        );
        Assert.Empty(Assert.Single((await Host.SendAsync(new ProvisionProjects.Command())).Items).Repairs);
        Assert.Equal(
            (1, 1, 1, 1),
            (
                LabelStudio.AllProjects.Count,
                LabelStudio.SourceStorages.Count,
                LabelStudio.TargetStorages.Count,
                LabelStudio.AllWebhooks.Count
            )
        );
        var hook = Assert.Single(LabelStudio.AllWebhooks);
        Assert.True(hook.IsActive);
        Assert.Equal(4, hook.Actions.Count);
    }

    [Fact]
    public async Task A_project_of_an_older_version_gets_the_answers_that_are_no_class_although_people_have_labelled_in_it()
    {
        var photos = await WaitingInLabelStudioAsync(2);
        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        await ada.AnnotateAsync(TaskOf(photos[0]), "Soup");
        var project = Assert.Single(LabelStudio.AllProjects);
        var older = System.Xml.Linq.XElement.Parse(project.LabelConfig);
        older
            .Descendants("Choice")
            .Where(choice => choice.Attribute("value")!.Value is "None of these classes" or "Unusable photo")
            .ToList()
            .ForEach(choice => choice.Remove());
        var settings = new
        {
            label_config = older.ToString(),
            expert_instruction = "Choose.",
            skip_queue = "IGNORE_SKIPPED",
        };
        await PatchAsync($"api/projects/{project.Id}", settings);
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Warning
            && finding.What.StartsWith($"The label config of project {project.Id} was changed", StringComparison.Ordinal)
        );

        var item = Assert.Single((await Host.SendAsync(new ProvisionProjects.Command())).Items);
        Assert.Equal(
            [$"Project {project.Id}: fixed skip_queue, expert_instruction.", $"Project {project.Id}: fixed the label config."],
            item.Repairs
        );
        await ada.AnnotateAsync(TaskOf(photos[1]), "None of these classes");
        await ProcessAsync();
        Assert.Equal([CollectedAs(photos[0], 2)], await DatasetAsync());
        Assert.Equal(AnswerKind.None, (await OurTaskOfAsync(photos[1])).AnswerKind);
    }

    [Fact]
    public async Task A_deleted_project_is_made_again_with_its_open_tasks()
    {
        var photos = await WaitingInLabelStudioAsync(3);
        await LabelStudio.NewPerson("Ada", "", "ada@example.com").AnnotateAsync(TaskOf(photos[0]), "Bread");
        await ProcessAsync();
        await DeleteAsync($"api/projects/{Assert.Single(LabelStudio.AllProjects).Id}");
        await PublishAsync();
        Assert.Equal(2, (await SyncAsync()).Made);
        Assert.Equal(2, LabelStudio.AllTasks.Count);
        await ProcessAsync();
        Assert.Equal([CollectedAs(photos[0], 0)], await DatasetAsync());
    }

    [Fact]
    public async Task A_project_on_a_later_page_is_found_and_not_made_a_second_time()
    {
        await WaitingInLabelStudioAsync(1);
        var ours = Assert.Single(LabelStudio.AllProjects).Id;
        for (var i = 0; i < 130; i++)
            await PostAsync("api/projects", new { title = $"{Title} of somebody else {i}" });
        // As a node does that has lost its rows.
        await Host.ExecuteAsync("""DELETE FROM "AnnotationProjects" """);
        var item = Assert.Single((await Host.SendAsync(new ProvisionProjects.Command())).Items);
        Assert.Equal(ours, item.Project);
        Assert.Equal(131, LabelStudio.AllProjects.Count);
    }

    [Fact]
    public async Task A_lab_s_project_is_taken_over_and_what_its_screen_told_makes_labels_that_are_not_blind()
    {
        var made = (
            await PostAsync(
                "api/projects",
                new
                {
                    title = "Random Sampling Review",
                    label_config = "<View><Image name=\"image\" value=\"$image\"/><Header value=\"$ml_prediction\"/><Choices "
                        + "name=\"food_type\" toName=\"image\">"
                        + string.Concat(Some.Labels.Select(label => $"<Choice value=\"{System.Security.SecurityElement.Escape(label)}\"/>"))
                        + "</Choices></View>",
                }
            )
        )["id"]!.GetValue<int>();
        var imported = await PostAsync(
            $"api/projects/{made}/import?return_task_ids=true",
            new[] { new { data = new { image = "http://lab:9000/production/class_01/x.jpg", ml_prediction = "Soup" } } }
        );
        var grace = LabelStudio.NewPerson("Grace", "", "grace@example.com");
        grace.Control = "food_type";
        await grace.AnnotateAsync(imported["task_ids"]![0]!.GetValue<int>(), "Bread");

        await SwitchAsync(Surface.LabelStudio, "randomsampled");
        await PhotosAsync(1);
        await Host.SendAsync(new SampleRandom.Command());
        await PublishAsync();
        await SyncAsync();
        Assert.Equal(made, Assert.Single(LabelStudio.AllProjects).Id);
        Assert.True(Assert.Single(await Host.RowsAsync<AnnotationProject>()) is { IsAdopted: true, ShowsAnswer: true });
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Error && finding.What.Contains("shows the model's answer", StringComparison.Ordinal)
        );

        // A blind task names no prediction.
        var ours = Assert.Single(await Host.RowsAsync<AnnotationTask>(), task => task.Loop == "randomsampled");
        await grace.AnnotateAsync(
            Assert.Single(LabelStudio.AllTasks, task => task.Data.Contains(ours.Id.ToString(), StringComparison.Ordinal)).Id,
            "Bread"
        );
        await ProcessAsync();
        var label = Assert.Single(await Host.RowsAsync<HumanLabel>());
        Assert.Equal((false, true), (label.IsBlind, label.ShowedAnswer));
        Assert.True(Assert.Single(await Host.RowsAsync<AnnotationTask>(), task => task.Loop == "randomsampled").IsOpen);
    }

    private string Bucket => Assert.Single(LabelStudio.SourceStorages).Bucket;

    private async Task PatchAsync(string path, object change)
    {
        using var response = await LabelStudio.Admin.PatchAsJsonAsync(path, change, Cancel);
        response.EnsureSuccessStatusCode();
    }

    private async Task<JsonObject> PostAsync(string path, object content)
    {
        using var response = await LabelStudio.Admin.PostAsJsonAsync(path, content, Cancel);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
    }

    private async Task DeleteAsync(string path)
    {
        using var response = await LabelStudio.Admin.DeleteAsync(new Uri(path, UriKind.Relative), Cancel);
        response.EnsureSuccessStatusCode();
    }
}

public sealed class TwoNodesWithTheDouble : TwoNodesTests;

[OnARealLabelStudio]
public sealed class TwoNodesWithARealLabelStudio : TwoNodesTests;

/// <summary>Two of our nodes.</summary>
public abstract class TwoNodesTests : LabelStudioTests
{
    protected override DatabaseProvider Provider => DatabaseProvider.PostgreSql;

    [Fact]
    public async Task Both_at_once_make_one_of_each_and_bring_in_each_task_once()
    {
        await SwitchAsync(Surface.LabelStudio);
        await PhotosAsync(20);
        var other = AddHost();
        await Task.WhenAll(new[] { Host, other }.Select(host => Task.Run(() => host.SendAsync(new ProvisionProjects.Command()), Cancel)));
        await Task.WhenAll(new[] { Host, other }.Select(host => Task.Run(() => host.SendAsync(new PublishTasks.Command()), Cancel)));
        await Task.WhenAll(new[] { Host, other }.Select(host => Task.Run(() => host.SendAsync(new SyncStorages.Command()), Cancel)));
        Assert.Equal(
            (1, 1, 1, 1),
            (
                LabelStudio.AllProjects.Count,
                LabelStudio.SourceStorages.Count,
                LabelStudio.TargetStorages.Count,
                LabelStudio.AllWebhooks.Count
            )
        );
        Assert.Equal(20, LabelStudio.AllTasks.Count);
        Assert.Equal(20, LabelStudio.AllTasks.Select(task => task.StorageKey).Distinct().Count());
    }
}
