using GourmetGram.Domain.Classification;

namespace GourmetGram.Tests.Unit.Classification;

public sealed class ClassNameTests
{
    [Theory]
    [InlineData("Bread", "Bread")]
    [InlineData("Cafe\u0301", "Caf\u00E9")]
    [InlineData("Caf\u00E9", "Caf\u00E9")]
    [InlineData("и\u0306", "\u0439")]
    [InlineData("か\u3099", "\u304C")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]
    [InlineData("\u0627\u0653", "\u0622")]
    [InlineData("\u212B", "\u00C5")]
    // Marks of two classes in the other order, which Vietnamese keyboards differ in.
    [InlineData("e\u0302\u0323", "\u1EC7")]
    [InlineData("e\u0323\u0302", "\u1EC7")]
    // Two marks of one class keep their order, and a mark behind one of its class is not composed past it.
    [InlineData("a\u0308\u0301", "\u00E4\u0301")]
    [InlineData("a\u0301\u0308", "\u00E1\u0308")]
    // Excluded from composition, as the nukta letters of Hindi are.
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("👩🏽‍🍳", "👩🏽‍🍳")]
    [InlineData("\u0301", "\u0301")]
    public void Equal_names_get_one_spelling(string given, string expected) => Assert.Equal(expected, ClassName.Normalize(given));

    [Theory]
    [InlineData("Cafe\u0301")]
    [InlineData("Caf\u00E9")]
    public void A_class_is_found_in_either_spelling(string name)
    {
        var model = ModelVersion.Register("test", "1", "float", "00", 1, ["Rice", "Cafe\u0301"], PredictionTests.Now);

        Assert.Equal(new ClassLabel(1, "Caf\u00E9"), model.FindClass(name));
        Assert.Null(model.FindClass(name.ToUpperInvariant()));
        Assert.Null(model.FindClass("Cafe"));
    }

    [Theory]
    [InlineData("Crème brûlée")]
    [InlineData("寿司")]
    [InlineData("кириллица")]
    [InlineData("العربية")]
    [InlineData("हिन्दी")]
    [InlineData("🍣")]
    [InlineData("👩🏽‍🍳")]
    [InlineData("Noodles/Pasta")]
    [InlineData("\"quoted\", with comma")]
    public void Names_of_every_script_are_fine(string name) => Assert.Null(ClassName.FindFault(name));

    [Fact]
    public void A_model_with_two_spellings_of_one_class_is_no_model() =>
        Assert.Throws<ArgumentException>(() =>
            ModelVersion.Register("test", "1", "float", "00", 1, ["Caf\u00E9", "Cafe\u0301"], PredictionTests.Now)
        );

    [Fact]
    public void Half_a_surrogate_pair_is_no_character()
    {
        var half = "half " + '\uD83C';

        Assert.Equal("half \uFFFD", ClassName.Normalize(half));
        Assert.NotNull(ClassName.FindFault(half));
    }

    [Fact]
    public void A_name_has_an_end()
    {
        var name = new string('a', ClassName.MostCharacters);

        Assert.Null(ClassName.FindFault(name));
        Assert.Equal("at most 200 characters", ClassName.FindFault(name + 'a'));
        Assert.Equal(0, ClassName.IndexIn([name, "b"], name));
        Assert.Null(ClassName.IndexIn([name, "b"], name + new string('\u0301', 1_000_000)));
    }
}
