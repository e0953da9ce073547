using System.Collections.Immutable;
using System.Security.Cryptography;
using GourmetGram.Application.Retraining;
using GourmetGram.Domain.Retraining;
using Microsoft.Extensions.Options;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// Reads the reference set that the installed model's manifest names: a safetensors file with <c>replay_embeddings</c>,
/// <c>replay_labels</c>, <c>holdout_embeddings</c> and <c>holdout_labels</c>.
/// </summary>
internal sealed class ReferenceReader(IOptions<ModelOptions> options) : IReferenceReader
{
    private const string OtherCopy = "Copy the model folder again, complete and unchanged.";

    public ReferencePhotos? Read()
    {
        var directory = options.Value.DirectoryPath;
        try
        {
            return Read(directory, ModelManifest.Read(Path.Combine(directory, ModelManifest.FileName)));
        }
        catch (ModelException e)
        {
            throw new UnusableModelException(e.Message, e);
        }
    }

    /// <exception cref="ModelException">The file is missing, was changed, or is not a reference set of this model.</exception>
    public static ReferencePhotos? Read(string directory, ModelManifest manifest)
    {
        if (manifest.Reference is not { } reference)
            return null;
        var path = Path.Combine(directory, reference.File);
        if (!File.Exists(path))
            throw new ModelException(path, $"the reference set that {ModelManifest.FileName} names", "no such file", OtherCopy);
        var content = File.ReadAllBytes(path);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        if (!sha256.Equals(reference.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new ModelException(path, $"SHA-256 {reference.Sha256} as in {ModelManifest.FileName}", sha256, OtherCopy);
        try
        {
            var file = SafeTensors.Read(content);
            var backbone = manifest.Variants.GetValueOrDefault(ModelVariant.Float) ?? manifest.Variants[manifest.Default];
            var parts = new Parts(file, manifest.Labels.Length, manifest.Outputs.EmbeddingSize, backbone.Sha256.ToLowerInvariant());
            return new ReferencePhotos(parts.Read("replay"), parts.Read("holdout"));
        }
        catch (InvalidDataException e)
        {
            throw new ModelException(path, "a reference set of this model", e.Message, OtherCopy, e);
        }
    }

    private sealed class Parts(SafeTensors file, int classes, int? size, string backbone)
    {
        public ImmutableArray<TrainingPhoto> Read(string part)
        {
            var labels = file.ReadIntegers($"{part}_labels", SafeTensors.AnySize);
            var numbers = file.ReadSingles($"{part}_embeddings", labels.Length, size ?? SafeTensors.AnySize);
            if (labels.Any(label => label < 0 || label >= classes))
                throw new InvalidDataException($"{part}_labels has a label outside the {classes} classes.");
            if (!numbers.All(float.IsFinite))
                throw new InvalidDataException($"{part}_embeddings has numbers that are not finite.");
            var length = labels.Length == 0 ? 0 : numbers.Length / labels.Length;
            ImmutableArray<ImmutableArray<double>> targets =
            [
                .. Enumerable.Range(0, classes).Select(label => TrainingPhoto.OneHot(label, classes)),
            ];
            return
            [
                .. labels.Select(
                    (label, i) =>
                        new TrainingPhoto([.. numbers.AsSpan(i * length, length)], targets[(int)label], 1, $"{part} {i}", backbone)
                ),
            ];
        }
    }
}
