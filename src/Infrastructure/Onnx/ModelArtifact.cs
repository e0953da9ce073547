using System.Security.Cryptography;
using GourmetGram.Application.Classification;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>A model folder whose chosen variant has been checked: the file is byte for byte the one that its manifest describes.</summary>
internal sealed class ModelArtifact
{
    private ModelArtifact(string directory, ModelManifest manifest, string variantName, byte[] content)
    {
        Directory = directory;
        Manifest = manifest;
        VariantName = variantName;
        Content = content;
    }

    public string Directory { get; }

    public ModelManifest Manifest { get; }

    public string VariantName { get; }

    public ModelVariant Variant => Manifest.Variants[VariantName];

    public string ManifestPath => Path.Combine(Directory, ModelManifest.FileName);

    public string FilePath => Path.Combine(Directory, Variant.File);

    /// <summary>Content of the hashed file. The session is created from these bytes, so the file cannot change in between.</summary>
    public byte[] Content { get; }

    public static ModelArtifact Read(string directory, string? variantName)
    {
        const string otherCopy = "Copy the model folder again, complete and unchanged.";
        if (!System.IO.Directory.Exists(directory))
            throw new ModelException(directory, "a model folder", "no such folder", "Set Model:Directory to a model folder.");
        var manifestPath = Path.Combine(directory, ModelManifest.FileName);
        var manifest = ModelManifest.Read(manifestPath);
        var name = string.IsNullOrEmpty(variantName) ? manifest.Default : variantName;
        if (!manifest.Variants.TryGetValue(name, out var variant))
        {
            throw new ModelException(
                manifestPath,
                $"the variant '{name}' set in Model:Variant",
                string.Join(", ", manifest.Variants.Keys.Select(key => $"'{key}'")),
                "Set Model:Variant to a variant of this model, or leave it empty."
            );
        }

        var file = new FileInfo(Path.Combine(directory, variant.File));
        if (!file.Exists)
            throw new ModelException(file.FullName, $"the file of the variant '{name}'", "no such file", otherCopy);
        if (file.Length != variant.Bytes)
            throw new ModelException(file.FullName, $"{variant.Bytes} bytes as in {ModelManifest.FileName}", $"{file.Length}", otherCopy);
        var content = File.ReadAllBytes(file.FullName);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        if (!sha256.Equals(variant.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new ModelException(file.FullName, $"SHA-256 {variant.Sha256} as in {ModelManifest.FileName}", sha256, otherCopy);
        return new ModelArtifact(directory, manifest, name, content);
    }

    /// <param name="embeddingSize">Length of the loaded model's embedding; null when the model gives none.</param>
    public ModelDescription Describe(int? embeddingSize) =>
        new()
        {
            Name = Manifest.Name,
            Version = Manifest.Version,
            Variant = VariantName,
            Sha256 = Variant.Sha256.ToLowerInvariant(),
            Backbone = Variant.Sha256.ToLowerInvariant(),
            Temperature = Variant.Temperature,
            Labels = Manifest.Labels,
            InputWidth = Manifest.Input.Width,
            InputHeight = Manifest.Input.Height,
            EmbeddingSize = embeddingSize,
            Validation = Variant.Validation,
        };
}
