using System.Collections.Immutable;
using GourmetGram.Domain.Retraining;
using GourmetGram.Infrastructure.Onnx;

namespace GourmetGram.Tests.Unit.Retraining;

/// <summary>The bundled model's reference set and head.</summary>
internal static class Reference
{
    private static readonly Lazy<ModelArtifact> Model = new(() => ModelArtifact.Read(new ModelOptions().DirectoryPath, "float"));

    private static readonly Lazy<ReferencePhotos> Set = new(() => ReferenceReader.Read(Model.Value.Directory, Model.Value.Manifest)!);

    public static ImmutableArray<string> Labels => Model.Value.Manifest.Labels;

    public static double Temperature => Model.Value.Variant.Temperature;

    public static string Backbone => Model.Value.Variant.Sha256;

    public static ReferencePhotos Photos => Set.Value;

    public static LinearHead Champion { get; } = OnnxHead.Find(Model.Value).Head;

    public static HeadTrainingRequest Request(params IEnumerable<TrainingPhoto> photos) =>
        new()
        {
            Labels = Labels,
            Backbone = Backbone,
            Photos = [.. photos],
            Reference = Photos,
            Champion = Champion,
            Temperature = Temperature,
        };

    /// <summary>Share of photos for which the head names the class.</summary>
    public static double Accuracy(this LinearHead head, IEnumerable<TrainingPhoto> photos) =>
        photos.Average(photo => head.IsRight(photo) ? 1 : 0);

    /// <summary>Index of the class that the head names.</summary>
    public static int Classify(this LinearHead head, TrainingPhoto photo)
    {
        var logits = new float[head.Classes];
        head.Logits(photo.Embedding.AsSpan(), logits);
        return logits.IndexOf(logits.Max());
    }

    private static bool IsRight(this LinearHead head, TrainingPhoto photo) => head.Classify(photo) == photo.Class;
}
