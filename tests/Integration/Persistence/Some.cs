using System.Collections.Immutable;
using GourmetGram.Application.Classification;
using GourmetGram.Application.Feedback;
using GourmetGram.Domain.Access;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>Entities as use cases make them, where a test does not care what is in them.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Time = new(2026, 11, 23, 12, 0, 0, 123, TimeSpan.Zero);

    public static readonly Actor Visitor = new(ActorKind.Visitor, "v1");

    public static readonly ImmutableArray<string> Labels = ["Bread", "Crème brûlée \"flambée\"", "Soup"];

    public static ModelDescription LoadedModel { get; } =
        new()
        {
            Name = "three",
            Version = "1",
            Variant = "float",
            Sha256 = new string('a', 64),
            Backbone = new string('a', 64),
            Temperature = 1.25,
            Labels = Labels,
            InputWidth = 224,
            InputHeight = 224,
            EmbeddingSize = null,
            Validation = null,
        };

    public static ModelVersion Model(DateTimeOffset? time = null) =>
        ModelVersion.Register(
            LoadedModel.Name,
            LoadedModel.Version,
            LoadedModel.Variant,
            LoadedModel.Sha256,
            LoadedModel.Temperature,
            LoadedModel.Labels,
            time ?? Time
        );

    /// <summary>A small JPEG without a name.</summary>
    public static StoredPhoto Jpeg(string uploadSha256, long bytes) =>
        new()
        {
            UploadSha256 = uploadSha256,
            StoredSha256 = new string('c', 64),
            StoredBytes = bytes,
            MediaType = "image/jpeg",
            Extension = ".jpg",
            Width = 40,
            Height = 30,
            FileName = null,
        };

    /// <summary>A change of a loop that changes nothing yet: a test says what, in a copy of it.</summary>
    public static ConfigureLoop.Command ChangeOf(string loop) => new() { Name = loop, By = "Ada" };

    public static Prediction Prediction(
        ModelVersion model,
        DateTimeOffset? time = null,
        Actor? maker = null,
        string? fileName = "soup.jpg"
    ) =>
        Domain.Classification.Prediction.Record(
            new StoredPhoto
            {
                UploadSha256 = new string('b', 64),
                StoredSha256 = new string('c', 64),
                StoredBytes = 12_345_678_901,
                MediaType = "image/jpeg",
                Extension = ".jpg",
                Width = 4000,
                Height = 3000,
                FileName = fileName,
            },
            new ClassProbabilities([0.1f, 0.2f, 0.7f]),
            model,
            maker ?? Visitor,
            TimeSpan.FromMicroseconds(12_345),
            TimeSpan.FromMicroseconds(678),
            time ?? Time
        );
}

/// <summary>A loaded model; nothing is classified.</summary>
internal sealed class ThreeClasses : IClassifier
{
    public ModelDescription Model => Some.LoadedModel;

    public IModelLease Lease() => throw new NotSupportedException();
}
