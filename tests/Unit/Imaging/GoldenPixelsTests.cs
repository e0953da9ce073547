using System.Text.Json;

namespace GourmetGram.Tests.Unit.Imaging;

/// <summary>The model was trained on pixels that Pillow decoded and resized: ours must be theirs.</summary>
public sealed class GoldenPixelsTests
{
    private const int Size = 224;

    public static TheoryData<string, string> Cases
    {
        get
        {
            using var cases = JsonDocument.Parse(Photos.Golden("cases.json"));
            var data = new TheoryData<string, string>();
            foreach (var one in cases.RootElement.GetProperty("cases").EnumerateArray())
                data.Add(one.GetProperty("file").GetString()!, one.GetProperty("pixels").GetString()!);
            return data;
        }
    }

    [Fact]
    public void Every_format_and_the_large_progressive_photo_have_a_golden_case() =>
        Assert.Superset(
            new HashSet<string>(
                ["landscape.jpg", "progressive-6mp.jpg", "orientation6.jpg", "alpha.png", "palette.png", "photo.webp"],
                StringComparer.Ordinal
            ),
            Cases.Select(c => c.Data.Item1).ToHashSet(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decoded_pixels_are_those_of_Pillow(string file, string pixels)
    {
        var decoded = Photos.Reader().Decode(Photos.Golden(file), Size, Size);
        var golden = Photos.Golden(pixels);

        Assert.Equal(Size * Size * 3, decoded.Length);
        var differences = decoded.Zip(golden, (a, b) => Math.Abs(a - b)).ToList();
        Assert.InRange(differences.Average(), 0, 1);
        Assert.InRange(differences.Max(), 0, 4);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Removing_metadata_keeps_every_pixel(string file, string pixels)
    {
        Assert.NotEmpty(pixels);
        var reader = Photos.Reader();
        var upload = Photos.Golden(file);

        Assert.Equal(reader.Decode(upload, Size, Size), reader.Decode(reader.RemoveMetadata(upload), Size, Size));
    }
}
