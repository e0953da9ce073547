using GourmetGram.Application.Labeling;
using GourmetGram.Domain.Classification;
using GourmetGram.Domain.Labeling;

namespace GourmetGram.Tests.Unit.Labeling;

public sealed class AnswerChoicesTests
{
    [Theory]
    [InlineData("Soup", AnswerKind.Class, 1)]
    [InlineData("None of these classes", AnswerKind.None, null)]
    [InlineData("Unusable photo", AnswerKind.Unusable, null)]
    [InlineData("None of these classes (not a class)", AnswerKind.None, null)]
    [InlineData("Pizza", null, null)]
    [InlineData("none of these classes", null, null)]
    public void A_chosen_text_means_one_thing(string text, AnswerKind? kind, int? index)
    {
        var answer = AnswerChoices.Read(text, Model("Bread", "Soup"));
        Assert.Equal((kind, index), (answer?.Kind, answer?.ClassIndex));
    }

    [Fact]
    public void A_class_of_the_same_name_is_meant_by_it_and_the_answer_is_called_otherwise()
    {
        string[] classes = ["Unusable photo", "None of these classes", "None of these classes (not a class)"];
        var model = Model(classes);
        Assert.Equal([Answer.Class(0), Answer.Class(1), Answer.Class(2)], classes.Select(name => AnswerChoices.Read(name, model)));
        Assert.Equal(Answer.None, AnswerChoices.Read(AnswerChoices.NoneBeside(classes), model));
        Assert.Equal(Answer.Unusable, AnswerChoices.Read(AnswerChoices.UnusableBeside(classes), model));
    }

    private static ModelVersion Model(params string[] classes) =>
        ModelVersion.Register("m", "1", "float", new string('a', 64), 1, [.. classes], DateTimeOffset.UnixEpoch);
}
