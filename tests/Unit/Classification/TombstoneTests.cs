using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Tests.Unit.Classification;

public sealed class TombstoneTests
{
    [Fact]
    public void A_tombstone_forgets_what_the_photo_showed_once_its_images_are_gone()
    {
        var now = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
        var model = ModelVersion.Register("three", "1", "float", new string('a', 64), 1, ["a", "b", "c"], now);
        var photo = new StoredPhoto
        {
            UploadSha256 = new string('b', 64),
            StoredSha256 = new string('c', 64),
            StoredBytes = 1,
            MediaType = "image/png",
            Extension = ".png",
            Width = 1,
            Height = 1,
            FileName = null,
        };
        var prediction = Prediction.Record(
            photo,
            new ClassProbabilities([0.1f, 0.2f, 0.7f]),
            model,
            Actor.Anonymous,
            TimeSpan.Zero,
            TimeSpan.Zero,
            now
        );

        var tombstone = Tombstone.For(prediction, now.AddDays(1));

        Assert.Equal((prediction.Id, now, now.AddDays(1)), (tombstone.Id, tombstone.CreatedAt, tombstone.ErasedAt));
        Assert.Equal((false, $"class_02/{prediction.Id}.png"), (tombstone.ImagesRemoved, tombstone.ObjectKey));
        tombstone.MarkImagesRemoved();
        Assert.Equal((true, null), (tombstone.ImagesRemoved, tombstone.ObjectKey));
        Assert.Throws<InvalidOperationException>(tombstone.MarkImagesRemoved);
    }
}
