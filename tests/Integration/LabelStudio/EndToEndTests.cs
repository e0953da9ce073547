using System.Text.Json;
using System.Text.Json.Nodes;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Infrastructure.LabelStudio;
using Microsoft.Extensions.DependencyInjection;

namespace GourmetGram.Tests.Integration.LabelStudio;

public sealed class EndToEndWithTheDouble : EndToEndTests;

[OnARealLabelStudio]
public sealed class EndToEndWithARealLabelStudio : EndToEndTests;

/// <summary>
/// The whole way, with nothing but what any Label Studio answers: it is only asked by HTTP. The token's user is the annotator.
/// </summary>
public abstract class EndToEndTests : LabelStudioTests
{
    private LabelStudioClient Client => Host.Services.GetRequiredService<LabelStudioClient>();

    [Fact]
    public async Task Tasks_go_there_and_labels_come_back_whatever_people_do()
    {
        await SwitchAsync(Surface.LabelStudio);
        var photos = await PhotosAsync(5);
        await PublishAsync();
        await PutAsync("tasks/lowconfidence/a-foreign.json", "{\"data\": ");
        var first = await SyncAsync();
        Assert.Equal((5, 1), (first.Made, first.Quarantined));
        var labelled = await LabelAsync(photos[0], "Bread");
        await LabelAsync(photos[1], "Soup");
        await PostAsync(
            $"api/tasks/{await TaskOfAsync(photos[2])}/annotations",
            new { result = Array.Empty<object>(), was_cancelled = true }
        );
        await ProcessAsync();
        Assert.Equal(
            [CollectedAs(photos[0], 0), CollectedAs(photos[1], 2)],
            (await DatasetAsync()).OrderBy(key => key, StringComparer.Ordinal)
        );

        await Client.SendAsync<JsonElement>(HttpMethod.Patch, $"api/annotations/{labelled}", new { result = Choice("Soup") }, Cancel);
        await ProcessAsync();
        Assert.Contains(CollectedAs(photos[0], 2), await DatasetAsync());
        await Client.SendAsync<JsonElement>(HttpMethod.Delete, $"api/annotations/{labelled}", body: null, Cancel);
        Assert.Equal(1, (await SyncAsync()).TakenBack);
        await ProcessAsync();
        Assert.Equal([CollectedAs(photos[1], 2)], await DatasetAsync());

        var again = await SyncAsync();
        Assert.Equal((0, 0, 0), (again.Repaired, again.Made, again.Unwritten));
        Assert.DoesNotContain(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Error && !finding.What.StartsWith("Photos do not load", StringComparison.Ordinal)
        );

        await SwitchAsync(Surface.Review);
        // The three that nobody labelled, and the one whose label was taken back.
        Assert.Equal(4, (await PublishAsync()).Recalled);
        Assert.Empty(await KeysAsync("labelstudio", "tasks/"));
        Assert.Equal(
            0,
            (
                await Client.GetAsync<TaskCalls.Page>($"api/tasks?project={await ProjectAsync()}&fields=all&resolve_uri=false", Cancel)
            ).Tasks.Count(task => task.GetProperty("annotations").GetArrayLength() == 0)
        );
    }

    private async Task<long> ProjectAsync() => Assert.Single(await Host.RowsAsync<AnnotationProject>()).Parts.ProjectId;

    private async Task<long> TaskOfAsync(Prediction photo)
    {
        await foreach (var page in Client.TasksAsync(await ProjectAsync(), changedSince: null, Cancel))
        {
            foreach (var task in page.Tasks)
            {
                if (task.GetProperty("data").GetProperty("prediction_id").GetString() == photo.Id.ToString())
                    return task.GetProperty("id").GetInt64();
            }
        }

        throw new InvalidOperationException($"There is no task for {photo.Id}.");
    }

    private async Task<long> LabelAsync(Prediction photo, string label) =>
        await PostAsync($"api/tasks/{await TaskOfAsync(photo)}/annotations", new { result = Choice(label), lead_time = 3.2 });

    private async Task<long> PostAsync(string path, object body) =>
        (await Client.SendAsync<JsonElement>(HttpMethod.Post, path, body, Cancel)).GetProperty("id").GetInt64();

    private static JsonArray Choice(string label) =>
        [
            new JsonObject
            {
                ["from_name"] = "label",
                ["to_name"] = "image",
                ["type"] = "choices",
                ["value"] = new JsonObject { ["choices"] = new JsonArray(label) },
            },
        ];
}
