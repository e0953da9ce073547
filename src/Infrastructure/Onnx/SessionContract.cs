using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>Compares the inputs and outputs of a loaded model with what its manifest promises.</summary>
internal sealed class SessionContract(ModelArtifact artifact, InferenceSession session, ILogger logger)
{
    private const int AnySize = -1;
    private const string Remedy = "Correct manifest.json to match this file, or copy the file that it describes.";

    /// <returns>Length of the embedding; null when the model gives none, which is logged if the manifest promised one.</returns>
    /// <exception cref="ModelException">The input or the logits differ, or the embedding has another size.</exception>
    public int? Check()
    {
        CheckInput();
        CheckLogits();
        return FindEmbeddingSize();
    }

    private void CheckInput()
    {
        var input = artifact.Manifest.Input;
        if (session.InputMetadata.Count != 1 || !session.InputMetadata.TryGetValue(input.Name, out var found))
            throw Fault($"one input '{input.Name}'", $"inputs {Quote(session.InputMetadata.Keys)}");
        Compare($"input '{input.Name}'", found, [AnySize, 3, input.Height, input.Width]);
    }

    private void CheckLogits()
    {
        var (name, classes) = (artifact.Manifest.Outputs.Logits, artifact.Manifest.Labels.Length);
        if (!session.OutputMetadata.TryGetValue(name, out var found))
            throw Fault($"an output '{name}' for the logits", $"outputs {Quote(session.OutputMetadata.Keys)}");
        Compare($"output '{name}' for the {classes} labels", found, [AnySize, classes]);
    }

    private int? FindEmbeddingSize()
    {
        var (name, size) = (artifact.Manifest.Outputs.Embedding, artifact.Manifest.Outputs.EmbeddingSize);
        if (name is null)
            return null;
        if (!session.OutputMetadata.TryGetValue(name, out var found))
        {
            logger.LogWarning(
                "{File} has no output '{Embedding}', which {Manifest} names as its embedding. Classification works, but features that need "
                    + "embeddings are disabled",
                artifact.FilePath,
                name,
                artifact.ManifestPath
            );
            return null;
        }

        Compare($"output '{name}' for the embedding", found, [AnySize, size ?? AnySize]);
        if (size is null && found.Dimensions[1] == AnySize)
            throw Fault("outputs.embedding_size in manifest.json", "no size in the manifest or the model");
        return size ?? found.Dimensions[1];
    }

    private void Compare(string what, NodeMetadata found, int[] expected)
    {
        // The model may leave a size open, which the first run then checks. The batch must be able to hold one photo.
        var fits =
            found.IsTensor
            && found.ElementDataType == TensorElementType.Float
            && found.Dimensions.Length == expected.Length
            && found.Dimensions[0] is AnySize or 1
            && found
                .Dimensions.Zip(expected)
                .Skip(1)
                .All(pair => pair.First == AnySize || pair.Second == AnySize || pair.First == pair.Second);
        if (!fits)
            throw Fault($"{what} as Float {Shape(expected)}", $"{found.ElementDataType} {Shape(found.Dimensions)}");
    }

    private ModelException Fault(string expected, string found) => new(artifact.FilePath, expected, found, Remedy);

    private static string Quote(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));

    private static string Shape(int[] dimensions) => string.Join('×', dimensions.Select(size => size == AnySize ? "N" : $"{size}"));
}
