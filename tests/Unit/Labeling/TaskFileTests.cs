using System.Collections.Immutable;
using System.Text;
using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Feedback;
using GourmetGram.Domain.Feedback.Strategies;
using GourmetGram.Domain.Labeling;
using GourmetGram.Tests.Unit.Classification;

namespace GourmetGram.Tests.Unit.Labeling;

/// <summary>What Label Studio can read as a task, as a real one was seen to.</summary>
public sealed class TaskFileTests
{
    [Theory]
    [InlineData("", "The file is empty.")]
    [InlineData("\uFEFF{}", "The file starts with a byte order mark.")]
    [InlineData("{\"data\": {\"image\": ", "The file is not a single JSON object: ")]
    [InlineData("{\"data\": {\"confidence\": NaN}}", "The file is not a single JSON object: ")]
    [InlineData("{}{}", "The file is not a single JSON object: ")]
    [InlineData("[{\"data\": {}}]", "The file contains a list. Write one task to each file.")]
    [InlineData("17", "The file contains a JSON Number, not a JSON object.")]
    [InlineData("\"x\"", "The file contains a JSON String, not a JSON object.")]
    [InlineData("null", "The file contains a JSON Null, not a JSON object.")]
    [InlineData("{\"predictions\": []}", "The task has \"predictions\" but no \"data\".")]
    public void What_would_stop_it_is_found(string content, string fault) =>
        Assert.StartsWith(fault, TaskFile.FindFault(Encoding.UTF8.GetBytes(content)), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"image\": \"x\"}")]
    [InlineData("{\"data\": null}")]
    [InlineData("{\"data\": {\"image\": \"Crème brûlée\"}, \"predictions\": []}")]
    public void What_it_takes_passes(string content) => Assert.Null(TaskFile.FindFault(Encoding.UTF8.GetBytes(content)));

    [Fact]
    public void Bytes_that_are_no_text_are_found() =>
        Assert.Equal("The file is not valid UTF-8.", TaskFile.FindFault(Encoding.Latin1.GetBytes("{\"data\": {\"image\": \"é\"}}")));

    [Fact]
    public void A_blind_task_names_itself_and_nothing_that_leads_to_the_answer()
    {
        var time = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
        var model = ModelVersion.Register("three", "1", "float", new string('a', 64), 1, ["A", "B", "Soup"], time);
        var prediction = PredictionTests.Record(Actor.Anonymous, time, model);
        foreach (var isBlind in new[] { true, false })
        {
            var settings = new LoopSettings(
                true,
                "bucket",
                Surface.LabelStudio,
                isBlind,
                1,
                0,
                ImmutableSortedDictionary<string, string>.Empty
            );
            var selection = Selection.ByRule(
                prediction,
                new LowConfidence(),
                settings,
                "because",
                new KeyedOrder("k", [.. new byte[32]]),
                time,
                isSure: true
            );
            var task = AnnotationTask.For(selection, settings, time);
            var text = Encoding.UTF8.GetString(TaskFile.Write(task, prediction, new LowConfidence().Lab, "https://food.example/media/x"));
            Assert.Contains($"\"task_id\":\"{task.Id}\"", text, StringComparison.Ordinal);
            foreach (var told in new[] { prediction.Id.ToString(), "Soup", "0.7", "class_" })
                Assert.True(!isBlind || !text.Contains(told, StringComparison.Ordinal), $"{told} is in {text}");
            Assert.Equal(!isBlind, text.Contains(prediction.Id.ToString(), StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("tasks/lowconfidence/task0199b0c6-0000-7000-8000-000000000001.json", true)]
    [InlineData("tasks/lowconfidence/task0199b0c6-0000-7000-8000-000000000001.json.json", false)]
    [InlineData("tasks/lowconfidence/task.json", false)]
    [InlineData("tasks/lowconfidence/", false)]
    public void Keys_of_our_own_are_told_from_others(string key, bool isOurs) => Assert.Equal(isOurs, TaskFile.TaskIn(key) is not null);
}
