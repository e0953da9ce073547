using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Tests.Unit.Classification;

public sealed class PredictionTests
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    internal static readonly ModelVersion Model = ModelVersion.Register("test", "1", "float", "00", 1, ["a", "b", "c"], Now);

    internal static Prediction Record(Actor maker, DateTimeOffset? at = null, ModelVersion? model = null) =>
        Prediction.Record(
            new StoredPhoto
            {
                UploadSha256 = "u",
                StoredSha256 = "s",
                StoredBytes = 10,
                MediaType = "image/jpeg",
                Extension = ".jpg",
                Width = 4,
                Height = 3,
                FileName = "../lunch.jpg",
            },
            new ClassProbabilities([0.1f, 0.2f, 0.7f]),
            model ?? Model,
            maker,
            TimeSpan.FromMilliseconds(3),
            TimeSpan.FromMilliseconds(5),
            at ?? Now
        );

    [Fact]
    public void The_object_key_follows_from_class_and_id_and_never_from_the_file_name()
    {
        var prediction = Record(Actor.Anonymous);
        Assert.Equal($"class_02/{prediction.Id}.jpg", prediction.ObjectKey);
        Assert.Equal(new ClassLabel(2, "c"), prediction.PredictedClass);
        Assert.Equal(0.7f, prediction.Confidence);
    }

    [Theory]
    [InlineData("lunch.jpg", "lunch.jpg")]
    [InlineData("../../etc/passwd", "../../etc/passwd")]
    [InlineData("a\0b\r\n.jpg", "ab.jpg")]
    [InlineData("Suppe 🍜.jpg", "Suppe 🍜.jpg")]
    [InlineData("half \ud83c.jpg", "half .jpg")]
    [InlineData("\u0001", null)]
    [InlineData(null, null)]
    public void A_file_name_is_kept_as_data_without_what_databases_refuse(string? given, string? kept) =>
        Assert.Equal(kept, StoredPhoto.CleanFileName(given));

    [Fact]
    public void Ids_sort_by_time()
    {
        var ids = Enumerable.Range(0, 50).Select(i => Record(Actor.Anonymous, Now.AddMilliseconds(i)).Id).ToList();
        Assert.Equal(ids.Order(), ids);
    }

    [Fact]
    public void An_answer_of_another_number_of_classes_is_refused() =>
        Assert.Throws<ArgumentException>(() =>
            Prediction.Record(
                Record(Actor.Anonymous).Photo,
                new ClassProbabilities([0.5f, 0.5f]),
                Model,
                Actor.Anonymous,
                TimeSpan.Zero,
                TimeSpan.Zero,
                Now
            )
        );

    [Theory]
    [InlineData(ActorKind.Anonymous, "")]
    [InlineData(ActorKind.Visitor, "0198")]
    [InlineData(ActorKind.ApiKey, "with:colon")]
    public void An_actor_is_read_as_it_was_written(ActorKind kind, string id)
    {
        var actor = new Actor(kind, id);
        Assert.Equal(actor, Actor.Parse(actor.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("visitor")]
    [InlineData("Nobody:1")]
    public void What_is_no_actor_is_refused(string text) => Assert.Throws<FormatException>(() => Actor.Parse(text));

    [Fact]
    public void A_model_needs_two_classes_with_names_of_their_own()
    {
        Assert.Throws<ArgumentException>(() => ModelVersion.Register("m", "1", "float", "00", 1, ["a"], Now));
        Assert.Throws<ArgumentException>(() => ModelVersion.Register("m", "1", "float", "00", 1, ["a", "a"], Now));
        Assert.Equal(new ClassLabel(1, "b"), Model.FindClass("b"));
        Assert.Null(Model.FindClass("B"));
    }

    [Fact]
    public void A_key_is_given_away_only_after_a_day()
    {
        var record = IdempotencyRecord.For("me", "key", Record(Actor.Anonymous));
        Assert.Throws<InvalidOperationException>(() => record.Reuse(Record(Actor.Anonymous, Now.AddHours(24).AddTicks(-1))));
        var later = Record(Actor.Anonymous, Now.AddHours(24));
        record.Reuse(later);
        Assert.Equal((later.Id, later.CreatedAt), (record.PredictionId, record.CreatedAt));
    }
}
