using System.Text;
using GourmetGram.Application.Common;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Labeling;
using GourmetGram.Tests.Integration.Fixtures;

namespace GourmetGram.Tests.Integration.LabelStudio;

public sealed class ImportWithTheDouble : ImportTests;

[OnARealLabelStudio]
public sealed class ImportWithARealLabelStudio : ImportTests;

/// <summary>Tasks on their way into Label Studio, whatever stands between them.</summary>
public abstract class ImportTests : LabelStudioTests
{
    /// <summary>Objects that keep Label Studio from all that come after, each in its own way.</summary>
    private static readonly (string Name, byte[] Content)[] Poison =
    [
        ("a-empty", []),
        ("b-cut", "{\"data\": {\"image\": "u8.ToArray()),
        ("c-number", "17"u8.ToArray()),
        ("d-text", "\"task\""u8.ToArray()),
        ("e-mark", [0xEF, 0xBB, 0xBF, .. "{\"data\": {\"image\": \"x\"}}"u8]),
        ("f-latin", [.. "{\"data\": {\"image\": \""u8, 0xE9, .. "\"}}"u8]),
        ("g-nan", "{\"data\": {\"image\": \"x\", \"confidence\": NaN}}"u8.ToArray()),
        ("h-two", "{\"data\": {\"image\": \"x\"}}{\"data\": {\"image\": \"y\"}}"u8.ToArray()),
        ("i-predictions", "{\"predictions\": []}"u8.ToArray()),
        ("z-last", "null"u8.ToArray()),
    ];

    [Fact]
    public async Task Objects_that_cannot_be_read_are_found_and_the_rest_comes_in()
    {
        await SwitchAsync(Surface.LabelStudio);
        var photos = await PhotosAsync(6);
        await PublishAsync();
        foreach (var (name, content) in Poison)
            await Store.PutAsync(new ObjectAddress("labelstudio", $"tasks/lowconfidence/{name}.json"), content, "application/json", Cancel);
        await PutAsync("tasks/lowconfidence/b-good.json", """{"data": {"image": "http://elsewhere/x.jpg"}}""");
        await PutAsync("tasks/lowconfidence/notes.txt", "no task");

        var synced = await SyncAsync();
        Assert.Equal(Poison.Length, synced.Quarantined);
        Assert.Equal(7, LabelStudio.AllTasks.Count);
        Assert.All(photos, photo => Assert.Single(TasksOf(photo)));
        var quarantined = await KeysAsync("labelstudio", "quarantine/");
        Assert.Equal(
            Poison.SelectMany(way =>
                new[] { $"quarantine/lowconfidence/{way.Name}.json", $"quarantine/lowconfidence/{way.Name}.json.reason.txt" }
            ),
            quarantined
        );
        var reason = Encoding.UTF8.GetString(
            await (await Store.OpenReadAsync(new ObjectAddress("labelstudio", quarantined[1]), Cancel)).ReadAllAsync()
        );
        Assert.StartsWith("Label Studio cannot read it as a task. The file is empty.", reason, StringComparison.Ordinal);
        Assert.Equal((0, 0), ((await SyncAsync()).Quarantined, (await SyncAsync()).Made));
        Assert.Contains(await DoctorAsync(), finding =>
            finding.Kind == FindingKind.Warning
            && finding.What.StartsWith($"{Poison.Length} objects are in quarantine", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Many_tasks_come_in_page_by_page()
    {
        var count = Environment.GetEnvironmentVariable("GOURMETGRAM_TEST_LONG") == "1" ? 10_000 : 450;
        await WaitingInLabelStudioAsync(count);
        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        foreach (var task in LabelStudio.AllTasks.Where((_, i) => i % 50 == 0).ToList())
            await ada.AnnotateAsync(task.Id, "Bread");
        var synced = await SyncAsync();
        Assert.Equal((0, (count + 49) / 50), (synced.Made, synced.Outcomes[OutputOutcome.Labelled]));
    }
}
