namespace GourmetGram.Tests.Unit.TestModels;

/// <summary>
/// Writes ONNX models by hand (field numbers: onnx.proto of ONNX IR version 8), so that tests can have any model they need without a file
/// or a package. The model is <c>image → mean of each channel (the embedding) → Gemm with head.weight and head.bias → logits</c>.
/// </summary>
internal static class OnnxModelWriter
{
    private const int Float = 1;
    private const int IntAttribute = 2;
    private const int IrVersion = 8;
    private const int Opset = 17;

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="weight">One row a class, one column a channel.</param>
    /// <param name="bias">One value a class.</param>
    /// <param name="withEmbedding">Whether the embedding is an output.</param>
    /// <param name="fault">What is wrong with the model; null for nothing.</param>
    public static byte[] Write(int width, int height, float[][] weight, float[] bias, bool withEmbedding, ModelFault? fault = null)
    {
        const int channels = 3;
        var classes = bias.Length;
        var graph = new ProtobufWriter()
            .Message(1, Node("GlobalAveragePool", ["image"], "pooled"))
            .Message(1, Node("Flatten", ["pooled"], "embedding", fault?.Domain))
            .Message(1, Node("Gemm", ["embedding", "head.weight", "head.bias"], "logits").Message(5, IntegerAttribute("transB", 1)))
            .Text(2, "mean colour")
            .Message(
                5,
                fault?.ExternalFile is { } file
                    ? External("head.weight", [classes, channels], file)
                    : Initializer("head.weight", [classes, channels], [.. weight.SelectMany(row => row)])
            )
            .Message(5, Initializer("head.bias", [classes], bias))
            .Message(
                11,
                Tensor("image", fault?.InputType ?? Float, fault?.HasOpenSides == true ? [channels, null, null] : [channels, height, width])
            )
            .Message(12, Tensor("logits", Float, [classes]));
        if (withEmbedding)
            graph.Message(12, Tensor("embedding", Float, [channels]));
        return new ProtobufWriter().Number(1, IrVersion).Message(7, graph).Message(8, new ProtobufWriter().Number(2, Opset)).ToArray();
    }

    private static ProtobufWriter Node(string operation, string[] inputs, string output, string? domain = null)
    {
        var node = new ProtobufWriter();
        foreach (var input in inputs)
            node.Text(1, input);
        node.Text(2, output).Text(4, operation);
        return domain is null ? node : node.Text(7, domain);
    }

    private static ProtobufWriter IntegerAttribute(string name, int value) =>
        new ProtobufWriter().Text(1, name).Number(3, value).Number(20, IntAttribute);

    private static ProtobufWriter Initializer(string name, int[] shape, float[] values)
    {
        var tensor = new ProtobufWriter();
        foreach (var size in shape)
            tensor.Number(1, size);
        return tensor.Number(2, Float).Text(8, name).Floats(9, values);
    }

    private static ProtobufWriter External(string name, int[] shape, string file)
    {
        const int external = 1;
        var tensor = new ProtobufWriter();
        foreach (var size in shape)
            tensor.Number(1, size);
        return tensor
            .Number(2, Float)
            .Text(8, name)
            .Message(13, new ProtobufWriter().Text(1, "location").Text(2, file))
            .Number(14, external);
    }

    /// <summary>A tensor whose first dimension, the batch, is open, and so is every size that is null.</summary>
    private static ProtobufWriter Tensor(string name, int elements, int?[] sizes)
    {
        var shape = new ProtobufWriter().Message(1, new ProtobufWriter().Text(2, "N"));
        foreach (var size in sizes)
            shape.Message(1, size is { } known ? new ProtobufWriter().Number(1, known) : new ProtobufWriter().Text(2, "any"));
        var type = new ProtobufWriter().Message(1, new ProtobufWriter().Number(1, elements).Message(2, shape));
        return new ProtobufWriter().Text(1, name).Message(2, type);
    }
}
