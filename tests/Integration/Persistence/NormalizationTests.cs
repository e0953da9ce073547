using System.Globalization;
using System.Text;
using GourmetGram.Domain.Classification;
using GourmetGram.Tests.Integration.Fixtures;
using Npgsql;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>Our own Unicode normalization against that of PostgreSQL, which nobody here wrote.</summary>
public sealed class NormalizationTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_character_that_has_another_spelling_is_normalized_as_PostgreSQL_does()
    {
        var characters = Characters().Select(point => new Rune(point).ToString()).ToList();
        var syllables = Enumerable.Range(0xAC00, 11_172).Select(point => new Rune(point).ToString());
        await AssertSameAsync([.. characters, .. syllables]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Characters_in_any_order_are_normalized_as_PostgreSQL_does(int seed)
    {
        var random = new Random(seed);
        var points = Characters().Concat(Enumerable.Range('a', 26)).Concat(Enumerable.Range(0x1100, 0x100)).ToArray();
        var marks = Enumerable.Range(0x300, 0x70).ToArray();
        var texts = Enumerable
            .Range(0, 20_000)
            .Select(_ =>
                string.Concat(
                    Enumerable
                        .Range(0, random.Next(1, 9))
                        .Select(_ => new Rune(random.Next(3) == 0 ? marks[random.Next(marks.Length)] : points[random.Next(points.Length)]))
                )
            );
        await AssertSameAsync([.. texts]);
    }

    private static async Task AssertSameAsync(string[] texts)
    {
        await using var source = NpgsqlDataSource.Create(await PostgresServer.CreateDatabaseAsync());
        await using var command = source.CreateCommand(
            "SELECT array_agg(normalize(given, NFC) ORDER BY place) FROM unnest($1::text[]) WITH ORDINALITY AS all_given(given, place)"
        );
        command.Parameters.AddWithValue(texts);
        var expected = (string[])(await command.ExecuteScalarAsync(Cancel))!;

        Assert.Equal(texts.Length, expected.Length);
        Assert.Empty(
            texts
                .Zip(expected)
                .Where(pair => ClassName.Normalize(pair.First) != pair.Second)
                .Select(pair => $"{Hex(pair.First)}: expected {Hex(pair.Second)}, found {Hex(ClassName.Normalize(pair.First))}")
                .Take(10)
        );
    }

    /// <summary>The characters of the product's table, and what they decompose to.</summary>
    private static IEnumerable<int> Characters() =>
        from line in File.ReadLines(Repository.PathOf("src", "Domain", "Classification", "CanonicalEquivalence.txt"))
        where !line.StartsWith('#') && !line.Contains(':', StringComparison.Ordinal)
        from word in line.Split(' ')
        where word is not ("=" or ">")
        select int.Parse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static string Hex(string text) => string.Join(' ', text.EnumerateRunes().Select(rune => $"{rune.Value:X}"));
}
