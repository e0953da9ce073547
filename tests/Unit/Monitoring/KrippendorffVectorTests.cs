using System.Text.Json;
using GourmetGram.Domain.Monitoring;

namespace GourmetGram.Tests.Unit.Monitoring;

public sealed class KrippendorffVectorTests
{
    public static TheoryData<string> Cases => VectorCase.NamesOf("krippendorff");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agreement_is_computed_as_in_the_reference(string name)
    {
        var vector = VectorCase.Get("krippendorff", name);

        var result = Agreement.Compute([
            .. vector
                .In.GetProperty("answers")
                .EnumerateArray()
                .Select(photo =>
                    photo
                        .EnumerateArray()
                        .Where(answer => answer.ValueKind != JsonValueKind.Null)
                        .Select(answer => answer.GetInt32())
                        .ToArray()
                ),
        ]);

        vector.AssertOut(
            new Dictionary<string, object?>
            {
                ["alpha"] = result.Alpha,
                ["photos"] = result.Photos,
                ["low"] = result.Low,
                ["high"] = result.High,
            }
        );
    }

    [Fact]
    public void Fewer_than_twenty_photos_have_no_interval()
    {
        var few = Agreement.Compute([.. Repeat(10, 0, 0), .. Repeat(9, 1, 2), .. Repeat(5, 3)]);
        var enough = Agreement.Compute([.. Repeat(10, 0, 0), .. Repeat(10, 1, 2)]);

        Assert.Equal((true, 1, null, null), (few.IsTooFew, few.Needed, few.Low, few.High));
        Assert.Equal((false, 0), (enough.IsTooFew, enough.Needed));
        Assert.True(enough.Low < enough.Alpha && enough.Alpha < enough.High);
    }

    [Fact]
    public void Agreeing_pairs_and_unanimous_photos_are_counted()
    {
        var result = Agreement.Compute([
            [1, 1, 2],
            [3, 3, 3],
            [1, 2],
            [5],
            [],
        ]);

        Assert.Equal((3, 1), (result.Photos, result.UnanimousPhotos));
        Assert.Equal((7, 4), (result.Pairs, result.AgreeingPairs));
        Assert.Equal(4.0 / 7, result.AgreeingShare);
    }

    [Fact]
    public void No_answers_have_no_agreement() => Assert.Equal(new AgreementResult(0, 0, 0, 0, null, null, null), Agreement.Compute([]));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Full_agreement_is_certain(int classes)
    {
        var result = Agreement.Compute([.. Enumerable.Range(0, 30).Select(photo => Enumerable.Repeat(photo % classes, 3).ToArray())]);

        Assert.Equal((1, 1, 1, 1), (result.Alpha, result.Low, result.High, result.AgreeingShare));
    }

    [Fact]
    public void A_single_photo_of_another_class_leaves_an_interval()
    {
        var result = Agreement.Compute([.. Repeat(29, 0, 0), [0, 1]]);

        Assert.InRange(result.Low!.Value, -1, result.Alpha!.Value);
        Assert.InRange(result.High!.Value, result.Alpha.Value, 1);
    }

    private static IEnumerable<int[]> Repeat(int photos, params int[] answers) => Enumerable.Repeat(answers, photos);
}
