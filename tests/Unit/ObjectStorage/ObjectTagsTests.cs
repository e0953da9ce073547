using System.Globalization;
using GourmetGram.Application.Common;

namespace GourmetGram.Tests.Unit.ObjectStorage;

/// <summary>What class names become as tags: ASCII, as MinIO wants it.</summary>
public sealed class ObjectTagsTests
{
    [Theory]
    [InlineData("Noodles/Pasta", "Noodles/Pasta")]
    [InlineData("2026-11-23T12:00:00Z a+b=c_d@e.f", "2026-11-23T12:00:00Z a+b=c_d@e.f")]
    [InlineData("Crème brûlée", "Creme brulee")]
    [InlineData("Cre\u0300me bru\u0302le\u0301e", "Creme brulee")]
    [InlineData("Żurek, Łazanki & Phở bò", "Zurek_ Lazanki _ Pho bo")]
    [InlineData("Weißwurst, Smørrebrød, Œufs", "Weisswurst_ Smorrebrod_ OEufs")]
    [InlineData("寿司 🍣", "__ _")]
    [InlineData("a\nb\0c", "a_b_c")]
    [InlineData("", "")]
    public void A_text_becomes_a_value_that_every_server_takes(string text, string value)
    {
        Assert.Equal(value, ObjectTags.ValueOf(text));
        ObjectTags.Require(new Dictionary<string, string>(StringComparer.Ordinal) { ["predicted_class"] = value });
    }

    [Fact]
    public void A_long_text_is_cut_to_what_fits()
    {
        var value = ObjectTags.ValueOf(string.Concat(Enumerable.Repeat("ß", 200)));
        Assert.Equal(256, value.Length);
        ObjectTags.Require(new Dictionary<string, string>(StringComparer.Ordinal) { ["predicted_class"] = value });
    }

    [Theory]
    [InlineData("class", "Crème")]
    [InlineData("class", "寿司")]
    [InlineData("class", "a,b")]
    [InlineData("klasse ä", "a")]
    [InlineData("", "a")]
    public void Other_tags_are_refused(string name, string value) =>
        Assert.Throws<TagsRefusedException>(() =>
            ObjectTags.Require(new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value })
        );

    [Fact]
    public void Too_long_and_too_many_tags_are_refused()
    {
        Assert.Throws<TagsRefusedException>(() =>
            ObjectTags.Require(new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = new('b', 257) })
        );
        Assert.Throws<TagsRefusedException>(() =>
            ObjectTags.Require(
                Enumerable.Range(0, 11).ToDictionary(i => i.ToString(CultureInfo.InvariantCulture), _ => "", StringComparer.Ordinal)
            )
        );
    }
}
