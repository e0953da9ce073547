using System.Collections.Immutable;
using GourmetGram.Application.Classification;
using GourmetGram.Domain.Classification;

namespace GourmetGram.Tests.Integration.Persistence;

/// <summary>Entities as use cases make them, where a test does not care what is in them.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Time = new(2026, 11, 23, 12, 0, 0, 123, TimeSpan.Zero);

    public static readonly Actor Visitor = new(ActorKind.Visitor, "v1");

    public static readonly ImmutableArray<string> Labels = ["Bread", "Crème brûlée \"flambée\"", "Soup"];

    public static ModelDescription LoadedModel { get; } =
        new("three", "1", "float", new string('a', 64), 1.25, Labels, 224, 224, EmbeddingSize: null, Validation: null);

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

    public static Prediction Prediction(
        ModelVersion model,
        DateTimeOffset? time = null,
        Actor? maker = null,
        string? fileName = "soup.jpg"
    ) =>
        Domain.Classification.Prediction.Record(
            new StoredPhoto(new string('b', 64), new string('c', 64), 12_345_678_901, "image/jpeg", ".jpg", 4000, 3000, fileName),
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
