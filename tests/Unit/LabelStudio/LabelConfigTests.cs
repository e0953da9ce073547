using GourmetGram.Application.Labeling;
using GourmetGram.Infrastructure.LabelStudio;

namespace GourmetGram.Tests.Unit.LabelStudio;

/// <summary>What annotators see. The text is the promise: another one makes each installation change its projects.</summary>
public sealed class LabelConfigTests
{
    private static readonly string[] Classes = ["Bread", "Crème brûlée \"flambée\"", "Fish & <Chips>"];

    [Fact]
    public void A_loop_that_is_not_blind_shows_what_the_model_had_said() =>
        Assert.Equal(
            """
            <View style="display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start">
              <View style="flex: 3 1 16rem; min-width: 0">
                <Image name="image" value="$image" maxHeight="calc(100vh - 194px)" />
              </View>
              <View style="flex: 1 1 11rem">
                <Header value="The model said: $ml_prediction ($confidence)" />
                <Choices name="label" toName="image" choice="single" required="true">
                  <Choice value="Bread" hotkey="1" />
                  <Choice value="Crème brûlée &quot;flambée&quot;" hotkey="2" />
                  <Choice value="Fish &amp; &lt;Chips&gt;" hotkey="3" />
                  <Choice value="None of these classes" hotkey="w" />
                  <Choice value="Unusable photo" hotkey="e" />
                </Choices>
                <TextArea name="notes" toName="image" rows="2" required="false" placeholder="Note, if any" />
              </View>
            </View>
            """,
            LabelConfig.Write(Plan(isBlind: false, Classes))
        );

    [Fact]
    public void A_blind_one_shows_nothing_of_it()
    {
        var config = LabelConfig.Write(Plan(isBlind: true, Classes));
        Assert.False(LabelConfig.ShowsAnswer(config));
        Assert.True(LabelConfig.ShowsAnswer(LabelConfig.Write(Plan(isBlind: false, Classes))));
    }

    [Fact]
    public void Classes_beyond_the_keys_have_none()
    {
        var config = LabelConfig.Write(Plan(isBlind: true, [.. Enumerable.Range(0, 25).Select(i => $"c{i}")]));
        Assert.Contains("<Choice value=\"c9\" hotkey=\"0\" />", config, StringComparison.Ordinal);
        Assert.Contains("<Choice value=\"c19\" hotkey=\"p\" />", config, StringComparison.Ordinal);
        Assert.Contains("<Choice value=\"c20\" />", config, StringComparison.Ordinal);
        Assert.Contains("<Choice value=\"None of these classes\" />", config, StringComparison.Ordinal);
    }

    [Fact]
    public void The_answers_that_are_no_class_have_the_keys_behind_the_last_class()
    {
        var config = LabelConfig.Write(Plan(isBlind: true, [.. Enumerable.Range(0, 14).Select(i => $"c{i}")]));
        Assert.Contains("<Choice value=\"c13\" hotkey=\"r\" />", config, StringComparison.Ordinal);
        Assert.Contains("<Choice value=\"None of these classes\" hotkey=\"t\" />", config, StringComparison.Ordinal);
        Assert.Contains("<Choice value=\"Unusable photo\" hotkey=\"y\" />", config, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_that_has_the_name_of_such_an_answer_stays_a_class()
    {
        var config = LabelConfig.Write(Plan(isBlind: true, ["None of these classes", "Soup", "None of these classes (not a class)"]));
        Assert.Contains("<Choice value=\"None of these classes\" hotkey=\"1\" />", config, StringComparison.Ordinal);
        Assert.Contains(
            "<Choice value=\"None of these classes (not a class) (not a class)\" hotkey=\"w\" />",
            config,
            StringComparison.Ordinal
        );
        Assert.Null(LabelConfig.FindFault(config, ["None of these classes", "Soup", "None of these classes (not a class)"]));
    }

    [Fact]
    public void White_space_makes_no_difference_and_what_is_no_XML_is_another()
    {
        var config = LabelConfig.Write(Plan(isBlind: true, Classes));
        Assert.True(LabelConfig.IsSame(config.ReplaceLineEndings("").Replace("  ", "", StringComparison.Ordinal), config));
        Assert.False(LabelConfig.IsSame("<View>", config));
        Assert.False(LabelConfig.IsSame(null, config));
    }

    [Theory]
    [InlineData("<View><Choices name=\"food_type\" toName=\"i\"><Choice value=\"A\"/><Choice value=\"B\"/></Choices></View>", null)]
    [InlineData("<View><Choices name=\"whatever\" toName=\"i\"><Choice value=\"A\"/><Choice value=\"B\"/></Choices></View>", null)]
    [InlineData(
        "<View><Choices name=\"x\" toName=\"i\"/><Choices name=\"y\" toName=\"i\"/></View>",
        "its label config has no <Choices name=\"label\">"
    )]
    [InlineData(
        "<View><Choices name=\"label\"><Choice value=\"A\"/><Choice value=\"B\"/>"
            + "<Choice value=\"None of these classes\"/></Choices></View>",
        null
    )]
    [InlineData("<View/>", "its label config has no <Choices name=\"label\">")]
    [InlineData("<View><Choices name=\"label\" toName=\"i\"><Choice value=\"A\"/></Choices></View>", "its label config does not offer: B")]
    [InlineData(
        "<View><Choices name=\"label\" toName=\"i\"><Choice value=\"A\"/><Choice value=\"B\"/><Choice value=\"C\"/></Choices></View>",
        "its label config offers choices that are not classes: C"
    )]
    public void Whether_labels_can_be_read_is_told(string config, string? fault) =>
        Assert.Equal(fault, LabelConfig.FindFault(config, ["A", "B"]));

    private static ProjectPlan Plan(bool isBlind, IReadOnlyList<string> classes) =>
        new()
        {
            Loop = "lowconfidence",
            Title = "Low Confidence Review",
            Description = "",
            Classes = classes,
            IsBlind = isBlind,
            Votes = 1,
            HasPictures = false,
            WebhookAddress = null,
            WebhookSecret = "",
        };
}
