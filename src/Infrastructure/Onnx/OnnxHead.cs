using System.Collections.Immutable;
using GourmetGram.Domain.Retraining;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>
/// The head inside a model file: a <c>Gemm</c> of the embedding whose weight and bias are initialisers, stored as raw float32. Its numbers
/// can be read, and overwritten in a copy of the file whose size and layout stay as they are.
/// </summary>
internal sealed class OnnxHead
{
    private const int Float = 1;

    private readonly byte[] content;
    private readonly int weightOffset;
    private readonly int biasOffset;

    private OnnxHead(byte[] content, OnnxTensor weight, OnnxTensor bias)
    {
        this.content = content;
        (weightOffset, biasOffset) = (weight.Raw!.Value.Offset, bias.Raw!.Value.Offset);
        var (classes, dimension) = ((int)weight.Dimensions[0], (int)weight.Dimensions[1]);
        Head = LinearHead.FromBytes([.. Bytes(weight), .. Bytes(bias)], classes, dimension);
    }

    /// <summary>The head that the file has.</summary>
    public LinearHead Head { get; }

    /// <summary>Finds the head that the manifest names.</summary>
    /// <exception cref="ModelException">The model has no head that can be replaced.</exception>
    public static OnnxHead Find(ModelArtifact artifact)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        try
        {
            return Find(artifact.Content, artifact.Manifest);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw new ModelException(
                artifact.FilePath,
                "a head of float32 numbers on the embedding",
                e.Message.TrimEnd('.'),
                "This model's head cannot be replaced; import a whole model.",
                e
            );
        }
    }

    /// <summary>Returns a copy of the file with another head.</summary>
    /// <param name="head">The other head, of the same classes and dimension.</param>
    /// <exception cref="ArgumentException">The head has another size.</exception>
    public byte[] With(LinearHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (head.Classes != Head.Classes || head.Dimension != Head.Dimension)
            throw new ArgumentException(
                $"The file's head has {Head.Classes}×{Head.Dimension} weights, not {head.Classes}×{head.Dimension}.",
                nameof(head)
            );
        var copy = (byte[])content.Clone();
        var bytes = head.ToBytes();
        var weights = head.Classes * head.Dimension * sizeof(float);
        bytes.AsSpan(0, weights).CopyTo(copy.AsSpan(weightOffset));
        bytes.AsSpan(weights).CopyTo(copy.AsSpan(biasOffset));
        return copy;
    }

    private static OnnxHead Find(byte[] content, ModelManifest manifest)
    {
        if (manifest.Head is not { } names)
            throw new InvalidDataException($"no 'head' in {ModelManifest.FileName}");
        if (manifest.Outputs.Embedding is not { } embedding)
            throw new InvalidDataException($"no embedding in {ModelManifest.FileName}");
        var file = OnnxFile.Read(content);
        var weight = FindInitializer(file, names.Weight);
        var bias = FindInitializer(file, names.Bias);
        CheckUse(file, names, embedding, manifest.Outputs.Logits);
        var classes = manifest.Labels.Length;
        if (weight.Dimensions.Length != 2 || weight.Dimensions[0] != classes || weight.Dimensions[1] is < 1 or > int.MaxValue)
            throw Shape(names.Weight, weight, $"[{classes}, embedding size]");
        if (bias.Dimensions.Length != 1 || bias.Dimensions[0] != classes)
            throw Shape(names.Bias, bias, $"[{classes}]");
        if (manifest.Outputs.EmbeddingSize is { } size && weight.Dimensions[1] != size)
            throw Shape(names.Weight, weight, $"[{classes}, {size}]");
        foreach (var (name, tensor) in new[] { (names.Weight, weight), (names.Bias, bias) })
        {
            var expected = checked(tensor.Dimensions.Aggregate(1L, (product, one) => product * one) * sizeof(float));
            if (tensor.Raw!.Value.Length != expected)
                throw new InvalidDataException($"'{name}' with {tensor.Raw.Value.Length} bytes instead of {expected}");
        }

        return new OnnxHead(content, weight, bias);
    }

    private static OnnxTensor FindInitializer(OnnxFile file, string name)
    {
        var found = file.Initializers.Where(tensor => tensor.Name == name).ToList();
        if (found.Count != 1)
            throw new InvalidDataException($"{found.Count} initialisers named '{name}'");
        if (file.Inputs.Contains(name))
            throw new InvalidDataException($"'{name}' also as an input of the model");
        if (found[0].Type != Float || found[0].Raw is null || found[0].ExternalFile is not null)
            throw new InvalidDataException($"'{name}' not stored as raw float32");
        return found[0];
    }

    /// <summary>Weight and bias belong to one <c>Gemm</c> from the embedding to the logits, and to nothing else.</summary>
    private static void CheckUse(OnnxFile file, ModelHead names, string embedding, string logits)
    {
        if (file.AllNodes.SelectMany(node => node.Inputs).Count(input => input == names.Weight || input == names.Bias) != 2)
            throw new InvalidDataException($"'{names.Weight}' or '{names.Bias}' not used exactly once");
        ImmutableArray<string> inputs = [embedding, names.Weight, names.Bias];
        var isPlain = file.Nodes.Any(node =>
            node is { Operation: "Gemm", Domain: "" or "ai.onnx" }
            && node.Inputs.SequenceEqual(inputs)
            && node.Outputs is [var output]
            && output == logits
            && node.Attributes.GetValueOrDefault("transB", 0) == 1
            && node.Attributes.GetValueOrDefault("transA", 0) == 0
            && node.Attributes.GetValueOrDefault("alpha", 1) == 1
            && node.Attributes.GetValueOrDefault("beta", 1) == 1
        );
        if (!isPlain)
            throw new InvalidDataException($"no plain Gemm of '{embedding}', '{names.Weight}' and '{names.Bias}' that gives '{logits}'");
    }

    private static InvalidDataException Shape(string name, OnnxTensor tensor, string expected) =>
        new($"'{name}' of the shape [{string.Join(", ", tensor.Dimensions)}] instead of {expected}");

    private ReadOnlySpan<byte> Bytes(OnnxTensor tensor) => content.AsSpan(tensor.Raw!.Value.Offset, tensor.Raw.Value.Length);
}
