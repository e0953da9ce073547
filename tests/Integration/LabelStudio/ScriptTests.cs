using System.Text.Json.Nodes;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Common;
using GourmetGram.Tests.Integration.Fixtures;
using GourmetGram.Tests.Integration.Persistence;

namespace GourmetGram.Tests.Integration.LabelStudio;

public sealed class ScriptsWithTheDouble : ScriptTests;

[OnARealLabelStudio]
public sealed class ScriptsWithARealLabelStudio : ScriptTests;

/// <summary>Class names of every script go to Label Studio and come back, in either Unicode spelling.</summary>
public abstract class ScriptTests : LabelStudioTests
{
    protected override ModelDescription Model { get; } =
        Some.LoadedModel with
        {
            Name = "scripts",
            Labels = ["Caf\u00E9", "寿司", "\u0439огурт", "العربية", "हिन्दी", "🍣 👩🏽‍🍳"],
        };

    [Fact]
    public async Task Names_are_offered_as_choices_and_read_in_either_spelling()
    {
        var photos = await WaitingInLabelStudioAsync(8);
        var project = Assert.Single(LabelStudio.AllProjects);
        Assert.All(Model.Labels, name => Assert.Contains($"value=\"{name}\"", project.LabelConfig, StringComparison.Ordinal));
        var ours = (await OurTaskOfAsync(photos[0])).Id.ToString();
        var key = Assert.Single(await KeysAsync("labelstudio", "tasks/"), key => key.Contains(ours, StringComparison.Ordinal));
        var file = JsonNode.Parse(await (await Store.OpenReadAsync(new ObjectAddress("labelstudio", key), Cancel)).ReadAllAsync())!;
        Assert.Equal(Model.Labels[^1], file["data"]!["ml_prediction"]!.GetValue<string>());

        var ada = LabelStudio.NewPerson("Ada", "", "ada@example.com");
        for (var index = 0; index < Model.Labels.Length; index++)
            await ada.AnnotateAsync(TaskOf(photos[index]), Model.Labels[index]);
        // Written by other programs, whose é and й are two characters.
        await PutAsync($"output/{Loop}/lab-a", Lab(photos[6].ObjectKey, "Cafe\u0301"));
        await PutAsync($"output/{Loop}/lab-b", Lab(photos[7].ObjectKey, "и\u0306огурт"));
        await ProcessAsync();

        int[] expected = [0, 1, 2, 3, 4, 5, 0, 2];
        Assert.Equal(photos.Select((photo, i) => CollectedAs(photo, expected[i])).Order(StringComparer.Ordinal), await DatasetAsync());
    }

    private static string Lab(string key, string choice) =>
        new JsonObject
        {
            ["task"] = new JsonObject { ["data"] = new JsonObject { ["image"] = $"s3://production/{key}" } },
            ["result"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "choices",
                    ["value"] = new JsonObject { ["choices"] = new JsonArray(choice) },
                }
            ),
        }.ToJsonString();
}
