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
            <View>
              <Image name="image" value="$image" />
              <Header value="The model said: $ml_prediction ($confidence)" />
              <Choices name="label" toName="image" choice="single" required="true" showInLine="true">
                <Choice value="Bread" hotkey="1" />
                <Choice value="Crème brûlée &quot;flambée&quot;" hotkey="2" />
                <Choice value="Fish &amp; &lt;Chips&gt;" hotkey="3" />
              </Choices>
              <TextArea name="notes" toName="image" rows="2" required="false" placeholder="Note, if any" />
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
    [InlineData("<View/>", "its label config has no <Choices name=\"label\">")]
    [InlineData("<View><Choices name=\"label\" toName=\"i\"><Choice value=\"A\"/></Choices></View>", "its label config does not offer: B")]
    [InlineData(
        "<View><Choices name=\"label\" toName=\"i\"><Choice value=\"A\"/><Choice value=\"B\"/><Choice value=\"C\"/></Choices></View>",
        "its label config offers what is no class of the model: C"
    )]
    public void Whether_labels_can_be_read_is_told(string config, string? fault) =>
        Assert.Equal(fault, LabelConfig.FindFault(config, ["A", "B"]));

    private static ProjectPlan Plan(bool isBlind, IReadOnlyList<string> classes) =>
        new("lowconfidence", "Low Confidence Review", "", classes, isBlind, 1, HasPictures: false, WebhookAddress: null, "");
}
