using System.Text;
using GourmetGram.Application.Labeling;

namespace GourmetGram.Tests.Unit.Labeling;

/// <summary>What Label Studio can read as a task, as a real one was seen to.</summary>
public sealed class TaskFileTests
{
    [Theory]
    [InlineData("", "It is empty.")]
    [InlineData("\uFEFF{}", "It begins with a byte order mark.")]
    [InlineData("{\"data\": {\"image\": ", "It is not one JSON object: ")]
    [InlineData("{\"data\": {\"confidence\": NaN}}", "It is not one JSON object: ")]
    [InlineData("{}{}", "It is not one JSON object: ")]
    [InlineData("[{\"data\": {}}]", "It holds a list: write one task to each file.")]
    [InlineData("17", "It holds Number, not a JSON object.")]
    [InlineData("\"x\"", "It holds String, not a JSON object.")]
    [InlineData("null", "It holds Null, not a JSON object.")]
    [InlineData("{\"predictions\": []}", "It has \"predictions\", but no \"data\".")]
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
        Assert.Equal("It is not UTF-8.", TaskFile.FindFault(Encoding.Latin1.GetBytes("{\"data\": {\"image\": \"é\"}}")));

    [Theory]
    [InlineData("tasks/lowconfidence/task0199b0c6-0000-7000-8000-000000000001.json", true)]
    [InlineData("tasks/lowconfidence/task0199b0c6-0000-7000-8000-000000000001.json.json", false)]
    [InlineData("tasks/lowconfidence/task.json", false)]
    [InlineData("tasks/lowconfidence/", false)]
    public void Keys_of_our_own_are_told_from_others(string key, bool isOurs) => Assert.Equal(isOurs, TaskFile.TaskIn(key) is not null);
}
