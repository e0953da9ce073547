using GourmetGram.Domain.Classification;

namespace GourmetGram.Tests.Unit.Classification;

public sealed class PhotoTagsTests
{
    [Fact]
    public void Tags_are_sorted_by_key_and_compared_by_content()
    {
        var tags = PhotoTags.Parse(["site=north", "a.b-c_9=x=y", "kiosk=1"])!;
        Assert.Equal(["a.b-c_9=x=y", "kiosk=1", "site=north"], tags.Texts);
        Assert.Equal("a.b-c_9=x=y, kiosk=1, site=north", tags.ToString());
        Assert.True(tags.Contains("kiosk=1"));
        Assert.False(tags.Contains("kiosk=2"));
        var same = PhotoTags.Parse(["kiosk=1", "site=north", "a.b-c_9=x=y"])!;
        Assert.Equal(tags, same);
        Assert.Equal(tags.GetHashCode(), same.GetHashCode());
        Assert.Equal(tags, PhotoTags.Restore(tags.Values));
        Assert.NotEqual(tags, PhotoTags.Parse(["kiosk=1"]));
    }

    [Fact]
    public void No_tags_are_null() => Assert.Null(PhotoTags.Parse([]));

    [Fact]
    public void Adding_a_tag_changes_no_other_object()
    {
        var one = PhotoTags.Add(tags: null, "kiosk=1");
        var two = PhotoTags.Add(one, "site=north");
        Assert.Equal((1, 2), (one.Values.Count, two.Values.Count));
    }

    [Fact]
    public void A_value_has_one_spelling()
    {
        Assert.Equal(PhotoTags.Parse(["place=Caf\u00e9"]), PhotoTags.Parse(["place=Cafe\u0301"]));
        Assert.Equal("Caf\u00e9", PhotoTags.Parse(["place=Cafe\u0301"])!.Values["place"]);
    }

    [Fact]
    public void The_longest_tags_and_ten_of_them_are_allowed()
    {
        var longest = $"{new string('k', 40)}={string.Concat(Enumerable.Repeat("🍜", 100))}";
        Assert.Equal([longest], PhotoTags.Parse([longest])!.Texts);
        var ten = Enumerable.Range(0, 10).Select(i => $"key{i}=1").ToList();
        Assert.Equal(10, PhotoTags.Parse(ten)!.Values.Count);
        Assert.Contains("at most 10", FaultOf([.. ten, "one.more=1"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kiosk", "'kiosk' is not a tag. Write it as key=value")]
    [InlineData("", "'' is not a tag")]
    [InlineData("=1", "'' is not the key of a tag")]
    [InlineData("Kiosk=1", "'Kiosk' is not the key of a tag. Use 1 to 40 of the characters")]
    [InlineData("my kiosk=1", "is not the key of a tag")]
    [InlineData("kiösk=1", "is not the key of a tag")]
    [InlineData("kiosk=", "The value of the tag 'kiosk' is not valid. Use 1 to 100 characters")]
    [InlineData("kiosk=a\nb", "The value of the tag 'kiosk'")]
    [InlineData("kiosk=a\u0085b", "The value of the tag 'kiosk'")]
    [InlineData("kiosk=half \ud83c", "The value of the tag 'kiosk'")]
    [InlineData("two\nlines", "'twolines' is not a tag")]
    public void An_invalid_tag_is_refused_with_what_to_do(string text, string words) =>
        Assert.Contains(words, FaultOf(text), StringComparison.Ordinal);

    [Fact]
    public void A_long_key_a_long_value_and_a_repeated_key_are_refused()
    {
        Assert.Contains($"'{new string('k', 41)}'", FaultOf($"{new string('k', 41)}=1"), StringComparison.Ordinal);
        Assert.Contains("1 to 100 characters", FaultOf($"kiosk={new string('v', 101)}"), StringComparison.Ordinal);
        Assert.Contains("'kiosk' is given more than once", FaultOf("kiosk=1", "kiosk=1"), StringComparison.Ordinal);
        Assert.InRange(FaultOf(new string('x', 10_000)).Length, 1, 200);
    }

    [Fact]
    public void A_prediction_has_the_tags_of_its_upload()
    {
        var tags = PhotoTags.Parse(["kiosk=1"]);
        var plain = PredictionTests.Record(Domain.Access.Actor.Anonymous);
        Assert.Null(plain.Tags);
        var tagged = Prediction.Record(
            plain.Photo,
            plain.Probabilities,
            plain.Model,
            plain.Maker,
            TimeSpan.Zero,
            TimeSpan.Zero,
            PredictionTests.Now,
            tags
        );
        Assert.Equal(tags, tagged.Tags);
    }

    private static string FaultOf(params string[] texts) => Assert.Throws<FormatException>(() => PhotoTags.Parse(texts)).Message;
}
