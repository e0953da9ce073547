using System.Text;
using GourmetGram.Application.Labeling;

namespace GourmetGram.Tests.Unit.Labeling;

/// <summary>What others wrote, byte by byte as real Label Studios wrote it, and what nobody should have written.</summary>
public sealed class OutputFileTests
{
    public static TheoryData<string, string, string?, string?> Recorded
    {
        get
        {
            var data = new TheoryData<string, string, string?, string?>();
            foreach (var version in new[] { "1.16.0", "1.23.2" })
            {
                data.Add(version, "annotate", "Soup", null);
                data.Add(version, "update", "Bread", null);
                data.Add(version, "delete", "Bread", null);
                data.Add(version, "skip", null, null);
                data.Add(version, "skip-with-result", null, null);
                data.Add(version, "empty", null, null);
                data.Add(version, "no-result", null, null);
                data.Add(version, "ground-truth", "Soup", null);
                data.Add(version, "two-choices", null, "The annotation has 2 classes: Soup, Rice.");
                data.Add(version, "slash-class", "Noodles/Pasta", null);
                data.Add(version, "other-control", "Soup", null);
                data.Add(version, "wrong-choice", "Pizza", null);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void What_Label_Studio_wrote_is_read(string version, string name, string? label, string? fault)
    {
        var annotation = Assert.Single(OutputFile.Read(Object(version, name)));
        Assert.Equal(label, annotation.Choice);
        Assert.Equal(fault, annotation.Fault);
        Assert.NotNull(annotation.AnnotationId);
        Assert.NotNull(annotation.UpdatedAt);
        Assert.Equal("1", annotation.Person);
        Assert.Contains(annotation.Photo, text => text.EndsWith("01997d2e-0000-7000-8000-000000000009.jpg", StringComparison.Ordinal));
        Assert.True(annotation.ShowedAnswer);
    }

    [Fact]
    public void A_byte_order_mark_before_an_output_is_passed_over()
    {
        var plain = Assert.Single(OutputFile.Read(Object("1.23.2", "annotate")));
        var marked = Assert.Single(OutputFile.Read((byte[])[0xEF, 0xBB, 0xBF, .. Object("1.23.2", "annotate")]));
        Assert.Equivalent(plain, marked, strict: true);
    }

    [Theory]
    [InlineData("1.16.0")]
    [InlineData("1.23.2")]
    public void A_task_with_its_annotations_is_read(string version)
    {
        var annotations = OutputFile.Read(Object(version, "future-task"));
        Assert.Equal(2, annotations.Count);
        Assert.All(annotations, annotation => Assert.NotNull(annotation.AnnotationId));
        Assert.Equal("Soup", annotations[0].Choice);
    }

    [Theory]
    [InlineData("\"data\": {\"image\": \"x\", \"ml_prediction\": \"\", \"confidence\": \"\"}", "null", false)]
    [InlineData("\"data\": {\"image\": \"x\", \"ml_prediction\": \"Soup\"}", "null", true)]
    [InlineData("\"data\": {\"image\": \"x\"}", "17", true)]
    public void Whether_the_screen_told_the_answer_is_read(string data, string prediction, bool told)
    {
        var annotation = Assert.Single(
            OutputFile.Read(
                Encoding.UTF8.GetBytes(
                    $"{{\"id\": 1, \"parent_prediction\": {prediction}, \"result\": [{{\"type\": \"choices\", \"value\": {{\"choices\": "
                        + $"[\"Soup\"]}}}}], \"task\": {{{data}}}}}"
                )
            )
        );
        Assert.Equal(told, annotation.ShowedAnswer);
    }

    [Fact]
    public void The_number_and_the_name_of_a_person_are_read_and_the_address_is_not_printed()
    {
        var annotation = Assert.Single(
            OutputFile.Read(
                """{"id": 1, "completed_by": {"id": 7, "first_name": "Grace", "last_name": "Hopper", "email": "grace@example.com"}, "result": [], "task": {"data": {}}}"""u8.ToArray()
            )
        );
        Assert.Equal(("7", "Grace Hopper"), (annotation.Person, annotation.PersonName));
        Assert.Equal("grace@example.com", annotation.Email);
        Assert.DoesNotContain("@", annotation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_note_is_read_beside_the_class() =>
        Assert.Equal("a note", Assert.Single(OutputFile.Read(Object("1.23.2", "other-control"))).Note);

    [Fact]
    public void The_lab_s_own_file_is_read()
    {
        var annotation = Assert.Single(
            OutputFile.Read(
                Encoding.UTF8.GetBytes(
                    """{"task": {"data": {"image": "http://lab:9000/production/class_09/lunch%20today.jpg"}}, "result": [{"type": "choices", "value": {"choices": ["Soup"]}}]}"""
                )
            )
        );
        Assert.Equal("Soup", annotation.Choice);
        Assert.Null(annotation.AnnotationId);
        Assert.True(annotation.ShowedAnswer);
    }

    [Theory]
    [InlineData("", "The file is empty.")]
    [InlineData("{", "The file is not valid JSON: ")]
    [InlineData("not json", "The file is not valid JSON: ")]
    [InlineData("[]", "The file contains a JSON Array, not a JSON object.")]
    [InlineData("3", "The file contains a JSON Number, not a JSON object.")]
    [InlineData("{}", "The annotation has no \"result\".")]
    [InlineData("""{"result": []}""", "The annotation has no \"task\" that identifies the photo.")]
    [InlineData("""{"result": [], "task": {"data": null}}""", "The task has no \"data\" that identifies the photo.")]
    [InlineData("""{"data": {}, "annotations": []}""", "The task has no annotations.")]
    [InlineData("""{"data": {}, "annotations": [3]}""", "An annotation is not a JSON object.")]
    [InlineData(
        """{"result": [{"type": "choices", "value": {"choices": ["\ud800"]}}], "task": {"data": {}}}""",
        "The file contains text that is not valid Unicode: "
    )]
    public void What_is_no_label_is_refused_with_the_reason(string content, string reason) =>
        Assert.StartsWith(
            reason,
            Assert.Throws<FormatException>(() => OutputFile.Read(Encoding.UTF8.GetBytes(content))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Too_many_bytes_are_refused() => Assert.Throws<FormatException>(() => OutputFile.Read(new byte[OutputFile.MostBytes + 1]));

    private static byte[] Object(string version, string name) =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "outputs", version, $"{name}-object.json"));
}
