using System.Buffers.Binary;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Tests.Unit.Retraining;

/// <summary>Groups of related photos, and the splits of groups.</summary>
public sealed class PhotoGroupsTests
{
    private const int Dimensions = 37;

    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Equal_uploads_and_equal_stored_photos_are_one_group_with_the_smallest_hash()
    {
        Assert.Equal(["a", "a", "c", "a"], Find(Photo("b", upload: "1"), Photo("a", upload: "1"), Photo("c"), Photo("b", upload: "4")));
    }

    [Fact]
    public void Photos_of_a_person_chain_while_no_pause_is_longer_than_an_hour()
    {
        Assert.Equal(
            ["a", "a", "a", "d", "e", "f", "f"],
            Find(
                Photo("a", person: "ada", minute: 0),
                Photo("b", person: "ada", minute: 60),
                Photo("c", person: "ada", minute: 119),
                Photo("d", person: "ada", minute: 180),
                Photo("e", person: "bob", minute: 60),
                Photo("f", minute: 60, upload: "same"),
                Photo("g", minute: 61, upload: "same")
            )
        );
        Assert.Equal(["a", "b"], Find(Photo("a", minute: 0), Photo("b", minute: 0)));
    }

    [Fact]
    public void Only_embeddings_of_one_backbone_with_a_cosine_of_at_least_0_98_are_similar()
    {
        var first = Enumerable.Range(0, Dimensions).Select(i => i == 0 ? 1f : 0f).ToArray();
        float[] At(double cosine, int side = 1) =>
            [(float)(5 * cosine), (float)(5 * side * Math.Sqrt(1 - (cosine * cosine))), .. Enumerable.Repeat(0f, Dimensions - 2)];
        Assert.Equal(
            ["a", "a", "c", "d", "e", "f", "g"],
            Find(
                Photo("a", embedding: first),
                Photo("b", embedding: At(0.985)),
                Photo("c", embedding: At(0.97, side: -1)),
                Photo("d", embedding: first, backbone: "other"),
                Photo("e", embedding: [.. first, 0]),
                Photo("f", embedding: Enumerable.Repeat(float.NaN, Dimensions).ToArray()),
                Photo("g", embedding: new float[Dimensions])
            )
        );
    }

    [Fact]
    public void Seven_hundred_photos_in_any_order_give_the_same_groups_as_a_comparison_of_all_pairs()
    {
        var random = new Random(20261130);
        var centres = Enumerable.Range(0, 300).Select(_ => Values(random)).ToList();
        var photos = Enumerable
            .Range(0, 700)
            .Select(i =>
            {
                var centre = centres[random.Next(centres.Count)];
                var noise = Values(random);
                return Photo($"{i:000}", embedding: [.. centre.Zip(noise, (c, n) => c + (0.1f * n))]);
            })
            .ToArray();
        var groups = Find(photos);
        Assert.InRange(groups.Distinct(StringComparer.Ordinal).Count(), 100, 500);
        // Groups are connected components, so every similar pair shares one, and each group is connected by similar pairs.
        for (var i = 0; i < photos.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (Cosine(photos[i], photos[j]) >= PhotoGroups.SimilarFrom)
                    Assert.Equal(groups[i], groups[j]);
            }
        }

        foreach (var group in Enumerable.Range(0, photos.Length).GroupBy(i => groups[i], StringComparer.Ordinal).Where(g => g.Count() > 1))
            Assert.All(group, i => Assert.Contains(group, j => j != i && Cosine(photos[i], photos[j]) >= PhotoGroups.SimilarFrom));

        var shuffled = photos.ToArray();
        random.Shuffle(shuffled);
        var again = Find(shuffled);
        var expected = photos.Zip(groups).ToDictionary(pair => pair.First.StoredSha256, pair => pair.Second);
        Assert.All(shuffled.Zip(again), pair => Assert.Equal(expected[pair.First.StoredSha256], pair.Second));
    }

    [Fact]
    public void Splits_have_their_shares_and_depend_on_nothing_but_seed_and_group()
    {
        var options = new DatasetOptions
        {
            Loops = ["a"],
            TrainShare = 0.7,
            TuneShare = 0.2,
        };
        var groups = Enumerable.Range(0, 20_000).Select(i => $"{i:x64}").ToList();
        var splits = groups.Select(group => DatasetSplits.Of(options, group)).ToList();
        Assert.InRange(splits.Count(split => split == DatasetSplit.Train), 13_800, 14_200);
        Assert.InRange(splits.Count(split => split == DatasetSplit.Tune), 3_850, 4_150);
        Assert.Equal(splits, groups.Select(group => DatasetSplits.Of(options with { Loops = ["b"], IncludeSuspects = true }, group)));
        Assert.NotEqual(splits, groups.Select(group => DatasetSplits.Of(options with { Seed = "other" }, group)));
        // A larger training share moves groups to training and none away from it.
        var larger = groups.Select(group => DatasetSplits.Of(options with { TrainShare = 0.8, TuneShare = 0.1 }, group)).ToList();
        Assert.All(splits.Zip(larger), pair => Assert.False(pair is (DatasetSplit.Train, not DatasetSplit.Train)));
        Assert.All(groups, group =>
            Assert.Equal(DatasetSplit.Train, DatasetSplits.Of(options with { TrainShare = 1, TuneShare = 0 }, group))
        );
    }

    private static IReadOnlyList<string> Find(params RelatedPhoto[] photos) =>
        PhotoGroups.Find(photos, TestContext.Current.CancellationToken);

    private static RelatedPhoto Photo(
        string stored,
        string? upload = null,
        string? person = null,
        int minute = 0,
        float[]? embedding = null,
        string backbone = "backbone"
    ) =>
        new(stored, upload ?? $"upload of {stored}", person, Noon.AddMinutes(minute), embedding is null ? null : backbone, Half(embedding));

    private static byte[] Half(float[]? values)
    {
        var bytes = new byte[2 * (values?.Length ?? 0)];
        foreach (var (i, value) in (values ?? []).Index())
            BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(2 * i), (Half)value);
        return bytes;
    }

    private static float[] Values(Random random) => [.. Enumerable.Range(0, Dimensions).Select(_ => (float)(random.NextDouble() - 0.5))];

    private static double Cosine(RelatedPhoto one, RelatedPhoto other)
    {
        var (dot, left, right) = (0.0, 0.0, 0.0);
        for (var i = 0; i < one.Embedding.Length; i += 2)
        {
            var x = (double)BinaryPrimitives.ReadHalfLittleEndian(one.Embedding.Span[i..]);
            var y = (double)BinaryPrimitives.ReadHalfLittleEndian(other.Embedding.Span[i..]);
            (dot, left, right) = (dot + (x * y), left + (x * x), right + (y * y));
        }

        return dot / Math.Sqrt(left * right);
    }
}
